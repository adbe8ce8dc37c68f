"""When a call of a forge may be made, given what was spent: windows that slide, lanes, and what is left for people.

Time is the ledger's own, in seconds, and only goes forwards: `advance` moves it by what machines count since they
started, so that a wall clock that jumps gives nobody more. A window counts calls in buckets, each until all of it is
past: no span of the window's length ever holds more than is allowed, and less than 1% (3% in a minute) is lost by it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from chairlift.core.budget import Call, Heard, Lane, Limits

MINUTE, HOUR = 60.0, 3600.0
#: So many buckets a window has.
_BUCKETS = 120
#: A call may be made so many seconds after the time that it was written down for.
LATE = 1.0
#: Machines that are remembered; one that is forgotten is as one that is new.
_MACHINES = 16
#: So far a clock that all see and a machine's own count may be apart, in seconds.
_AGREE = 2.0
#: Where a forge complains of our pace without saying how long to stay away: doubled each time within an hour.
_COMPLAINT = 60.0
#: Others are on the same identity when so much of the limit is used that was not by us.
_OTHERS = 0.02

#: What each lane leaves of an hour's requests, and of an hour's creations: of these people cannot see what is left.
_LEFT = {Lane.MERGE: 0.02, Lane.READ: 0.10, Lane.TALK: 0.10, Lane.OPEN: 0.20}
_LEFT_CREATES = {Lane.MERGE: 0.02, Lane.READ: 0.03, Lane.TALK: 0.03, Lane.OPEN: 0.04}
#: And of a minute, where all is well again in a minute.
_LEFT_MINUTE = {Lane.MERGE: 0.0, Lane.READ: 0.02, Lane.TALK: 0.02, Lane.OPEN: 0.02}

#: Requests that opening one pull request takes, with the looks before it.
_REQUESTS = 6

_WRITES = (Call.WRITE, Call.CREATE)


@dataclass(frozen=True)
class Window:
    """So many (`most`) in any span of so many seconds; `left` is what each lane leaves of them to those before it."""

    name: str
    seconds: float
    most: int
    cost: int
    left: Mapping[Lane, float]

    @property
    def bucket(self) -> float:
        return self.seconds / _BUCKETS

    def over(self, number: int) -> float:
        """When all that was counted in a bucket is past."""
        return (number + 1) * self.bucket + LATE + self.seconds

    def open_to(self, lane: Lane) -> int:
        return self.most - math.floor(self.most * self.left[lane])


@dataclass(frozen=True)
class Told:
    """What the forge said last of one hourly limit: all that is left until `reset`, whoever uses it.

    `others` is how many others have used of it, as far as is known. Where that is more than a few, half of what was
    left then is theirs, and so is half of the whole next hour: `ours` is what remains of the other half.
    """

    limit: int
    left: int
    reset: float
    ours: int | None = None
    others: int = 0

    @property
    def shared(self) -> bool:
        return self.others > max(10, self.limit * _OTHERS)


@dataclass(frozen=True)
class Ledger:
    """What one identity has spent, and what its forge said. `spent` are counts by window and number of the bucket.

    `machines` have what each counted at its last change, and the ledger's time then; `offset` lies between the clock
    that all of them see and that time.
    """

    at: float = 0.0
    machines: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    offset: float | None = None
    spent: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    written: float | None = None
    stopped: float = 0.0
    strikes: int = 0
    struck: float = 0.0
    told: Mapping[str, Told] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    @classmethod
    def parse(cls, plain: Mapping[str, Any]) -> Ledger:
        """What `plain` gave, when it has been through JSON."""
        if not plain:
            return cls()
        spent = {name: {int(number): count for number, count in each.items()} for name, each in plain["spent"].items()}
        machines = {name: (tick, at) for name, (tick, at) in plain["machines"].items()}
        told = {name: Told(**each) for name, each in plain["told"].items()}
        parts = {"spent": spent, "machines": machines, "told": told, "limits": Limits(**plain["limits"])}
        return cls(**{**plain, **parts})


def advance(ledger: Ledger, machine: str, tick: float, shared: float | None = None) -> Ledger:
    """The ledger as of now: `tick` are seconds that this machine counts since it started, whatever its clock says.

    Where several machines write, `shared` are seconds of one clock that all of them see. It tells a machine that is new
    how long the others have counted; those that are known go by their own count and set it right, so that its jumps
    give nothing. Without it there is one machine at a time, and for a new one no time has passed: that costs an hour at
    most, where trusting its clock could pass a limit.
    """
    known = ledger.machines.get(machine)
    own = known[1] + tick - known[0] if known and tick >= known[0] else None
    if shared is None:
        at = max(ledger.at, own if own is not None else ledger.at)
        return replace(ledger, at=at, machines={machine: (tick, at)})
    offset = shared - ledger.at if ledger.offset is None else ledger.offset
    if own is not None and abs(shared - offset - own) > _AGREE:
        offset = shared - own
    at = max(ledger.at, own if own is not None else shared - offset)
    others = [(name, each) for name, each in ledger.machines.items() if name != machine]
    machines = {**dict(others[-(_MACHINES - 1) :]), machine: (tick, at)}
    return replace(ledger, at=at, machines=machines, offset=offset)


def windows(ledger: Ledger, limits: Limits, call: Call) -> Iterator[Window]:
    """The windows that a call counts in. The forge's own word of an hourly limit is believed before ours."""
    name = resource(call)
    if limits.requests_hour is not None:
        told = ledger.told.get(name)
        yield Window(name, HOUR, told.limit if told else limits.requests_hour, 1, _LEFT)
    if limits.points_minute is not None:
        cost = limits.write_points if call in _WRITES else 1
        yield Window("points", MINUTE, limits.points_minute, cost, _LEFT_MINUTE)
    if call is Call.CREATE and limits.creates_minute is not None:
        yield Window("creates a minute", MINUTE, limits.creates_minute, 1, _LEFT_MINUTE)
    if call is Call.CREATE and limits.creates_hour is not None:
        yield Window("creates", HOUR, limits.creates_hour, 1, _LEFT_CREATES)


