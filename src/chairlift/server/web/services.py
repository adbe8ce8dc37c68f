"""One service with all that is known of it and what people say there, choosing for many, and a squad's own list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render

from chairlift.core.log import Kind
from chairlift.server import actions, queries
from chairlift.server.models import Campaign, Upgrade
from chairlift.server.web import access, errors, rows
from chairlift.server.web.access import Request
from chairlift.server.web.campaigns import of_squads
from chairlift.server.web.once import once


def service(request: Request, slug: str, name: str) -> HttpResponse:
    """Where it stands and why, whose turn it is, the one button for it, and the evidence below."""
    campaign = queries.campaign(slug)
    upgrade = queries.upgrade(name, campaign)
    assert request.reader
    ours = access.of_team(request.reader, campaign, request.roster)
    known = request.roster.has(upgrade.service.name)
    value = request.roster.service(upgrade.service.name) if known else None
    told, row = queries.reasoning(upgrade, request.now), rows.row(campaign, upgrade, request.now)
    context = {
        "campaign": campaign, "value": campaign.value, "row": row,
        "yours": ours if row.stands.turn == "project team" else row.stands.turn in request.reader.squads,
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


@once
def say(request: Request, slug: str, name: str) -> HttpResponse:
    """Do what the form's button says, once, and back to the service."""
    upgrade = queries.upgrade(name, queries.campaign(slug))
    assert request.reader
    act = WORDS.get(request.POST.get("what", ""))
    if act is None:
        raise actions.NotPossible("the form does not say what to do")
    messages.success(request, act(request, upgrade, request.reader.name))
    return redirect("service", slug=slug, name=upgrade.service.name)


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
            messages.success(request, f"Recorded: {chosen}. It is on the sheet.")
            return redirect(request.get_full_path())
    context = {
        "campaign": campaign, "value": campaign.value, "problems": problems, "given": request.POST,
        "picked": set(request.POST.getlist("service")),
        "page": page, "rows": [rows.row(campaign, each, request.now) for each in page],
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
    before = request.POST.get(f"before-{name}")
    if upgrade.level == level and not promised:
        return False
    if before is not None and before != upgrade.level:
        raise actions.NotPossible(
            f"somebody chose {upgrade.level or 'nothing'!r} meanwhile, where this page still showed "
            f"{before or 'nothing'!r}; look again, and send it once more if you still want {level!r}"
        )
    why = request.POST.get("why", "")
    actions.choose(upgrade, level, request.reader.name, why, request.roster, request.now, promised)
    return True


def squad(request: Request, slug: str, squad: str) -> HttpResponse:
    """Everything that waits for this squad, and who they are."""
    campaign = queries.campaign(slug)
    known = next((each for each in request.roster.squads if each.name == squad), None)
    if known is None:
        return errors.page(request, 404, f"There is no squad called {squad!r}.", "The sheet has all that there are.")
    wanted = rows.Wanted(squad=squad, turn="squad", sort="until", page=request.GET.get("page", "1"))
    page, waiting = rows.page_of(campaign, wanted, request.now)
    context = {
        "campaign": campaign, "value": campaign.value, "squad": known, "page": page, "rows": waiting,
        "total": Upgrade.objects.filter(campaign=campaign, service__squad=squad).count(),
    }  # fmt: skip
    return render(request, "web/squad.html", context)
