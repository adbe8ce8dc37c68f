"""No span of time ever holds more calls than are allowed, nearly as many as that are made, and people get theirs."""

from __future__ import annotations

import json
from bisect import bisect_left
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chairlift.core.budget import Call, Heard, Lane, Limits
from chairlift.core.ledger import LATE, Ledger, advance, earliest, give_back, hear, shortest, spend, standings

NOW = datetime(2026, 1, 12, 9, tzinfo=UTC)
GITHUB = Limits(requests_hour=5000, points_minute=900, creates_minute=80, creates_hour=500, gap=1.0)
WRITES = (Call.WRITE, Call.CREATE)

some = st.none() | st.integers(5, 60)
any_limits = st.builds(
    Limits,
    requests_hour=st.none() | st.integers(5, 200), points_minute=some, creates_minute=some, creates_hour=some,
    write_points=st.integers(1, 5), gap=st.sampled_from([0.0, 0.5, 1.0]),
)  # fmt: skip


def most_in(times: list[float], costs: list[int], seconds: float) -> int:
    """The highest sum of costs in any span of so many seconds; a call at its very end is not within it."""
    order = sorted(range(len(times)), key=times.__getitem__)
    sums, at = [0], [times[i] for i in order]
    for i in order:
        sums.append(sums[-1] + costs[i])
    return max((sums[bisect_left(at, begun + seconds)] - sums[i] for i, begun in enumerate(at)), default=0)


def over(limits: Limits, made: list[tuple[float, Call]]) -> list[str]:
    """Which limits were passed."""
    points = {call: limits.write_points if call in WRITES else 1 for call in Call}
    found = []
    for name, most, seconds, cost in (
        ("requests", limits.requests_hour, 3600, lambda call: call is not Call.QUERY),
        ("queries", limits.requests_hour, 3600, lambda call: call is Call.QUERY),
        ("points", limits.points_minute, 60, lambda call: points[call]),
        ("creates a minute", limits.creates_minute, 60, lambda call: call is Call.CREATE),
        ("creates an hour", limits.creates_hour, 3600, lambda call: call is Call.CREATE),
    ):
        kept = [(at, int(cost(call))) for at, call in made if cost(call)]
        if most is not None and most_in([at for at, _ in kept], [c for _, c in kept], seconds) > most:
            found.append(name)
    return found


class Desk:
    """One ledger that several machines write in, each with a counter of its own, beside a clock that may jump."""

    def __init__(self, limits: Limits, machines: int = 1) -> None:
        self.limits, self.seconds, self.ledger = limits, 0.0, Ledger()
        self.jumped, self.several = 0.0, machines > 1
        for machine in range(machines):
            self.ledger = self.now(machine)
        self.made: list[tuple[float, Call]] = []
        self.meant: list[float] = []

    def now(self, machine: int) -> Ledger:
        """As this machine sees it, after its way through the database."""
        kept = Ledger.parse(json.loads(json.dumps(self.ledger.plain())))
        shared = 5e8 + self.seconds + self.jumped if self.several else None
        return advance(kept, f"m{machine}", self.seconds + 1000.0 * machine, shared)

    def ask(self, machine: int, lane: Lane, call: Call, late: float = 0.0, patience: float = 5.0) -> float:
        """Makes the call when it may, somewhat late; returns how long it waits, or would have to."""
        self.ledger = ledger = self.now(machine)
        wait = earliest(ledger, self.limits, lane, call) - ledger.at
        if wait <= patience:
            self.ledger = spend(ledger, self.limits, call, ledger.at + wait)
            self.made.append((self.seconds + wait + late, call))
            if call in WRITES:
                self.meant.append(self.seconds + wait)
        return wait


asks = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.0, 0.0, 0.1, 0.7, 3.0, 20.0, 70.0, 900.0]),
        st.integers(0, 2),
        st.sampled_from(Lane),
        st.sampled_from(Call),
        st.sampled_from([0.0, 0.3, LATE]),
        st.integers(1, 12),
        st.sampled_from([0.0, 0.0, 0.0, 0.0, 5.0, -5.0, 90.0, -90.0, 7200.0, -7200.0]),
    ),
    max_size=25,
)


