"""A budget in memory, with the arithmetic of the real one; time passes only by its own sleep, or as the test says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from chairlift.core.budget import Call, Heard, Lane, Limits
from chairlift.core.ledger import Ledger, advance, earliest, hear, spend
from chairlift.ports import Spent


class MemoryBudget:
    """Fulfils `chairlift.ports.Budget`. `calls` are all that were let through, `told` all that forges said."""

    def __init__(
        self,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
        patience: float = 5.0,
        ticks: Callable[[], tuple[str, float]] | None = None,
    ) -> None:
        self.calls: list[tuple[str, Lane, Call]] = []
        self.told: list[tuple[str, Heard]] = []
        self._now, self._sleep, self._patience = now, sleep, patience
        self._ticks = ticks or (lambda: ("memory", now().timestamp()))
        self._ledgers: dict[str, Ledger] = {}

    def spend(self, identity: str, limits: Limits, lane: Lane, call: Call) -> None:
        ledger = self._at(identity)
        at = earliest(ledger, limits, lane, call)
        wait = at - ledger.at
        if wait > self._patience:
            raise Spent(f"the calls that {identity} may make are used up for now: nothing is wrong", after=wait)
        self._ledgers[identity] = spend(ledger, limits, call, at)
        self.calls.append((identity, lane, call))
        if wait:
            self._sleep(wait)

    def heard(self, identity: str, heard: Heard) -> None:
        self.told.append((identity, heard))
        self._ledgers[identity] = hear(self._at(identity), heard, self._now())

    def _at(self, identity: str) -> Ledger:
        return advance(self._ledgers.get(identity, Ledger()), *self._ticks())
