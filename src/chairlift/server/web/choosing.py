"""Choosing a service level, for one service or for many."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render

from chairlift.core import effort
from chairlift.server import actions, choices, queries
from chairlift.server.models import Campaign, Upgrade
from chairlift.server.web import offers as offers_of
from chairlift.server.web import rows
from chairlift.server.web.access import Request
from chairlift.server.web.campaigns import of_squads
from chairlift.server.web.once import once


@once
def choose(request: Request, slug: str) -> HttpResponse:
    """The services of the reader's squads, a page of them; a level for one or for many, all of them or none."""
    campaign = queries.campaign(slug)
    assert request.reader
    page = Paginator(of_squads(campaign, request.reader.squads), rows.A_PAGE).get_page(request.GET.get("page", "1"))
    problems: list[str] = []
    if request.method == "POST":
        chosen, problems = _choose(request, campaign)
        if not problems:
            way = effort.way(campaign.value.level(request.POST["level"]), campaign.value.times)
            messages.success(request, f"Recorded: {chosen}. It is on the sheet. What comes next: {way}.")
            return redirect(request.get_full_path())
    offers = [
        offers_of.offer(campaign.value, rows.row(campaign, each, request.now), request.roster, request.now.date())
        for each in page
    ]
    context = {
        "campaign": campaign, "value": campaign.value, "problems": problems, "given": request.POST,
        "picked": set(request.POST.getlist("service")), "page": page,
        "lines_an_hour": effort.LINES_AN_HOUR,
        "offers": offers_of.with_begun(offers), "levels": offers_of.levels(campaign, page, request.roster),
    }  # fmt: skip
    return render(request, "web/choose.html", context, status=409 if problems else 200)


class _Undone(Exception):
    pass


def _choose(request: Request, campaign: Campaign) -> tuple[str, list[str]]:
    """What was recorded, or why nothing was: a line for each service that stands in the way."""
    assert request.reader
    names, level = request.POST.getlist("service"), request.POST.get("level", "")
    if not names or not level:
        return "", ["tick at least one service, and pick a level" if not names else "pick a level"]
    try:
        promised = date.fromisoformat(day) if (day := request.POST.get("docs_by", "")) else None
    except ValueError:
        return "", [f"{day!r} is no day: write it as 2026-03-31"]
    problems = []
    there = Upgrade.objects.filter(campaign=campaign, service__name__in=names).select_related("campaign", "service")
    by_name = {each.service.name: each for each in there}
    count = 0
    try:
        with transaction.atomic():
            for name in names:
                try:
                    count += _choose_one(request, by_name.get(name), name, level, promised)
                except (actions.NotPossible, LookupError) as error:
                    problems.append(f"{name}: {error.args[0] if error.args else error}")
            if problems:
                raise _Undone
    except _Undone:
        return "", problems
    return f"{level} for {count} of {len(names)} services" if len(names) > 1 else f"{level} for {names[0]}", []


def _choose_one(request: Request, upgrade: Upgrade | None, name: str, level: str, promised: date | None) -> bool:
    """False where it was so already: a form that is sent twice is recorded once."""
    if upgrade is None:
        raise actions.NotPossible(f"it takes no part in this campaign, or is not in the services file: {name!r}")
    assert request.reader
    before, why = request.POST.get(f"before-{name}"), request.POST.get("why", "")
    by = request.reader.name
    return choices.choose_once(upgrade, level, before, by, why, request.roster, request.now, promised)