@settings(max_examples=30, deadline=None)
@given(limits=any_limits, asked=asks, machines=st.integers(1, 3))
def test_no_span_of_time_holds_more_than_is_allowed(limits, asked, machines):
    desk = Desk(limits, machines)
    for pause, machine, lane, call, late, count, jump in asked:
        desk.seconds += pause
        desk.jumped += jump
        for _ in range(count):
            desk.ask(machine % machines, lane, call, late)
    assert over(limits, desk.made) == []
    gaps = [b - a for a, b in zip(sorted(desk.meant), sorted(desk.meant)[1:], strict=False)]
    assert min(gaps, default=limits.gap) >= limits.gap - 1e-6


@pytest.mark.parametrize("begun", [0.0, 0.49, 29.9])
@pytest.mark.parametrize(("limits", "seconds"), [(Limits(creates_minute=1), 60), (Limits(creates_hour=1), 3600)])
def test_a_call_that_is_made_late_counts_until_it_is_past_itself(limits, seconds, begun):
    desk = Desk(limits)
    desk.seconds = begun
    desk.ask(0, Lane.MERGE, Call.CREATE, LATE)
    desk.seconds += desk.ask(0, Lane.MERGE, Call.CREATE, patience=0.0)
    assert desk.ask(0, Lane.MERGE, Call.CREATE, patience=0.0) == 0.0
    first, second = (at for at, _ in desk.made)
    assert second - first >= seconds


@settings(max_examples=30, deadline=None)
@given(
    limits=any_limits, counts=st.lists(st.tuples(st.integers(1, 8), st.integers(0, 8), st.floats(0, 60)), max_size=30)
)
def test_nor_do_slices_of_which_some_are_given_back(limits, counts):
    desk = Desk(limits)
    for count, used, pause in counts:
        desk.seconds += pause
        ledger = desk.now(0)
        if earliest(ledger, limits, Lane.READ, Call.READ, count) > ledger.at:
            continue
        desk.ledger = spend(ledger, limits, Call.READ, ledger.at, count)
        used = min(used, count)
        desk.made += [(desk.seconds + LATE, Call.READ)] * used
        desk.seconds += LATE
        desk.ledger = give_back(desk.now(0), limits, Call.READ, ledger.at, count - used)
    assert over(limits, desk.made) == []


@pytest.mark.parametrize(
    ("limits", "lane", "call", "hours", "most"),
    [
        (Limits(creates_hour=500), Lane.OPEN, Call.CREATE, 4, 500 * 4),
        (Limits(creates_hour=500, creates_minute=80, gap=1.0), Lane.OPEN, Call.CREATE, 4, 500 * 4),
        (Limits(creates_minute=80), Lane.OPEN, Call.CREATE, 0.5, 80 * 30),
        (Limits(gap=1.0), Lane.OPEN, Call.CREATE, 0.5, 1800),
        (Limits(points_minute=90), Lane.READ, Call.READ, 0.5, 90 * 30),
        (Limits(points_minute=900), Lane.OPEN, Call.WRITE, 0.5, 180 * 30),
        (Limits(requests_hour=500), Lane.MERGE, Call.READ, 4, 500 * 4),
    ],
)
def test_who_asks_without_a_pause_gets_nearly_all_that_is_allowed(limits, lane, call, hours, most):
    desk = Desk(limits)
    while desk.seconds < hours * 3600:
        # As a worker that is told how long, or that sleeps within.
        desk.seconds += desk.ask(0, lane, call)
    assert over(limits, desk.made) == []
    assert sum(at < hours * 3600 for at, _ in desk.made) >= 0.95 * most


@settings(max_examples=6, deadline=None)
@given(first=st.integers(0, 15), later=st.integers(0, 100), lane=st.sampled_from([Lane.OPEN, Lane.READ]))
def test_people_on_the_same_identity_are_never_refused(first, later, lane):
    """A forge that counts 200 an hour of all together. We ask without end; people up to 15 first, then up to half."""
    desk = Desk(Limits(requests_hour=200))
    for hour in range(4):
        used, people = 0, first if hour < 1 else max(first, 12) if hour < 2 else later if first > 10 else first
        reset, theirs = NOW + timedelta(hours=hour + 1), 0
        while desk.seconds < 3600 * (hour + 1):
            while theirs < people * (desk.seconds - 3600 * hour) / 3600:
                theirs, used = theirs + 1, used + 1
                assert used <= 200, f"a person was refused in hour {hour}"
            if desk.ask(0, lane, Call.READ, patience=0.0):
                desk.seconds += 20
                continue
            used += 1
            assert used <= 200
            heard = Heard(limit=200, remaining=200 - used, reset=reset)
            desk.ledger = hear(desk.ledger, heard, NOW + timedelta(seconds=desk.seconds))
            desk.seconds += 1


