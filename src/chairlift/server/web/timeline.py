"""The timeline: every service along the calendar, the forecast, what would be if, and how far all have come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render

from chairlift.core import history
from chairlift.core.ahead import WhatIf
from chairlift.core.decision import StepName
from chairlift.core.menu import Campaign as CampaignValue
from chairlift.core.schedule import Duration
from chairlift.server import histories, outlooks, queries
from chairlift.server.models import Campaign, Upgrade
from chairlift.server.outlooks import Dates, Told
from chairlift.server.web import burnup, lanes, rosters, rows
from chairlift.server.web.access import Request
from chairlift.server.web.drawing import Scale

#: Words of the address that are not `rows.Wanted`'s.
ASKED = ("from", "to", "wave", "start", "deadline")
_LONGEST = timedelta(days=3660)
#: What looks again by itself: all but the forms, which somebody may be filling in.
_LIVE = "#forecast,#through,#lanes,#burned,#worked-out"
#: Rows by their numbers, or those that are past a step of a change; None for all.
_Only = list[int] | tuple[str, StepName] | None


def timeline(request: Request, slug: str) -> HttpResponse:
    """All of it; changes nothing, whatever is asked."""
    campaign = queries.campaign(slug)
    value = campaign.value
    told = outlooks.of(campaign)
    wanted = rows.Wanted.of(request.GET.dict())
    question = Question.of(request.GET.dict(), value)
    only, words = _only(request, value, told)
    page, shown, scale = _lanes(request, campaign, wanted, told, only)
    grid = lanes.grid(value, scale, request.now, rosters.zone(request))
    context = {
        # What would be is worked out when somebody asks, not every few seconds.
        "live": "" if question.words or question.problem else _LIVE,
        "campaign": campaign, "value": value, "told": told, "wanted": wanted, "only": words, "page": page,
        "lanes": shown, "grid": grid, "width": f"{lanes.WIDTH:g}",
        "forecast": _forecast(value, told), "question": question,
        "answers": _answers(value, told, question), "squads": rows.squads(campaign),
        "steps": list(StepName), "sorts": rows.SORTS, "turns": rows.TURNS,
        "burn_up": burnup.drawn(value, told, request.GET.get("burn", ""), rosters.zone(request)),
        "rows_hidden": [(k, v) for k, v in request.GET.items() if k in ASKED and v],
        "asked_hidden": [(k, v) for k, v in request.GET.items() if k not in (*ASKED, "page") and v],
    }  # fmt: skip
    return render(request, "web/timeline.html", context)


# What if


@dataclass(frozen=True)
class Question:
    """What the form asks: `problem` says what it cannot mean; `words` are what is asked, as people say it."""

    given: Mapping[str, str]
    what_if: WhatIf = field(default_factory=WhatIf)
    deadline: timedelta = timedelta(0)
    words: str = ""
    problem: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str], value: CampaignValue) -> Question:
        """Reads nothing but what is in the address. Words that mean nothing are answered with a remedy."""
        given = {name: given.get(name, "").replace("\0", "").strip()[:120] for name in ASKED}
        try:
            moved, to = _levels(given, value)
            size = _size(given["wave"])
            later, deadline = _shift(given["start"]), _shift(given["deadline"])
            if later < timedelta(0):
                raise ValueError("what has not begun cannot start earlier than now: write '2 weeks'")
        except ValueError as error:
            return cls(given, problem=str(error))
        words = [
            f"all services of {given['from']} at {given['to']}" if moved >= 0 else "",
            f"{size} upgrades at once" if size else "",
            f"what has not begun starts {_moved(later)}" if later else "",
            f"the deadline is {_moved(deadline)}" if deadline else "",
        ]
        what_if = WhatIf(moved, to, size, later / history.DAY)
        return cls(given, what_if, deadline, ", ".join(filter(None, words)))


def _levels(given: Mapping[str, str], value: CampaignValue) -> tuple[int, int]:
    names = [level.name for level in value.levels]
    for name in (given["from"], given["to"]):
        if name and name not in names:
            raise ValueError(f"there is no service level called {name!r}: pick one from the list")
    if bool(given["from"]) != bool(given["to"]):
        raise ValueError("pick both levels: the one that services have, and the one that they would get")
    return (names.index(given["from"]), names.index(given["to"])) if given["from"] else (-1, -1)


def _size(text: str) -> int:
    if text and not (text.isascii() and text.isdigit() and 0 < int(text) <= 100_000):
        raise ValueError(f"{text!r} upgrades cannot run at once: write a number such as 20")
    return int(text or 0)


def _shift(text: str) -> timedelta:
    """'2 weeks', or '-3 days' for earlier."""
    length = Duration.parse(text.removeprefix("-")).rough if text else timedelta(0)
    return -min(length, _LONGEST) if text.startswith("-") else min(length, _LONGEST)


def _moved(by: timedelta) -> str:
    days = round(abs(by) / history.DAY, 1)
    return f"{days:g} day{'' if days == 1 else 's'} {'earlier' if by < timedelta(0) else 'later'}"


def _answers(value: CampaignValue, told: Told | None, question: Question) -> list[tuple[str, Dates]]:
    """As it is, and as it would be."""
    if not told or not told.left or not question.words:
        return []
    deadline = value.deadline + question.deadline
    there = told.what_if(question.what_if)
    return [
        ("As it is", told.dates(told.found["end"], value.deadline)),
        (f"If {question.words}", told.dates(there, deadline)),
    ]


# The forecast


@dataclass(frozen=True)
class OfChange:
    """One line of the forecast: a change, and how many services are through with it."""

    slug: str
    title: str
    through: int
    last: str
    dates: Dates | None


def _forecast(value: CampaignValue, told: Told | None) -> dict[str, object]:
    """For the whole campaign and for each change; empty where nothing was worked out."""
    if not told:
        return {}
    found = []
    for number, change in enumerate(value.changes):
        last = history.STEPS[history.ranks(value, number)[-1]].value
        through = told.found["burn_up"].get(change.slug, {}).get(last, [0])[-1]
        days = told.found["changes"][number] if number < len(told.found["changes"]) else []
        left = told.left and days and days[-1] > 0
        found.append(
            OfChange(change.slug, change.title, through, last, told.dates(days, value.deadline) if left else None)
        )
    dates = told.dates(told.found["end"], value.deadline) if told.left else None
    undated = [(reason, len(pks)) for reason, pks in told.undated.items()]
    return {
        "dates": dates, "changes": found, "undated": undated, "late": len(told.late(value.deadline)),
        "waiting": sum(count for _, count in undated),
    }  # fmt: skip


def _only(request: Request, value: CampaignValue, told: Told | None) -> tuple[_Only, str]:
    """What a number of this page opens: those rows alone, and in words which; None for all of them."""
    late, undated, past = (request.GET.get(name, "") for name in ("late", "undated", "past"))
    if told and late:
        return told.late(value.deadline), "that are more likely than not late"
    if told and undated:
        known = told.undated
        chosen = [undated] if undated in known else list(known)
        return [pk for reason in chosen for pk in known[reason]], f"that {' or '.join(chosen) or 'wait without a date'}"
    slug, _, step = past.partition("/")
    if slug in [change.slug for change in value.changes] and step in [each.value for each in StepName]:
        return (slug, StepName(step)), f"that are past {step} of {slug}"
    return None, ""


def _lanes(
    request: Request,
    campaign: Campaign,
    wanted: rows.Wanted,
    told: Told | None,
    only: _Only,
) -> tuple[Page[Upgrade], list[lanes.Lane], Scale]:
    now = request.now
    chosen = rows.chosen(campaign, wanted, now)
    if isinstance(only, tuple):
        chosen = chosen.filter(histories.past(campaign.value, *only))
    elif only is not None:
        chosen = chosen.filter(pk__in=only)
    page = Paginator(chosen, rows.A_PAGE).get_page(wanted.page)
    shown = list(page)
    known = histories.histories(campaign, shown)
    scale = lanes.scale_of(campaign, told, now)
    return page, [lanes.lane(campaign, row, known[row.pk], told, scale, now) for row in shown], scale
