"""Choosing a service level, for one service or for many."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render

from chairlift.core import effort
from chairlift.core.reading import fold
from chairlift.core.schedule import counted
from chairlift.server import actions, choices, queries
from chairlift.server.models import Campaign, Upgrade
from chairlift.server.web import offers as offers_of
from chairlift.server.web import rows
from chairlift.server.web.access import Request
from chairlift.server.web.once import once


@once
def choose(request: Request, slug: str) -> HttpResponse:
    """The services of the reader's squads, a page of them; a level for those that are ticked, or for all that match."""
    campaign = queries.campaign(slug)
    assert request.reader
    wanted = rows.Wanted.of(request.GET.dict())
    matching = _matching(campaign, wanted, request)
    problems: list[str] = []
    if request.method == "POST":
        chosen, problems = _choose(request, campaign, matching)
        if not problems:
            way = effort.way(campaign.value.level(request.POST["level"]), campaign.value.times)
            messages.success(request, f"Recorded: {chosen}. It is on the sheet. What comes next: {way}.")
            return redirect(request.get_full_path())
    page = Paginator(matching, rows.A_PAGE).get_page(wanted.page)
    offers = [
        offers_of.offer(campaign.value, rows.row(campaign, each, request.now), request.roster, request.now.date())
        for each in page
    ]
    context = {
        "campaign": campaign, "value": campaign.value, "problems": problems, "given": request.POST,
        "picked": set(request.POST.getlist("service")), "page": page, "wanted": wanted,
        "seen": _seen(matching.order_by().values_list("pk", "level")),
        "lines_an_hour": effort.LINES_AN_HOUR,
        "offers": offers_of.with_begun(offers), "levels": offers_of.levels(campaign, page, request.roster),
    }  # fmt: skip
    return render(request, "web/choose.html", context, status=409 if problems else 200)


def _matching(campaign: Campaign, wanted: rows.Wanted, request: Request) -> QuerySet[Upgrade]:
    """Those of the reader's squads that the address asks for."""
    assert request.reader
    # With the documentation, which says what levels are open.
    return rows.chosen(campaign, wanted, request.now).filter(service__squad__in=request.reader.squads).defer(None)


def _seen(found: Iterable[tuple[int, str]]) -> str:
    """Stands for which services match and what is chosen for each: it differs as soon as either does."""
    return hashlib.sha256(repr(sorted(found)).encode()).hexdigest()


class _Undone(Exception):
    pass


def _choose(request: Request, campaign: Campaign, matching: QuerySet[Upgrade]) -> tuple[str, list[str]]:
    """What was recorded, or why nothing was: a line for each service that stands in the way."""
    names, level, everything = request.POST.getlist("service"), request.POST.get("level", ""), "all" in request.POST
    if not level or not (names or everything):
        return "", ["pick a level" if names or everything else "tick at least one service, and pick a level"]
    try:
        promised = date.fromisoformat(day) if (day := request.POST.get("docs_by", "")) else None
    except ValueError:
        return "", [f"{day!r} is no day: write it as 2026-03-31"]
    if everything:
        return _choose_all(request, campaign, matching, level, promised)
    return _choose_ticked(request, campaign, names, level, promised)


def _choose_all(
    request: Request, campaign: Campaign, matching: QuerySet[Upgrade], level: str, promised: date | None
) -> tuple[str, list[str]]:
    """For all that match, worked out anew; nothing where they are not the ones that the page had counted."""
    assert request.reader
    chosen, problems = [], []
    with transaction.atomic():
        there = list(matching.select_for_update(of=("self",)))
        if _seen((each.pk, each.level) for each in there) != request.POST.get("seen"):
            before = counted(rows.number(request.POST["all"]) or 0, "service")
            return "", [
                f"you saw {before}; now {len(there)} match, or something else is chosen for some of them: look again"
            ]
        for each in there:
            if fold(each.level) == fold(level) and not promised:
                continue
            # One campaign, read once.
            each.campaign = campaign
            try:
                why, by = request.POST.get("why", ""), request.reader.name
                chosen.append(choices.check(each, level, by, why, request.roster, request.now, promised))
            except actions.NotPossible as error:
                problems.append(f"{each.service.name}: {error}")
        if not problems:
            choices.record(chosen, request.now)
    return f"{level} for {len(chosen)} of {counted(len(there), 'service')}", problems


def _choose_ticked(
    request: Request, campaign: Campaign, names: list[str], level: str, promised: date | None
) -> tuple[str, list[str]]:
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
