"""Rows of lists: filtered, sorted and cut to a page by the database, whatever their number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, F, Q, QuerySet, Value, When

from chairlift.core.decision import StepName
from chairlift.core.menu import ServiceLevel
from chairlift.core.standing import Standing
from chairlift.server import queries
from chairlift.server.models import Campaign, Upgrade

#: As many as a page of 300 kB holds with ease.
A_PAGE = 100
#: What was not looked at yet stands before the ladder, and what is done behind it.
_LADDER = Case(
    When(decision="done", then=Value(len(StepName))),
    *(When(step=step, then=Value(step.rank)) for step in StepName),
    default=Value(-1),
)
SORTS: Mapping[str, tuple[Any, ...]] = {
    "service": ("service__name",),
    "squad": ("service__squad", "service__name"),
    "level": ("level", "service__name"),
    "step": (_LADDER, "service__name"),
    "until": (F("until").asc(nulls_last=True), "service__name"),
}
TURNS = {"squad": "the squad", "team": "the project team", "somebody": "somebody", "nobody": "nobody"}


@dataclass(frozen=True)
class Row:
    """One service in a list."""

    upgrade: Upgrade
    stands: Standing
    level_value: ServiceLevel | None

    @property
    def service(self) -> str:
        return self.stands.service

    @property
    def squad(self) -> str:
        return self.stands.squad

    @property
    def step(self) -> str:
        return self.stands.step

    @property
    def change(self) -> str:
        return self.stands.change

    @property
    def decision(self) -> str:
        return self.stands.decision


@dataclass(frozen=True)
class Wanted:
    """What the address asks for. Words that mean nothing are as if they were not there."""

    squad: str = ""
    level: str = ""
    step: str = ""
    turn: str = ""
    overdue: bool = False
    words: str = ""
    why: str = ""
    wave: int | None = None
    sort: str = "service"
    page: str = "1"

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wanted:
        def one_of(name: str, known: Mapping[str, object]) -> str:
            return given.get(name, "") if given.get(name, "") in known else ""

        steps = {step.value: step for step in StepName} | {"finish": None, "done": None}
        return cls(
            squad=text(given.get("squad", "")),
            level=text(given.get("level", "")),
            step=one_of("step", steps),
            turn=one_of("turn", TURNS),
            overdue=bool(given.get("overdue")),
            words=text(given.get("q", "")),
            why=given.get("why", "").replace("\0", "")[:2000],
            wave=number(given.get("wave", "")[:9]),
            sort=one_of("sort", SORTS) or "service",
            page=given.get("page", "1"),
        )

    @cached_property
    def any(self) -> bool:
        words = (self.squad, self.level, self.step, self.turn, self.overdue, self.words, self.why)
        return any(words) or self.wave is not None


def number(given: str) -> int | None:
    """A number out of an address or a form; None for what is none, or larger than any that a database keeps."""
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else None


def text(given: str) -> str:
    """What a person typed into the address, bounded."""
    # PostgreSQL knows no such letter.
    return given.replace("\0", "")[:200].strip()


def chosen(campaign: Campaign, wanted: Wanted, now: datetime) -> QuerySet[Upgrade]:
    """The upgrades that are wanted, in the order that is wanted."""
    rows: QuerySet[Upgrade] = Upgrade.objects.filter(campaign=campaign)
    if wanted.squad:
        rows = rows.filter(service__squad__iexact=wanted.squad)
    if wanted.level:
        rows = rows.filter(level="" if wanted.level == "none" else wanted.level)
    if wanted.step:
        rows = rows.filter(queries.at_step(wanted.step))
    if wanted.wave is not None:
        rows = rows.filter(service__wave=wanted.wave)
    if wanted.words:
        rows = rows.filter(Q(service__name__icontains=wanted.words) | Q(service__squad__icontains=wanted.words))
    if wanted.why:
        rows = rows.filter(why=wanted.why)
    if wanted.overdue:
        rows = rows.filter(queries.overdue(now))
    if wanted.turn:
        anybody = queries.TEAMS_TURN | queries.SQUADS_TURN
        whose = {"team": queries.TEAMS_TURN, "squad": queries.SQUADS_TURN, "somebody": anybody, "nobody": ~anybody}
        rows = rows.filter(whose[wanted.turn])
    return rows.select_related("service").defer("service__deploy_docs").order_by(*SORTS[wanted.sort])


def page_of(campaign: Campaign, wanted: Wanted, now: datetime) -> tuple[Page[Upgrade], list[Row]]:
    """One page of them; a page that is not there is the nearest that is."""
    page = Paginator(chosen(campaign, wanted, now), A_PAGE).get_page(wanted.page)
    return page, [row(campaign, each, now) for each in page]


def row(campaign: Campaign, upgrade: Upgrade, now: datetime) -> Row:
    level = campaign.value.level(upgrade.level) if upgrade.level else None
    return Row(upgrade, queries.standing(upgrade, now), level)


def squads(campaign: Campaign) -> list[str]:
    """All that own a service of the campaign, to pick one from."""
    names = campaign.upgrades.order_by("service__squad").values_list("service__squad", flat=True)
    return list(names.distinct())
