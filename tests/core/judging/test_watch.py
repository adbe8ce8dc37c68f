"""A watch as a whole: what was found out before it survives as JSON, and what is forgotten comes to the same again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from chairlift.core.judging.judge import Rules, judge
from chairlift.core.judging.minutes import MINUTE, Minutes
from chairlift.core.judging.ordinary import DAY
from chairlift.core.judging.path import followed
from chairlift.core.judging.watch import LATE, POINTS, Before, Watch, Watches, evidence, look_back
from tests.core.judging.worlds import DEPLOYED, Cell, lived, steady

BEFORE, AFTER = lived(Cell("realistic", 1000, 0.005), 1, seed=7)[0]
FOUND = look_back(BEFORE, Rules())


def same(one, other) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True) for name in vars(one))


class TestLookingBack:
    def test_is_plain_json_and_comes_back_as_it_was(self) -> None:
        told = json.loads(json.dumps(FOUND.as_json(), allow_nan=False))
        assert Before.from_json(told) == FOUND

    def test_counts_what_was_measured(self) -> None:
        assert (FOUND.minutes, FOUND.expected) == (int(BEFORE.measured.sum()), len(BEFORE))
        assert FOUND.requests == np.nansum(BEFORE.requests)
        assert FOUND.doubt == ""
        assert FOUND.placebo
        assert FOUND.placebo.days == 21

    def test_says_why_it_knows_nothing(self) -> None:
        found = look_back(steady(days=3), Rules())
        assert found.usual is None
        assert found.doubt.startswith("too little history: 3.0 measured days")
        assert Before.from_json(json.loads(json.dumps(found.as_json()))) == found

    def test_begins_the_watch_where_the_minutes_before_left_it(self) -> None:
        assert FOUND.usual
        alone = followed([(FOUND.usual, BEFORE, AFTER)])[0]
        assert same(Watch(DEPLOYED).follow(FOUND, AFTER), alone)


class TestFollowing:
    def test_comes_to_the_same_in_however_many_looks(self) -> None:
        watch, at = Watch(DEPLOYED), DEPLOYED
        for minutes in (1, 0, 15, 600, DAY):
            until = min(at + minutes * MINUTE, AFTER.end)
            path = watch.follow(FOUND, AFTER.part(at, until))
            at = until
        assert watch.end == AFTER.end
        assert same(path, Watch(DEPLOYED).follow(FOUND, AFTER))

    def test_what_may_still_come_is_waited_for_and_then_missing(self) -> None:
        watch = Watch(DEPLOYED)
        requests, errors = AFTER.requests[:30].copy(), AFTER.errors[:30].copy()
        requests[25:], errors[25:] = np.nan, np.nan
        assert len(watch.follow(FOUND, Minutes(DEPLOYED, requests, errors))) == 25
        assert watch.end == DEPLOYED + 25 * MINUTE
        nothing = np.full(LATE + 3, np.nan)
        path = watch.follow(FOUND, Minutes(watch.end, nothing, nothing))
        assert len(path) == 28
        assert watch.end == DEPLOYED + 28 * MINUTE

    def test_a_gap_in_the_middle_is_followed_as_missing(self) -> None:
        requests, errors = AFTER.requests[:30].copy(), AFTER.errors[:30].copy()
        requests[10:20], errors[10:20] = np.nan, np.nan
        assert len(Watch(DEPLOYED).follow(FOUND, Minutes(DEPLOYED, requests, errors))) == 30

    def test_what_breaks_is_begun_again_and_never_followed_twice(self) -> None:
        watch = Watch(DEPLOYED)
        watch.follow(FOUND, AFTER.part(DEPLOYED, DEPLOYED + 10 * MINUTE))
        broken = Minutes(watch.end, np.array([1.0, 1.0]), np.array(["x", "x"]))  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="could not convert"):
            watch.follow(FOUND, broken)
        assert watch.end == DEPLOYED
        part = AFTER.part(DEPLOYED, DEPLOYED + 20 * MINUTE)
        assert same(watch.follow(FOUND, part), Watch(DEPLOYED).follow(FOUND, part))


class TestRemembering:
    def test_the_same_key_is_the_same_watch(self) -> None:
        watches = Watches()
        with watches.of("shop", DEPLOYED) as watch:
            watch.follow(FOUND, AFTER.part(DEPLOYED, DEPLOYED + 10 * MINUTE))
        with watches.of("shop", DEPLOYED) as again, watches.of("till", DEPLOYED) as other:
            assert again.end == DEPLOYED + 10 * MINUTE
            assert other.end == DEPLOYED

    def test_no_more_than_so_many_are_kept_and_those_that_nobody_looks_at_go_first(self) -> None:
        watches = Watches(most=2)
        ends = {}
        for key in ("a", "b", "a", "c"):
            with watches.of(key, DEPLOYED) as watch:
                watch.follow(FOUND, AFTER.part(watch.end, watch.end + MINUTE))
        for key in ("a", "b"):
            with watches.of(key, DEPLOYED) as watch:
                ends[key] = watch.end
        assert ends == {"a": DEPLOYED + 2 * MINUTE, "b": DEPLOYED}


class TestEvidence:
    @pytest.mark.parametrize("minutes", [0, 1, 7, POINTS, POINTS + 1, DAY])
    def test_is_bounded_json_and_adds_up(self, minutes: int) -> None:
        part = AFTER.part(DEPLOYED, DEPLOYED + minutes * MINUTE)
        path = Watch(DEPLOYED).follow(FOUND, part)
        told = json.loads(json.dumps(evidence(path, FOUND, Rules(), DEPLOYED, 60.0), allow_nan=False))
        assert len(told["points"]) <= POINTS + 1
        assert told["minutes"] == minutes
        for place, values in ((1, part.requests), (2, part.errors)):
            assert sum(point[place] for point in told["points"]) == pytest.approx(np.nansum(values), abs=0.1)
        assert told["errors"] == np.nansum(part.errors)
        assert len(json.dumps(told)) < 20_000

    def test_says_what_the_judge_is_held_to(self) -> None:
        path = Watch(DEPLOYED).follow(FOUND, AFTER)
        told = evidence(path, FOUND, Rules(alpha=0.01), DEPLOYED, 60.0)
        assert told["strong"] == pytest.approx(np.log(100))
        assert told["rules"]["alpha"] == 0.01  # type: ignore[index]
        assert told["placebo"]["words"] == FOUND.placebo.words  # type: ignore[index, union-attr]

    def test_shows_the_highest_evidence_between_its_points(self) -> None:
        errors = AFTER.errors.copy()
        errors[600:604] = 200.0
        path = Watch(DEPLOYED).follow(FOUND, replace(AFTER, errors=np.minimum(errors, AFTER.requests)))
        told = evidence(path, FOUND, Rules(), DEPLOYED, 60.0)
        assert max(point[4] for point in told["points"]) == pytest.approx(path.evidence.max(), abs=1e-3)


def test_minutes_of_another_length_come_to_the_same() -> None:
    second = timedelta(seconds=1)
    short = [
        Minutes(DEPLOYED + (each.start - DEPLOYED) / 60, each.requests, each.errors, step=second)
        for each in (steady(days=8), steady(days=0, after=DAY))
    ]
    found = look_back(short[0], Rules())
    path = Watch(DEPLOYED).follow(found, short[1])
    long = look_back(steady(days=8), Rules())
    assert found.usual
    assert long.usual
    assert np.allclose(found.usual.rates, long.usual.rates)
    told = judge(path, found.usual, Rules())
    assert told == judge(Watch(DEPLOYED).follow(long, steady(days=0, after=DAY)), long.usual, Rules())
