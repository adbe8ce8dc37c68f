"""The board: a column for each step, most urgent first, and what holds many services at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Case, Count, F, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse
from django.shortcuts import redirect, render

from chairlift.core.clusters import Cluster, clusters
from chairlift.core.decision import StepName
from chairlift.core.standing import STUCK, TROUBLE
from chairlift.server import actions, queries
from chairlift.server.models import Campaign, Upgrade
from chairlift.server.web import access, rows
from chairlift.server.web.access import Request
from chairlift.server.web.once import once

#: Cards of a column; the sheet has the rest.
CARDS = 15
#: Reasons and causes that are shown, those of most services first.
REASONS = 8
#: Failures that are compared with each other.
COMPARED = 2_000

#: As `queries.standing` says it, for the database.
COLUMN = Case(
    When(decision="done", then=Value("done")),
    *(When(step=step, then=Value(step.value)) for step in StepName),
    When(change="", then=Value("plan")),
    default=Value("finish"),
)


@dataclass(frozen=True)
class Column:
    """The services that stand at one step: how many, how many of them overdue, and the most urgent ones."""

    name: str
    count: int
    overdue: int
    cards: list[rows.Row]

    @property
    def more(self) -> int:
        return self.count - len(self.cards)


def board(request: Request, slug: str) -> HttpResponse:
    campaign = queries.campaign(slug)
    wanted = rows.Wanted.of(request.GET.dict())
    chosen = rows.chosen(campaign, wanted, request.now)
    context = {
        "live": "#columns,#reasons",
        "campaign": campaign, "value": campaign.value, "wanted": wanted, "turns": rows.TURNS,
        "squads": rows.squads(campaign), "columns": _columns(campaign, chosen, request.now),
        "reasons": _reasons(chosen), "causes": _causes(chosen),
        "team": access.of_team(request.reader, campaign, request.roster),
    }  # fmt: skip
    return render(request, "web/board.html", context)


def _columns(campaign: Campaign, chosen: QuerySet[Upgrade], now: datetime) -> list[Column]:
    late = queries.overdue(now)
    counted = chosen.order_by().annotate(column=COLUMN).values("column")
    counts: Mapping[str, Any] = {
        each["column"]: each for each in counted.annotate(count=Count("pk"), late=Count("pk", filter=late))
    }
    urgent = [Case(When(late, then=Value(0)), When(decision="ask", then=Value(1)), default=Value(2))]
    order = [*urgent, F("until").asc(nulls_last=True), F("service__name").asc()]
    place = Window(RowNumber(), partition_by=COLUMN, order_by=order)
    # First which they are, by few columns: with all of them, the database carries ten thousand rows through a sort.
    # And in no order: it would sort the ten thousand once more, before it leaves most of them out.
    top = chosen.order_by().exclude(decision="done").annotate(column=COLUMN, place=place).filter(place__lte=CARDS)
    placed = sorted(top.values_list("place", "pk", "column"))
    column_of = {pk: column for _, pk, column in placed}
    found = chosen.order_by().in_bulk(column_of)
    cards: dict[str, list[rows.Row]] = {}
    for pk, column in column_of.items():
        # One that has gone since is nobody's card.
        if pk in found:
            cards.setdefault(column, []).append(rows.row(campaign, found[pk], now))
    # Between two steps a service stands for moments only.
    names = [*(step.value for step in StepName), *(["finish"] if "finish" in counts else [])]
    none = {"count": 0, "late": 0}
    return [
        Column(name, counts.get(name, none)["count"], counts.get(name, none)["late"], cards.get(name, []))
        for name in names
    ] + [Column("done", counts.get("done", none)["count"], 0, [])]


def _reasons(chosen: QuerySet[Upgrade]) -> list[dict[str, Any]]:
    """What several services wait for: one library, one known problem; each reason once, with how many it holds."""
    waits = chosen.order_by().exclude(decision="done").exclude(Q(level="") | Q(why=""))
    held = waits.values("why").annotate(count=Count("pk")).filter(count__gt=1)
    return [dict(each) for each in held.order_by("-count", "why")[:REASONS]]


def _causes(chosen: QuerySet[Upgrade]) -> list[Cluster]:
    """What fails alike in several services, however the messages differ in names, numbers and paths."""
    failing = chosen.order_by("service__name").filter(_FAILS).values_list("service__name", "why")
    found = clusters({name: [why] for name, why in failing[:COMPARED]})
    return [each for each in found if len(each.services) > 1][:REASONS]


#: What trying once more may mend, when the cause is gone.
_FAILS = Q(decision__in=sorted(STUCK | TROUBLE))


@once
def again(request: Request, slug: str) -> HttpResponse:
    """Fix once, then re-run these: all services of one cause, as the page showed them."""
    campaign = queries.campaign(slug)
    assert request.reader
    names = request.POST.getlist("service")
    found = Upgrade.objects.filter(_FAILS, campaign=campaign, service__name__in=names[:COMPARED])
    known = [each for each in found.select_related("campaign", "service") if request.roster.has(each.service.name)]
    why = request.POST.get("why", "").strip()
    if not why:
        raise actions.NotPossible("say what was mended: whoever reads the log wants to know")
    with transaction.atomic():
        for each in known:
            actions.retry(each, request.reader.name, why, request.roster, request.now)
    messages.success(request, f"{len(known)} of {len(names)} are tried once more; the others fail no longer.")
    return redirect("board", slug=slug)
