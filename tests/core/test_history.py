"""What an upgrade has passed and how long its steps took, read from when it was first seen at each of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chairlift.core.decision import Party, StepName
from chairlift.core.durations import CHOOSE
from chairlift.core.history import DAY, History, frozen, idle, passed, promises, ranks, spans
from chairlift.core.menu import Campaign, Change, ServiceLevel
from chairlift.core.schedule import Freeze

PLAN, CREATE, REVIEW, MERGE, DEPLOY, TEST = range(6)
BEGUN = datetime(2026, 1, 12, tzinfo=UTC)
OURS = ServiceLevel("Ours", frozenset(), notice=True)
THEIRS = ServiceLevel("Theirs", frozenset({StepName.REVIEW, StepName.MERGE, StepName.DEPLOY, StepName.TEST}))
CAMPAIGN = Campaign(
    "c", "C", "command", BEGUN + 20 * DAY, BEGUN + 90 * DAY, (OURS, THEIRS),
    (Change("prepare", "Prepare"), Change("upgrade", "Upgrade", after=StepName.DEPLOY), Change("tidy", "Tidy", False)),
    ("stage", "production"), "Lena", "Mats",
)  # fmt: skip


def on(day):
    return BEGUN + day * DAY


def told(*seen, **more):
    """`(change, step, day)` each."""
    return History({(change, rank): on(day) for change, rank, day in seen}, **more)


def days(history, level=THEIRS):
    over = passed(CAMPAIGN, history)
    return {
        (change, rank): (since - BEGUN) / DAY if until is None else ((since - BEGUN) / DAY, (until - BEGUN) / DAY)
        for change, rank, _, since, until in spans(CAMPAIGN, level, history, over)
    }


class TestPassed:
    def test_what_lies_before_the_step_it_was_seen_at(self):
        over = passed(CAMPAIGN, told((0, PLAN, 0), (0, REVIEW, 5)))
        assert over == {(0, PLAN): on(5), (0, CREATE): on(5)}

    def test_when_it_was_first_seen_further_on_though_it_went_back(self):
        over = passed(CAMPAIGN, told((0, CREATE, 1), (0, REVIEW, 2), (0, MERGE, 6)))
        assert over[0, REVIEW] == on(6)

    def test_a_change_that_begins_says_how_far_the_one_before_has_come(self):
        over = passed(CAMPAIGN, told((0, DEPLOY, 3), (1, PLAN, 7)))
        assert over[0, DEPLOY] == on(7)
        assert (0, TEST) not in over

    def test_a_verdict_ends_a_test_that_goes_on_beside_the_next_change(self):
        over = passed(CAMPAIGN, told((0, DEPLOY, 3), (0, TEST, 6), (1, PLAN, 7), judged={0: on(14)}))
        assert (over[0, DEPLOY], over[0, TEST]) == (on(6), on(14))

    def test_done_is_past_everything(self):
        over = passed(CAMPAIGN, told((0, PLAN, 0), done=on(9)))
        assert set(over) == {(number, rank) for number in range(3) for rank in ranks(CAMPAIGN, number)}
        assert (2, DEPLOY) not in over


class TestSpans:
    def test_each_step_with_its_days(self):
        seen = told((0, PLAN, 0), (0, CREATE, 1), (0, REVIEW, 2), (0, MERGE, 9), chosen=on(0), admitted=on(0))
        assert days(seen) == {(0, PLAN): (0, 1), (0, CREATE): (1, 2), (0, REVIEW): (2, 9), (0, MERGE): 9}

    def test_the_wait_for_a_choice_or_a_wave_is_no_part_of_creating(self):
        seen = told((0, CREATE, 1), (0, REVIEW, 31), chosen=on(20), admitted=on(30))
        assert days(seen, OURS)[0, CREATE] == (30, 31)
        squads = replace(THEIRS, squad=THEIRS.squad | {StepName.CREATE})
        assert days(seen, squads)[0, CREATE] == (20, 31)

    @pytest.mark.parametrize("more", [{}, {"chosen": on(3)}])
    def test_before_its_wave_creating_has_not_begun(self, more):
        assert (0, CREATE) not in days(told((0, PLAN, 0), (0, CREATE, 1), **more), OURS)

    def test_a_step_that_nobody_saw_took_no_time(self):
        """The squad had deployed before anybody looked: that says that it is quick."""
        seen = told((0, CREATE, 1), (0, REVIEW, 2), (0, TEST, 9), chosen=on(0), admitted=on(0))
        assert days(seen)[0, DEPLOY] == (9, 9)

    def test_a_change_with_nothing_to_change_tells_nothing(self):
        seen = told(
            (0, PLAN, 0), (1, CREATE, 1), (1, REVIEW, 2), (1, MERGE, 3), chosen=on(0), admitted=on(0), done=on(9)
        )
        over = passed(CAMPAIGN, seen)
        assert [idle(CAMPAIGN, seen, number, over) for number in range(3)] == [True, False, True]
        assert {change for change, _ in days(seen)} == {1}


def test_nobody_is_slow_during_a_freeze():
    freezes = (Freeze(date(2026, 1, 15), date(2026, 1, 16), "stocktaking"),)
    assert frozen(on(0), on(10), freezes) == timedelta(days=2)
    assert frozen(on(3.5), on(4), freezes) == timedelta(hours=12)
    assert frozen(on(6), on(9), freezes) == timedelta(0)


def test_what_the_file_promises():
    found = promises(CAMPAIGN, BEGUN)
    assert found[CHOOSE, Party.SQUAD].days == 20
    assert found["review", Party.SQUAD].days == 14
    assert (found["test", Party.PROJECT_TEAM].days, found["test", Party.PROJECT_TEAM].least) == (1, 1)
    # Three working days; and one day in the first of two environments.
    assert found["merge", Party.PROJECT_TEAM].least == pytest.approx(4.2)
    assert found["deploy", Party.PROJECT_TEAM].least == 1
    assert found["review", Party.PROJECT_TEAM].days == 7
    ours = replace(CAMPAIGN, chairlift_approves=True)
    assert promises(ours, BEGUN)["review", Party.PROJECT_TEAM].days < 1
    assert promises(CAMPAIGN, BEGUN + 40 * DAY)[CHOOSE, Party.SQUAD].days > 0
