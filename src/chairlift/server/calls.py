"""Reads of what may still be asked of each forge, for people: what is left, and how long opening takes at least."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from chairlift.core.files import Roster
from chairlift.core.ledger import Ledger, Standing, advance, left, shortest, standings
from chairlift.core.schedule import counted
from chairlift.server.budgets import ticks
from chairlift.server.models import Campaign, ForgeState, Spending, Upgrade

#: What takes less is not worth a word.
_WORTH = timedelta(minutes=10)


@dataclass(frozen=True)
class ForgeSeen:
    """One forge as it stands. `stopped` is for how many seconds it is to be left alone, `left` what it said itself."""

    state: ForgeState
    limits: Sequence[Standing]
    stopped: float
    left: int | None


def forges(names: Iterable[str] | None = None) -> list[ForgeSeen]:
    """One for each of these forges, asked yet or not; without names all that were. In one query."""
    states = {state.forge: state for state in _states()}
    rows = states.values() if names is None else [states.get(name) or ForgeState(forge=name) for name in names]
    return [_seen(state) for state in rows]


def _states() -> QuerySet[Any]:
    """Each with what was spent under its identity, as `ledger`."""
    spent = Spending.objects.filter(identity=OuterRef("identity")).values("ledger")[:1]
    return ForgeState.objects.annotate(ledger=Subquery(spent)).order_by("forge")


def _seen(state: ForgeState) -> ForgeSeen:
    ledger = _now(getattr(state, "ledger", None))
    return ForgeSeen(state, standings(ledger), max(ledger.stopped - ledger.at, 0.0), left(ledger, "requests"))


def _now(plain: Mapping[str, Any] | None) -> Ledger:
    """As of now, on the machine that the forge was asked from last; on others as it was then."""
    ledger, (machine, tick) = Ledger.parse(plain or {}), ticks()
    return advance(ledger, machine, tick) if machine in ledger.machines and ledger.offset is None else ledger


def opening(campaign: Campaign, roster: Roster) -> list[str]:
    """How long it takes at least to open all that the campaign has not done yet, for each forge where that is long."""
    spent = _states().values_list("forge", "ledger")
    limits = {forge: Ledger.parse(plain).limits for forge, plain in spent if plain}
    if not limits:
        return []
    names = Upgrade.objects.filter(campaign=campaign, done_at=None).values_list("service__name", flat=True)
    counts = Counter(roster.service(name).forge for name in names if roster.has(name))
    each = len(campaign.value.changes)
    return [
        f"Opening {counted(count * each, 'pull request')} on {forge} takes at least {_words(time)}: "
        "its limits allow no more."
        for forge, count in sorted(counts.items())
        if forge in limits and (time := shortest(count * each, limits[forge])) >= _WORTH
    ]


def _words(time: timedelta) -> str:
    minutes = round(time.total_seconds() / 60)
    return counted(minutes, "minute") if minutes < 100 else counted(round(minutes / 60), "hour")
