"""What the project team keeps in hand: waves, known problems, exemptions, and the campaign's file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from types import MappingProxyType

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render

from chairlift.core.schedule import counted
from chairlift.server import actions, administration, calls, problems, queries
from chairlift.server.models import Campaign
from chairlift.server.web import rosters
from chairlift.server.web.access import Request
from chairlift.server.web.rows import A_PAGE, text


def admin(request: Request, slug: str) -> HttpResponse:
    """Lists with what can be done about each; POST does it, and comes back here."""
    campaign = queries.campaign(slug)
    refused = ""
    if request.method == "POST":
        act = WORDS.get(request.POST.get("what", ""))
        try:
            if act is None:
                raise actions.NotPossible("the form does not say what to do")
            messages.success(request, act(request, campaign))
            return redirect("admin", slug=slug)
        except actions.NotPossible as error:
            refused = str(error)
    page = Paginator(administration.in_waves(campaign), A_PAGE).get_page(request.GET.get("page", "1"))
    problem = text(request.GET.get("problem", ""))
    context = {
        "problem": problem, "held": Paginator(problems.services_of(campaign, problem), A_PAGE).get_page("1"),
        "campaign": campaign, "value": campaign.value, "refused": refused, "given": request.POST, "page": page,
        "waves": [(row, _wave(request, row.service.name)) for row in page],
        "counts": administration.wave_counts(campaign), "opening": calls.opening(campaign, request.roster),
        "exemptions": _exemptions(request, campaign), "known": problems.known(campaign)[:A_PAGE],
    }  # fmt: skip
    return render(request, "web/admin.html", context, status=409 if refused else 200)


def _wave(request: Request, name: str) -> int:
    return request.roster.service(name).wave if request.roster.has(name) else 0


def _exemptions(request: Request, campaign: Campaign) -> list[dict[str, object]]:
    rows = administration.exemptions(campaign)[:A_PAGE]
    ends = [(row, datetime.fromisoformat(row.about)) for row in rows]
    return [{"row": row, "until": until, "over": until <= request.now} for row, until in ends]


def _exempt(request: Request, campaign: Campaign) -> str:
    upgrade = queries.upgrade(request.POST.get("service", "").strip(), campaign)
    day, why = request.POST.get("until", ""), request.POST.get("why", "")
    try:
        until = datetime.combine(date.fromisoformat(day), time(23, 59, 59), rosters.zone(request)).astimezone(UTC)
    except ValueError as error:
        raise actions.NotPossible(f"{day!r} is no day: write it as 2026-03-31") from error
    facts = upgrade.said()
    if (facts.exempt_until, facts.exempt_why) == (until, actions.words(why)):
        return f"{upgrade.service.name} is exempted until {until:%F} already."
    assert request.reader
    actions.exempt(upgrade, until, why, request.reader.name, request.roster, request.now)
    return f"{upgrade.service.name} is exempted until {until:%F}."


def _problem(request: Request, campaign: Campaign) -> str:
    # A line each: a name may hold commas.
    named = [line.strip() for line in request.POST.get("services", "").splitlines() if line.strip()]
    everywhere = bool(request.POST.get("all"))
    if not named and not everywhere:
        raise actions.NotPossible("say in which services it is, or that it is in all of them")
    where = [] if everywhere else list(dict.fromkeys(named))
    name, words, by = request.POST.get("name", ""), request.POST.get("text", ""), _by(request)
    count = problems.record(campaign, name, words, where, by, request.roster, request.now)
    return f"Recorded: {name.strip()} holds {counted(count, 'service')} more; merges wait there until it is closed."


def _close(request: Request, campaign: Campaign) -> str:
    name, why = request.POST.get("name", ""), request.POST.get("why", "")
    count = problems.close(campaign, name, why, _by(request), request.roster, request.now)
    return f"Closed: {name} holds {counted(count, 'service')} no more."


def _by(request: Request) -> str:
    assert request.reader
    return request.reader.name


#: What the project team can do here, by the word in the form.
WORDS: Mapping[str, Callable[[Request, Campaign], str]] = MappingProxyType(
    {"exempt": _exempt, "problem": _problem, "close": _close}
)
