"""Opens many pull requests in simulated time, on a forge that counts as GitHub does and a person who works beside."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from chairlift.core.budget import Call, Heard, Lane, Limits
from chairlift.ports import Spent
from chairlift.testing.fakes.budget import MemoryBudget

GITHUB = Limits(requests_hour=5000, points_minute=900, creates_minute=80, creates_hour=500, gap=1.0)
#: What opening one takes: looks, the pull request itself, and its labels.
CALLS = (Call.READ, Call.READ, Call.CREATE, Call.WRITE)
WHO, WORKERS, NOW = "github.com user 7", 4, datetime(2026, 1, 12, 9, tzinfo=UTC)
#: A person makes a page of reads so often, and creates something every so many of them, in seconds.
PERSON, READS, CREATES = 120.0, 8, 2


@dataclass(frozen=True)
class Opened:
    took: float
    fastest: float
    over: int
    people: int
    refused: int


class Windows:
    """All that the forge counts, exactly: sliding spans of the calls of all who use the identity."""

    def __init__(self) -> None:
        self.spans = {
            (limit, seconds): deque[tuple[float, int]]()
            for limit, seconds in (("requests", 3600), ("points", 60), ("minute", 60), ("hour", 3600))
        }
        self.most = {"requests": 5000, "points": 900, "minute": 80, "hour": 500}

    def opens(self, call: Call, at: float) -> float:
        """When it would be taken, at this time or later."""
        for (name, seconds), span in self.spans.items():
            cost = self._cost(name, call)
            total = sum(c for t, c in span if t > at - seconds)
            for t, c in span:
                if total + cost <= self.most[name] or not cost:
                    break
                if t > at - seconds:
                    total, at = total - c, t + seconds
        return at

    def take(self, call: Call, at: float) -> bool:
        fits = self.opens(call, at) <= at
        for (name, seconds), span in self.spans.items():
            if cost := self._cost(name, call):
                span.append((at, cost))
            while span and span[0][0] <= at - seconds:
                span.popleft()
        return fits

    def _cost(self, name: str, call: Call) -> int:
        creates, writes = call is Call.CREATE, call in (Call.CREATE, Call.WRITE)
        return {"requests": 1, "points": 5 if writes else 1, "minute": int(creates), "hour": int(creates)}[name]


class Clock:
    def __init__(self) -> None:
        self.at = 0.0
        self.slept = 0.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.at)

    def sleep(self, seconds: float) -> None:
        self.slept += seconds


def opened(count: int) -> Opened:
    """Four workers open so many; the budget tells them when."""
    clock, forge, person = Clock(), Windows(), Person()
    budget = MemoryBudget(clock.now, clock.sleep)
    turns = [(0.0, worker, 0) for worker in range(WORKERS)]
    left, over, done, used = count, 0, 0.0, deque[float]()
    while turns:
        clock.at, worker, place = heapq.heappop(turns)
        if place == 0:
            if not left:
                continue
            left -= 1
        clock.slept = 0.0
        try:
            budget.spend(WHO, GITHUB, Lane.OPEN if CALLS[place] is not Call.READ else Lane.READ, CALLS[place])
        except Spent as spent:
            left += place == 0
            heapq.heappush(turns, (clock.at + (spent.after or 1.0), worker, place))
            continue
        at = clock.at + clock.slept
        person.until(at, forge, used)
        over += not forge.take(CALLS[place], at)
        used.append(at)
        _tell(budget, used, at)
        done = max(done, at)
        # A call takes the forge some time.
        heapq.heappush(turns, (at + 0.15, worker, (place + 1) % len(CALLS)))
    return Opened(done, fastest(count), over, person.calls, person.refused)


def _tell(budget: MemoryBudget, used: deque[float], at: float) -> None:
    """What GitHub's answer says of its own hour."""
    begun = at // 3600 * 3600
    while used and used[0] < begun:
        used.popleft()
    mine = len(used) - bisect_left(used, begun)
    budget.heard(WHO, Heard(limit=5000, remaining=5000 - mine, reset=NOW + timedelta(seconds=begun + 3600)))


class Person:
    """Works on the same identity, in the open hours and all others."""

    def __init__(self) -> None:
        self.calls = self.refused = self._times = 0

    def until(self, at: float, forge: Windows, used: deque[float]) -> None:
        while (self._times + 1) * PERSON <= at:
            self._times += 1
            when = self._times * PERSON
            calls = [Call.READ] * READS + ([Call.CREATE] if self._times % CREATES == 0 else [])
            for call in calls:
                self.calls += 1
                self.refused += not forge.take(call, when)
                used.append(when)


def fastest(count: int) -> float:
    """Whoever asks at the first moment that all limits allow, with the same person beside, and knows no lanes."""
    forge, person, used = Windows(), Person(), deque[float]()
    at, written, done = 0.0, -1.0, 0.0
    for _ in range(count):
        for call in CALLS:
            if call is not Call.READ:
                at = max(at, written + GITHUB.gap)
            while True:
                person.until(at, forge, used)
                opens = forge.opens(call, at)
                if opens <= at:
                    break
                at = opens
            forge.take(call, at)
            written = at if call is not Call.READ else written
            done = at
    return done
