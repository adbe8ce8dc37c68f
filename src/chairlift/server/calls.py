"""Reads of what may still be asked of each forge, for people: what is left, and how long opening takes at least."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

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


def forges(names: Iterable[str]) -> list[ForgeSeen]:
    """One for each of these forges, asked yet or not; in two queries."""
    states = {state.forge: state for state in ForgeState.objects.all()}
    ledgers = _ledgers()
    found = []
    for name in names:
        state = states.get(name) or ForgeState(forge=name)
        ledger = ledgers.get(state.identity, Ledger())
        stopped = max(ledger.stopped - ledger.at, 0.0)
        found.append(ForgeSeen(state, standings(ledger), stopped, left(ledger, "requests")))
    return found


def _ledgers() -> dict[str, Ledger]:
    """Each identity's as of now, on the machine that it was asked from last; on others as it was then."""
    machine, tick = ticks()
    found = {}
    for identity, plain in Spending.objects.values_list("identity", "ledger"):
        ledger = Ledger.parse(plain)
        known = machine in ledger.machines and ledger.offset is None
        found[identity] = advance(ledger, machine, tick) if known else ledger
    return found


def opening(campaign: Campaign, roster: Roster) -> list[str]:
    """How long it takes at least to open all that the campaign has not done yet, for each forge where that is long."""
    limits = {identity: ledger.limits for identity, ledger in _ledgers().items()}
    known = {state.forge: limits[state.identity] for state in ForgeState.objects.all() if state.identity in limits}
    if not known:
        return []
    names = Upgrade.objects.filter(campaign=campaign, done_at=None).values_list("service__name", flat=True)
    counts = Counter(roster.service(name).forge for name in names if roster.has(name))
    each = len(campaign.value.changes)
    return [
        f"Opening {counted(count * each, 'pull request')} on {forge} takes at least {_words(time)}: "
        "its limits allow no more."
        for forge, count in sorted(counts.items())
        if forge in known and (time := shortest(count * each, known[forge])) >= _WORTH
    ]


def _words(time: timedelta) -> str:
    minutes = round(time.total_seconds() / 60)
    return counted(minutes, "minute") if minutes < 100 else counted(round(minutes / 60), "hour")
