"""The budget of calls of each forge identity, shared by all workers: one row each, changed by conditional UPDATEs."""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from django.db import connection
from django.db.models.functions import Now

from chairlift.core.budget import Call, Heard, Lane, Limits
from chairlift.core.ledger import Ledger, advance, earliest, give_back, hear, spend
from chairlift.ports import Spent
from chairlift.server.models import ForgeState, Spending

#: The longest wait within `spend`, in seconds: writes keep a second between them, and a few may queue for that.
PATIENCE = 5.0
#: The most reads that a process takes in advance, and for how many seconds they are good.
SLICE, GOOD = 16, 1.0
#: How often it is tried to change a row that others change, too.
_TRIES = 50
_AMONG_OTHERS = 0.002

T = TypeVar("T")
#: Seconds that this machine counts, which no change of its clock touches; and its name, until it starts anew.
Ticks = Callable[[], tuple[str, float]]

_urgent: ContextVar[bool] = ContextVar("urgent", default=False)


@contextlib.contextmanager
def urgently() -> Iterator[None]:
    """What is spent within is in the first lane, whatever it is for: undoing waits for nobody's opening."""
    token = _urgent.set(True)
    try:
        yield
    finally:
        _urgent.reset(token)


@lru_cache(maxsize=1)
def _machine() -> tuple[str, int]:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip(), time.CLOCK_BOOTTIME
    except (OSError, AttributeError):
        # Without such a number each process counts for itself, which costs a delay after it has started.
        return uuid.uuid4().hex, time.CLOCK_MONOTONIC


def ticks() -> tuple[str, float]:
    """On Linux the same for all processes of a machine, and sleep counts."""
    name, counter = _machine()
    return name, time.clock_gettime(counter)


@dataclass
class _Slice:
    """Reads taken in advance: `at` is in the ledger's time, `until` in ticks; `size` is how many the next one has."""

    left: int = 0
    size: int = 1
    at: float = 0.0
    until: float = 0.0


class DatabaseBudget:
    """Fulfils `chairlift.ports.Budget` for the adapter of one forge, in any number of processes."""

    def __init__(
        self,
        forge: str,
        now: Callable[[], datetime],
        ticks: Ticks = ticks,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._forge, self._now, self._ticks, self._sleep = forge, now, ticks, sleep
        self._slices: dict[tuple[str, Lane, Call], _Slice] = {}
        self._identity = ""
        self._lock = threading.Lock()

    def spend(self, identity: str, limits: Limits, lane: Lane, call: Call) -> None:
        if limits == Limits():
            return
        lane = Lane.MERGE if _urgent.get() else lane
        self._known(identity)
        if call in (Call.READ, Call.QUERY):
            with self._lock:
                wait = self._read(identity, limits, lane, call)
        else:
            wait = self._change(identity, lambda ledger: _taken(ledger, limits, lane, call, 1))
        if wait > PATIENCE:
            raise Spent(f"the calls that {identity} may make are used up for now: nothing is wrong", after=wait)
        if wait:
            self._sleep(wait)

    def heard(self, identity: str, heard: Heard) -> None:
        if heard.retry_after is None and not heard.secondary and heard.remaining is None:
            return
        if heard.retry_after is not None or heard.secondary:
            with self._lock:
                self._slices.clear()
        now = self._now()
        self._change(identity, lambda ledger: (hear(ledger, heard, now), 0.0))

    def _read(self, identity: str, limits: Limits, lane: Lane, call: Call) -> float:
        """From what was taken in advance, else by taking more: twice as many where the last ones were used in time."""
        mine = self._slices.setdefault((identity, lane, call), _Slice())
        _, tick = self._ticks()
        fresh = tick < mine.until
        if mine.left and fresh:
            mine.left -= 1
            return 0.0
        unused, at = mine.left, mine.at
        size = min(mine.size * 2, SLICE) if fresh else max(mine.size - unused, 1)

        def change(ledger: Ledger) -> tuple[Ledger, tuple[float, int, float]]:
            ledger = give_back(ledger, limits, call, at, unused) if unused else ledger
            for count in (size, 1):
                found, wait = _taken(ledger, limits, lane, call, count)
                if not wait:
                    return found, (0.0, count, found.at)
            return found, (wait, 1, found.at + wait)

        wait, count, at = self._change(identity, change)
        taken = wait <= PATIENCE
        mine.left, mine.size, mine.at = count - 1 if taken else 0, count, at
        mine.until = tick + GOOD if taken and not wait else 0.0
        return wait

    def _known(self, identity: str) -> None:
        """Which identity this forge is asked under, for people to see."""
        if identity != self._identity:
            ForgeState.objects.update_or_create(forge=self._forge, defaults={"identity": identity[:200]})
            self._identity = identity

    def _change(self, identity: str, change: Callable[[Ledger], tuple[Ledger, T]]) -> T:
        """One conditional UPDATE, with no transaction open: of those that read the same edition, one writes the next.

        Nothing is written where nothing changes but the time.
        """
        rows = Spending.objects.filter(identity=identity[:200])
        for attempt in range(_TRIES):
            row = rows.annotate(clock=Now()).values_list("edition", "ledger", "clock").first()
            if row is None:
                Spending.objects.bulk_create([Spending(identity=identity[:200])], ignore_conflicts=True)
                continue
            edition, plain, clock = row
            kept = Ledger.parse(plain)
            # SQLite is on one machine; those on one PostgreSQL all see its clock.
            shared = clock.timestamp() if connection.vendor == "postgresql" else None
            before = advance(kept, *self._ticks(), shared)
            after, answer = change(before)
            # A machine that is new must be written down even so: its time would else stand still. So must a jump.
            known = before.machines.keys() == kept.machines.keys() and before.offset == kept.offset
            same = after is before and known
            if same or rows.filter(edition=edition).update(edition=edition + 1, ledger=after.plain()):
                return answer
            self._sleep(_AMONG_OTHERS * (attempt % 5))
        raise Spent(f"too many ask what {identity} may still ask of its forge at once", after=1.0)


def _taken(ledger: Ledger, limits: Limits, lane: Lane, call: Call, count: int) -> tuple[Ledger, float]:
    """So many calls written down, and how long to wait before they are made; not written down where that is long."""
    at = earliest(ledger, limits, lane, call, count)
    wait = at - ledger.at
    if wait > (PATIENCE if count == 1 else 0):
        return ledger, wait
    return spend(ledger, limits, call, at, count), wait
