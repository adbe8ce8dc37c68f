"""Reads for who runs a campaign or the installation: waves, exemptions, and how it all stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet

from chairlift.core.log import Kind
from chairlift.core.standing import TROUBLE
from chairlift.server.models import Campaign, Entry, Unit, Upgrade

#: Failures and troubles that a page shows, newest first.
SHOWN = 20
#: What a look can come to that somebody who runs the server should see.
_TROUBLE = TROUBLE | {"refused"}


def exemptions(campaign: Campaign) -> QuerySet[Entry]:
    """The newest word of each service that has one, newest first; `about` is until when."""
    given = Entry.objects.filter(campaign=campaign, kind=Kind.EXEMPTED)
    last = given.order_by().values("upgrade").annotate(last=Max("pk")).values("last")
    return Entry.objects.filter(pk__in=last).select_related("upgrade__service").order_by("-pk")


def in_waves(campaign: Campaign) -> QuerySet[Upgrade]:
    """All that have a level and are not done: who was let in, longest ago first; then who waits."""
    rows = Upgrade.objects.filter(campaign=campaign, done_at=None).exclude(level="")
    return (
        rows.select_related("service")
        .defer("evidence", "service__deploy_docs")
        .order_by(F("admitted_at").asc(nulls_last=True), "service__name")
    )


def wave_counts(campaign: Campaign) -> Mapping[str, int]:
    """How many were let in and are under way, wait to be, have not chosen, and are done."""
    there = Q(done_at=None) & ~Q(level="")
    counts: Mapping[str, int] = Upgrade.objects.filter(campaign=campaign).aggregate(
        under_way=Count("pk", filter=there & Q(admitted_at__isnull=False)),
        waiting=Count("pk", filter=there & Q(admitted_at=None)),
        unchosen=Count("pk", filter=Q(done_at=None, level="")),
        done=Count("pk", filter=Q(done_at__isnull=False)),
    )
    return counts


@dataclass(frozen=True)
class Overview:
    """An installation at a glance. `units` are by state, `troubles` by campaign."""

    looked_at: datetime | None
    due: int
    held: int
    workers: tuple[str, ...]
    units: Mapping[str, int]
    failed: tuple[Unit, ...]
    troubles: Mapping[int, int]
    troubled: tuple[Upgrade, ...]


def overview(now: datetime) -> Overview:
    """Seven queries, whatever there is."""
    held = _owners(Upgrade.objects.filter(leased_until__gt=now))
    hands = _owners(Unit.objects.filter(leased_until__gt=now))
    states: Any = Unit.objects.order_by().values("state").annotate(count=Count("pk")).values_list("state", "count")
    trouble = Upgrade.objects.filter(decision__in=_TROUBLE)
    by_campaign: Any = trouble.order_by().values("campaign").annotate(count=Count("pk"))
    rows = trouble.select_related("service", "campaign").defer("evidence").order_by("-looked_at", "pk")
    failed = Unit.objects.filter(state="failed").select_related("campaign").defer("inputs", "result", "output")
    return Overview(
        looked_at=Upgrade.objects.aggregate(last=Max("looked_at"))["last"],
        due=Upgrade.objects.due(now).count(),
        held=sum(held.values()),
        workers=tuple(sorted({*held, *hands})),
        units=dict(states),
        failed=tuple(failed.order_by("-ended_at", "-pk")[:SHOWN]),
        troubles={row["campaign"]: row["count"] for row in by_campaign},
        troubled=tuple(rows[:SHOWN]),
    )


def _owners(rows: QuerySet[Any]) -> dict[str, int]:
    """How many of these each worker holds."""
    return dict(rows.order_by().values("leased_by").annotate(count=Count("pk")).values_list("leased_by", "count"))