def resource(call: Call) -> str:
    """Queries have an hourly limit of their own."""
    return "queries" if call is Call.QUERY else "requests"


def earliest(ledger: Ledger, limits: Limits, lane: Lane, call: Call, count: int = 1) -> float:
    """When so many such calls may be made at once, in the ledger's time; its own where that is now."""
    at = max(ledger.at, ledger.stopped)
    if call in _WRITES and ledger.written is not None:
        at = max(at, ledger.written + limits.gap)
    for window in windows(ledger, limits, call):
        at = max(at, _opens(ledger, window, window.open_to(lane), count))
    told = ledger.told.get(resource(call))
    if told and limits.requests_hour is not None and at < told.reset:
        left = told.left - math.floor(told.limit * _LEFT[lane])
        if lane is not Lane.MERGE and told.ours is not None:
            left = min(left, told.ours)
        if left < count:
            at = told.reset
    return at


def _opens(ledger: Ledger, window: Window, most: int, count: int) -> float:
    """When so many fit into a window; where they never do, when it is empty."""
    room = most - count * window.cost
    used = {n: c for n, c in ledger.spent.get(window.name, {}).items() if window.over(n) > ledger.at}
    total, at = sum(used.values()), ledger.at
    for number in sorted(used):
        if total <= room:
            return at
        total -= used[number]
        at = window.over(number)
    return at if total <= room else ledger.at + window.seconds


def spend(ledger: Ledger, limits: Limits, call: Call, at: float, count: int = 1) -> Ledger:
    """Written down for `at`, which is what `earliest` gave."""
    spent = dict(ledger.spent)
    for window in windows(ledger, limits, call):
        there = {n: c for n, c in spent.get(window.name, {}).items() if window.over(n) > ledger.at}
        number = math.floor(at / window.bucket)
        spent[window.name] = {**there, number: there.get(number, 0) + count * window.cost}
    written = at if call in _WRITES else ledger.written
    return replace(_less(ledger, call, count), spent=spent, written=written, limits=limits)


def give_back(ledger: Ledger, limits: Limits, call: Call, at: float, count: int) -> Ledger:
    """Calls that were written down for `at`, and never made."""
    spent = dict(ledger.spent)
    for window in windows(ledger, limits, call):
        number = math.floor(at / window.bucket)
        there = dict(spent.get(window.name, {}))
        if number in there:
            there[number] = max(0, there[number] - count * window.cost)
            spent[window.name] = there
    return replace(_less(ledger, call, -count), spent=spent)


