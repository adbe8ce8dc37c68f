"""The contract of budgets: the test of one inherits from it and gives it two fixtures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chairlift.core.budget import Call, Heard, Lane, Limits
from chairlift.ports import Budget, Spent

WHO = "forge.example app 12"
#: What GitHub asks of everybody.
GITHUB = Limits(requests_hour=5000, points_minute=900, creates_minute=80, creates_hour=500, gap=1.0)


class Time:
    """What a budget is given for clocks and for sleeping: it passes when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.jumped = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 12, 9, tzinfo=UTC) + timedelta(seconds=self.seconds + self.jumped)

    def ticks(self) -> tuple[str, float]:
        return "here", self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def asked(budget: Budget, limits: Limits, lane: Lane, call: Call, most: int = 10_000, who: str = WHO) -> int:
    """How many such calls it lets through one after the other before it says that there are no more."""
    for count in range(most):
        try:
            budget.spend(who, limits, lane, call)
        except Spent as spent:
            if not spent.after:
                raise AssertionError("it does not say how long to wait") from spent
            return count
    return most


class BudgetContract:
    """What every budget does."""

    @pytest.fixture
    def time(self) -> Time:
        return Time()

    @pytest.fixture
    def budget(self, time: Time) -> Budget:
        """One where nothing was spent, on this time."""
        raise NotImplementedError

    def test_it_is_a_budget(self, budget: Budget) -> None:
        assert isinstance(budget, Budget)

    def test_without_limits_nothing_waits(self, budget: Budget, time: Time) -> None:
        assert asked(budget, Limits(), Lane.OPEN, Call.CREATE, most=50) == 50
        assert time.seconds == 0

    def test_between_two_writes_lies_the_gap(self, budget: Budget, time: Time) -> None:
        for _ in range(3):
            budget.spend(WHO, Limits(gap=1.0), Lane.OPEN, Call.WRITE)
        budget.spend(WHO, Limits(gap=1.0), Lane.READ, Call.READ)
        assert time.seconds == 2.0

    def test_a_wait_that_is_long_is_left_to_the_caller(self, budget: Budget, time: Time) -> None:
        limits = Limits(creates_hour=3)
        assert asked(budget, limits, Lane.OPEN, Call.CREATE) == 3
        with pytest.raises(Spent) as spent:
            budget.spend(WHO, limits, Lane.OPEN, Call.CREATE)
        assert spent.value.after is not None
        assert 3600 <= spent.value.after < 3640
        time.sleep(spent.value.after)
        assert asked(budget, limits, Lane.OPEN, Call.CREATE) == 3

    def test_the_last_lanes_leave_some_to_the_first(self, budget: Budget) -> None:
        counts = [asked(budget, Limits(requests_hour=100), lane, Call.READ) for lane in reversed(Lane)]
        assert counts == [80, 10, 0, 8]
        limits = Limits(creates_hour=500)
        assert asked(budget, limits, Lane.OPEN, Call.CREATE) == 480
        assert asked(budget, limits, Lane.MERGE, Call.CREATE) == 10

    def test_a_write_costs_as_many_points_as_the_forge_says(self, budget: Budget, time: Time) -> None:
        limits = Limits(points_minute=100, write_points=25)
        assert asked(budget, limits, Lane.MERGE, Call.WRITE) == 4
        assert asked(budget, limits, Lane.MERGE, Call.READ) == 0

    def test_queries_have_a_count_of_their_own(self, budget: Budget) -> None:
        limits = Limits(requests_hour=100)
        assert asked(budget, limits, Lane.MERGE, Call.READ) == 98
        assert asked(budget, limits, Lane.MERGE, Call.QUERY) == 98

    def test_each_identity_has_its_own(self, budget: Budget) -> None:
        limits = Limits(creates_hour=2)
        assert asked(budget, limits, Lane.MERGE, Call.CREATE) == 2
        assert asked(budget, limits, Lane.MERGE, Call.CREATE, who="forge.example app 13") == 2

    @pytest.mark.parametrize("lane", Lane)
    def test_to_stay_away_holds_for_all_lanes(self, budget: Budget, time: Time, lane: Lane) -> None:
        budget.spend(WHO, GITHUB, lane, Call.READ)
        budget.heard(WHO, Heard(retry_after=90.0))
        with pytest.raises(Spent) as spent:
            budget.spend(WHO, GITHUB, lane, Call.READ)
        assert spent.value.after == 90.0
        time.sleep(90.0)
        budget.spend(WHO, GITHUB, lane, Call.READ)

    def test_a_complaint_of_our_pace_rests_longer_each_time(self, budget: Budget, time: Time) -> None:
        rests = []
        for _ in range(3):
            budget.heard(WHO, Heard(secondary=True))
            budget.heard(WHO, Heard(secondary=True))
            with pytest.raises(Spent) as spent:
                budget.spend(WHO, GITHUB, Lane.MERGE, Call.READ)
            assert spent.value.after
            rests.append(spent.value.after)
            time.sleep(spent.value.after)
        assert rests == [60, 120, 240]

    def test_what_the_forge_says_is_left_holds(self, budget: Budget, time: Time) -> None:
        budget.spend(WHO, GITHUB, Lane.READ, Call.READ)
        reset = time.now() + timedelta(minutes=20)
        budget.heard(WHO, Heard(limit=5000, remaining=0, reset=reset))
        with pytest.raises(Spent) as spent:
            budget.spend(WHO, GITHUB, Lane.MERGE, Call.READ)
        assert spent.value.after == 1200
        budget.spend(WHO, GITHUB, Lane.MERGE, Call.QUERY)
        time.sleep(1200)
        budget.spend(WHO, GITHUB, Lane.OPEN, Call.READ)

    def test_a_limit_that_is_higher_than_expected_is_used(self, budget: Budget, time: Time) -> None:
        limits = Limits(requests_hour=100)
        budget.heard(WHO, Heard(limit=250, remaining=250, reset=time.now() + timedelta(hours=1)))
        assert asked(budget, limits, Lane.MERGE, Call.READ) == 245

    def test_half_of_what_is_left_is_for_people_who_are_seen(self, budget: Budget, time: Time) -> None:
        limits = Limits(requests_hour=5000)
        budget.spend(WHO, limits, Lane.READ, Call.READ)
        reset = time.now() + timedelta(hours=1)
        budget.heard(WHO, Heard(limit=5000, remaining=3000, reset=reset))
        assert asked(budget, limits, Lane.OPEN, Call.READ) == 1500
        budget.heard(WHO, Heard(limit=5000, remaining=1500, reset=reset))
        assert asked(budget, limits, Lane.READ, Call.READ) == 0
        assert asked(budget, limits, Lane.MERGE, Call.READ) == 1400

    def test_a_clock_that_jumps_gives_nothing(self, budget: Budget, time: Time) -> None:
        limits = Limits(creates_hour=3)
        assert asked(budget, limits, Lane.OPEN, Call.CREATE) == 3
        time.jumped = 7200
        assert asked(budget, limits, Lane.OPEN, Call.CREATE) == 0
        time.jumped = -7200
        assert asked(budget, limits, Lane.OPEN, Call.CREATE) == 0
