"""The menu of a campaign, and the words of the project team about the whole of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from chairlift.core.decision import StepName
from chairlift.core.menu import DEPLOY_DOCS, ServiceLevel
from chairlift.core.upgrade import Service
from chairlift.server import actions, queries
from chairlift.server.models import Service as ServiceRow
from chairlift.server.models import service_value
from chairlift.server.web import access
from chairlift.server.web.access import Request
from chairlift.server.web.once import once
from chairlift.server.web.tags import rungs

#: Services of the reader that are looked at for the menu.
_MOST = 200
_NOT_GIVEN = "which this level does not give"


def menu(request: Request, slug: str) -> HttpResponse:
    """What this upgrade is, and the levels side by side; which are open to the reader's own services, and why not."""
    campaign = queries.campaign(slug)
    value = campaign.value
    mine, today = _mine(request), request.now.date()
    levels = [
        {"level": level, "rungs": rungs(level, "squad"), "shut": _shut(mine, level, today)} for level in value.levels
    ]
    context = {
        "campaign": campaign, "value": value, "levels": levels, "steps": list(StepName),
        "team": access.of_team(request.reader, campaign, request.roster),
    }  # fmt: skip
    return render(request, "web/menu.html", context)


def _mine(request: Request) -> list[Service]:
    """The services of the reader's squads, with what people have said of their documentation."""
    assert request.reader
    rows = ServiceRow.objects.filter(squad__in=request.reader.squads).order_by("name")[:_MOST]
    return [service_value(row, request.roster) for row in rows if request.roster.has(row.name)]


def _shut(mine: Sequence[Service], level: ServiceLevel, today: date) -> list[str]:
    """Why this level is not open to some of these services, a line for each reason."""
    reasons: dict[str, list[str]] = {}
    for service in mine:
        for need in service.lacks(level, today):
            documents = need == DEPLOY_DOCS
            words = "has no deploy documentation: promise it by a date" if documents else f"needs {need}, {_NOT_GIVEN}"
            reasons.setdefault(words, []).append(service.name)
    return [f"{', '.join(names[:5])}{' and others' if len(names) > 5 else ''}: {why}" for why, names in reasons.items()]


@once
def say(request: Request, slug: str) -> HttpResponse:
    """Pause and restart."""
    campaign = queries.campaign(slug)
    assert request.reader
    act = actions.pause if request.POST.get("what") == "pause" else actions.restart
    act(campaign, request.POST.get("why", ""), request.reader.name, request.roster, request.now)
    messages.success(request, "The campaign is paused." if act is actions.pause else "The campaign goes on.")
    return redirect("menu", slug=slug)