def test_merging_does_not_wait_behind_opening():
    desk = Desk(GITHUB)
    while desk.ask(0, Lane.OPEN, Call.CREATE) <= 5:
        desk.seconds += 1
    assert desk.ask(0, Lane.MERGE, Call.WRITE) <= 1.0


def test_a_ledger_is_the_same_after_its_way_through_json():
    desk = Desk(GITHUB)
    for call in Call:
        desk.ask(0, Lane.MERGE, call)
    heard = Heard(limit=5000, remaining=4000, reset=NOW + timedelta(minutes=9), secondary=True)
    ledger = hear(desk.ledger, heard, NOW)
    assert Ledger.parse(json.loads(json.dumps(ledger.plain()))) == ledger
    assert Ledger.parse({}) == Ledger()


def test_what_people_see_of_it():
    desk = Desk(GITHUB)
    desk.ask(0, Lane.OPEN, Call.CREATE)
    desk.ask(0, Lane.READ, Call.QUERY)
    found = {each.name: (each.used, each.most) for each in standings(desk.ledger)}
    assert found == {
        "requests": (1, 5000), "queries": (1, 5000), "points": (6, 900), "creates": (1, 500),
        "creates a minute": (1, 80),
    }  # fmt: skip


def test_a_forge_whose_limit_nobody_knows_says_nothing_by_what_is_left():
    assert hear(Ledger(), Heard(remaining=0), NOW) == Ledger()


def test_a_machine_that_started_anew_gains_no_time():
    desk = Desk(Limits(creates_hour=5))
    while desk.ask(0, Lane.MERGE, Call.CREATE) <= 5:
        desk.seconds += 60
    assert desk.ask(7, Lane.MERGE, Call.CREATE) > 3200
    desk.seconds += 3640
    assert desk.ask(7, Lane.MERGE, Call.CREATE) == 0


def test_a_machine_that_joins_others_knows_what_time_it_is():
    desk = Desk(Limits(creates_hour=5), machines=2)
    while desk.ask(0, Lane.MERGE, Call.CREATE) <= 5:
        desk.seconds += 60
    desk.seconds += 3640
    assert desk.ask(7, Lane.MERGE, Call.CREATE) == 0
    assert set(desk.ledger.machines) == {"m0", "m1", "m7"}


@pytest.mark.parametrize("jump", [7200.0, -7200.0])
def test_nor_does_one_that_joins_after_the_clock_has_jumped(jump):
    desk = Desk(Limits(creates_hour=5), machines=2)
    while desk.ask(0, Lane.MERGE, Call.CREATE) <= 5:
        desk.seconds += 60
    desk.jumped = jump
    assert desk.ask(1, Lane.MERGE, Call.CREATE) > 3000
    assert desk.ask(7, Lane.MERGE, Call.CREATE) > 3000
    desk.seconds += 3700
    assert desk.ask(7, Lane.MERGE, Call.CREATE) == 0


class TestShortest:
    def test_ten_thousand_are_most_of_a_day(self):
        assert shortest(10_000, GITHUB) == timedelta(hours=20)

    def test_a_few_take_a_second_each(self):
        assert shortest(30, GITHUB) == timedelta(seconds=29)
        assert shortest(0, GITHUB) == timedelta(0)

    def test_without_limits_it_takes_no_time(self):
        assert shortest(10_000, Limits()) == timedelta(0)

    def test_the_slowest_limit_decides(self):
        assert shortest(1000, replace(GITHUB, creates_hour=None)) == timedelta(hours=1)
        assert shortest(600, Limits(requests_hour=1000)) == timedelta(hours=4)