def _less(ledger: Ledger, call: Call, count: int) -> Ledger:
    told = ledger.told.get(resource(call))
    if told is None:
        return ledger
    ours = None if told.ours is None else told.ours - count
    return replace(ledger, told={**ledger.told, resource(call): replace(told, left=told.left - count, ours=ours)})


def hear(ledger: Ledger, heard: Heard, now: datetime) -> Ledger:
    """What the forge said: to stay away, which holds for all lanes, and what is left. `now` is by the wall clock."""
    if heard.retry_after is not None or heard.secondary:
        ledger = _stop(ledger, heard)
    name = resource(Call.QUERY if heard.query else Call.READ)
    limit = heard.limit or _limit(ledger, name)
    if heard.remaining is None or not limit:
        return ledger
    rest = (heard.reset - now).total_seconds() if heard.reset else HOUR
    # A reset that lies far ahead comes of a wall clock that is wrong.
    told = Told(limit, heard.remaining, ledger.at + min(max(rest, 0.0), HOUR + MINUTE))
    told = replace(told, others=_others(ledger, name, told))
    before = ledger.told.get(name)
    same = before is not None and ledger.at < before.reset and abs(told.reset - before.reset) <= MINUTE
    if before and same:
        # Answers overtake each other, and what is under way now is in none of them: the lowest word holds.
        left, others = min(told.left, before.left), max(told.others, before.others)
        told = replace(told, left=left, ours=before.ours, others=others)
    if told.ours is None and (told.shared or (before and not same and before.shared)):
        told = replace(told, ours=told.left // 2)
    return replace(ledger, told={**ledger.told, name: told})


def _stop(ledger: Ledger, heard: Heard) -> Ledger:
    strikes = ledger.strikes
    if heard.secondary and ledger.at >= ledger.stopped:
        # Those that were under way together with the first are no further complaint.
        strikes = strikes + 1 if strikes and ledger.at - ledger.struck < HOUR else 1
        ledger = replace(ledger, strikes=strikes, struck=ledger.at)
    pause = heard.retry_after
    if pause is None:
        pause = min(_COMPLAINT * 2 ** (max(strikes, 1) - 1), HOUR)
    return replace(ledger, stopped=max(ledger.stopped, ledger.at + max(pause, 0.0)))


def _limit(ledger: Ledger, name: str) -> int:
    told = ledger.told.get(name)
    return told.limit if told else ledger.limits.requests_hour or 0


def _others(ledger: Ledger, name: str, told: Told) -> int:
    """How many others have used since the forge's hour began, at least."""
    begun = told.reset - HOUR - HOUR / _BUCKETS - LATE
    ours = sum(c for n, c in ledger.spent.get(name, {}).items() if (n + 1) * HOUR / _BUCKETS > begun)
    return told.limit - told.left - ours


@dataclass(frozen=True)
class Standing:
    """How one limit stands, for people: so many of so many are used in its window."""

    name: str
    used: int
    most: int


def standings(ledger: Ledger) -> list[Standing]:
    """Every limit that holds, as it stands at the ledger's time."""
    found = {w.name: w for call in Call for w in windows(ledger, ledger.limits, call)}
    return [
        Standing(name, sum(c for n, c in ledger.spent.get(name, {}).items() if window.over(n) > ledger.at), window.most)
        for name, window in found.items()
    ]


def left(ledger: Ledger, name: str) -> int | None:
    """What the forge said is left of an hour's requests or queries; None where that hour is over, or nothing said."""
    told = ledger.told.get(name)
    return max(told.left, 0) if told and ledger.at < told.reset else None


def shortest(pulls: int, limits: Limits) -> timedelta:
    """The least time in which so many pull requests can be opened, in the lane for that.

    A window may be spent at its beginning, so that the last one is not waited for.
    """
    seconds = max(pulls - 1, 0) * limits.gap
    for window in windows(Ledger(), limits, Call.CREATE):
        each = {"requests": _REQUESTS, "points": _REQUESTS - 1 + limits.write_points}.get(window.name, 1)
        spans = math.ceil(pulls * each / max(window.open_to(Lane.OPEN), 1))
        seconds = max(seconds, max(spans - 1, 0) * window.seconds)
    return timedelta(seconds=seconds)
