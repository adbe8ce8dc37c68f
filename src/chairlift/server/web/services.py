"""One service: all that is known of it, and what people say there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from chairlift.core.log import Kind
from chairlift.server import actions, queries
from chairlift.server.models import Upgrade
from chairlift.server.web import access, rows
from chairlift.server.web.access import Request


def service(request: Request, slug: str, name: str) -> HttpResponse:
    """Where it stands and why, whose turn it is, the one button for it, and the evidence below."""
    campaign = queries.campaign(slug)
    upgrade = queries.upgrade(name, campaign)
    assert request.reader
    ours = access.of_team(request.reader, campaign, request.roster)
    known = request.roster.has(upgrade.service.name)
    value = request.roster.service(upgrade.service.name) if known else None
    told = queries.reasoning(upgrade, request.now)
    context = {
        "campaign": campaign, "value": campaign.value, "row": rows.row(campaign, upgrade, request.now),
        "told": told, "held": any(each.startswith("hold: ") for each in told.blockers),
        "mine": known and request.reader.speaks_for(upgrade.service.squad, ours),
        "environments": (value.environments if value else ()) or campaign.value.environments,
        "log": list(reversed(told.log)),
    }  # fmt: skip
    return render(request, "web/service.html", context)


def _deployed(request: Request, upgrade: Upgrade, by: str) -> str:
    where = actions.deployed(upgrade, request.POST.get("environment", ""), by, request.roster, request.now)
    return f"Recorded: it runs in {where}."


def _tested(request: Request, upgrade: Upgrade, by: str) -> str:
    where = request.POST.get("environment", "")
    actions.sign_off(upgrade, request.POST.get("why", ""), by, request.roster, request.now, where)
    return "Recorded: you have tested what runs now."


def _held(request: Request, upgrade: Upgrade, by: str) -> str:
    if upgrade.said().hold is None:
        actions.hold(upgrade, request.POST.get("why", ""), by, request.roster, request.now)
    return "Held: nothing is merged or deployed until somebody resumes."


def _resumed(request: Request, upgrade: Upgrade, by: str) -> str:
    if upgrade.said().hold is not None:
        actions.say(upgrade, Kind.RESUMED, by, request.roster, request.now, text=request.POST.get("why", ""))
    return "Resumed: it goes on."


def _said(request: Request, upgrade: Upgrade, by: str) -> str:
    if not request.POST.get("why", "").strip():
        raise actions.NotPossible("say how things are: an update without words helps nobody")
    actions.say(upgrade, Kind.SAID, by, request.roster, request.now, text=request.POST["why"])
    return "Your update is in the log."


def _retried(request: Request, upgrade: Upgrade, by: str) -> str:
    actions.retry(upgrade, by, request.POST.get("why", ""), request.roster, request.now)
    return "It is tried once more."


#: What a person can say of one service, by the word in the form.
WORDS: Mapping[str, Callable[[Request, Upgrade, str], str]] = MappingProxyType(
    {"deployed": _deployed, "tested": _tested, "hold": _held, "resume": _resumed, "said": _said, "retry": _retried}
)


def say(request: Request, slug: str, name: str) -> HttpResponse:
    """Do what the form's button says, once, and back to the service."""
    upgrade = queries.upgrade(name, queries.campaign(slug))
    assert request.reader
    act = WORDS.get(request.POST.get("what", ""))
    if act is None:
        raise actions.NotPossible("the form does not say what to do")
    messages.success(request, act(request, upgrade, request.reader.name))
    return redirect("service", slug=slug, name=upgrade.service.name)
