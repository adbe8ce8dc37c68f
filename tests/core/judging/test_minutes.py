"""Minutes: what cannot be is missing and told, and a missing minute is never a zero."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chairlift.core.judging.minutes import MINUTE, MOST, Bucket, Minutes, Row, gathered, spread, whole

START = datetime(2026, 11, 3, 10, tzinfo=UTC)
END = START + 5 * MINUTE


def row(minute: int, requests: float, errors: float) -> Row:
    return Row(START + minute * MINUTE, requests, errors)


def shown(minutes: Minutes) -> list[tuple[float, float] | None]:
    pairs = zip(minutes.requests.tolist(), minutes.errors.tolist(), strict=True)
    return [None if np.isnan(requests) else (requests, errors) for requests, errors in pairs]


def test_minutes_come_in_any_order_and_zones_and_those_that_do_not_come_are_missing() -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    rows = [row(3, 7, 1), Row((START + timedelta(seconds=59)).astimezone(east), 5, 0), row(1, 0, 0)]
    found = gathered(rows, START, END)
    assert shown(found) == [(5, 0), (0, 0), None, (7, 1), None]
    assert (found.start, found.end, len(found), found.odd) == (START, END, 5, ())
    assert found.measured.tolist() == [True, True, False, True, False]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ((-1, 0), "with counts below zero"),
        ((5, -2), "with counts below zero"),
        ((float("nan"), 0), "with counts that are no numbers"),
        ((float("inf"), 0), "with counts that are no numbers"),
        ((5, 6), "with more errors than requests"),
    ],
)
def test_what_cannot_be_is_missing_whatever_else_is_said_of_the_minute(wrong, words) -> None:
    for rows in ([row(1, *wrong)], [row(1, *wrong), row(1, 9, 1)], [row(1, 9, 1), row(1, *wrong)]):
        found = gathered([row(0, 4, 1), *rows], START, END)
        assert shown(found) == [(4, 1), None, None, None, None]
        assert found.odd == (f"1 minute {words}",)


def test_a_minute_that_is_told_twice_counts_once_and_not_at_all_where_the_two_differ() -> None:
    same = gathered([row(0, 4, 1), row(0, 4, 1)], START, END)
    assert shown(same)[0] == (4, 1)
    assert same.odd == ()
    other = gathered([row(0, 4, 1), row(0, 4, 2), row(2, 1, 0), row(2, 2, 0), row(2, 1, 0)], START, END)
    assert shown(other) == [None] * 5
    assert other.odd == ("2 minutes told twice, and differently",)


def test_what_lies_outside_is_told_and_left_out() -> None:
    found = gathered([row(-1, 4, 1), row(5, 4, 1), row(6, 4, 1), row(4, 4, 1)], START, END)
    assert shown(found) == [None] * 4 + [(4, 1)]
    assert found.odd == ("3 minutes outside of the window that was asked for",)


def test_windows_are_bounded() -> None:
    with pytest.raises(ValueError, match="ask for a shorter window"):
        gathered([], START, START + (MOST + 1) * MINUTE)
    assert len(gathered([], END, START)) == 0


def test_parts_and_sums() -> None:
    whole = gathered([row(minute, 10 + minute, minute) for minute in range(5)], START, END)
    early, late = whole.part(START - MINUTE, START + 2 * MINUTE), whole.part(START + 3 * MINUTE, END + MINUTE)
    assert shown(early) == [(10, 0), (11, 1)]
    assert shown(early + late) == [(10, 0), (11, 1), None, (13, 3), (14, 4)]
    assert (early + late).end == END
    with pytest.raises(ValueError, match="are there already"):
        late + early


@given(st.integers(0, 7 * 1440 - 1))
def test_hours_are_those_of_the_week_in_utc(minute: int) -> None:
    monday = datetime(2026, 11, 2, tzinfo=UTC)
    at = monday + minute * MINUTE
    assert Minutes(at, np.zeros(61), np.zeros(61)).hours.tolist() == [
        (each.weekday() * 24 + each.hour) for each in (at + more * MINUTE for more in range(61))
    ]


# Minutes of another length


SECOND = timedelta(seconds=1)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def test_minutes_may_be_shorter_and_their_weeks_with_them() -> None:
    rows = [Row(MONDAY + second * SECOND, 10, 1) for second in range(90)]
    found = gathered(rows, MONDAY, MONDAY + 90 * SECOND, SECOND)
    assert (len(found), found.step, found.end) == (90, SECOND, MONDAY + 90 * SECOND)
    assert len(set(found.hours.tolist())) in (2, 3)
    later = gathered([], MONDAY + 168 * 60 * SECOND, MONDAY + (168 * 60 + 90) * SECOND, SECOND)
    assert (later.hours == found.hours).all()
    assert len(found.part(MONDAY + 10 * SECOND, MONDAY + 20 * SECOND)) == 10
    assert (found + later.part(found.end, later.end)).step == SECOND


# Buckets


def parts(span: tuple[int, int], requests: float, errors: float) -> Bucket:
    """A bucket of quarters of a minute."""
    return Bucket(MONDAY + span[0] * MINUTE / 4, MONDAY + span[1] * MINUTE / 4, requests, errors)


def test_buckets_are_spread_over_their_minutes() -> None:
    found = spread([parts((0, 8), 100, 10), parts((8, 10), 30, 0), parts((10, 12), 10, 2)], MONDAY, MONDAY + 4 * MINUTE)
    assert found.requests[:3].tolist() == pytest.approx([50, 50, 40])
    assert found.errors[:3].tolist() == pytest.approx([5, 5, 2])
    assert found.measured.tolist() == [True, True, True, False]


def test_how_many_minutes_were_counted_together_is_known_of_the_sum_and_of_each_part() -> None:
    hours = spread([Bucket(MONDAY, MONDAY + timedelta(hours=1), 60, 6)], MONDAY, MONDAY + timedelta(hours=1))
    halves = spread([parts((0, 2), 1, 0), parts((2, 4), 1, 0)], hours.end - 60 * MINUTE, hours.end - 59 * MINUTE)
    assert (hours.coarse, halves.coarse) == (60, 1)
    later = spread([], hours.end, hours.end + MINUTE)
    assert (hours + later).coarse == (later.part(hours.end, hours.end) + hours.part(later.end, later.end)).coarse == 60


def test_a_minute_that_is_covered_in_part_is_missing() -> None:
    found = spread([parts((0, 7), 70, 0), parts((4, 6), 5, 1)], MONDAY, MONDAY + 2 * MINUTE)
    assert found.measured.tolist() == [True, False]
    assert found.requests[0] == pytest.approx(40)


def test_buckets_over_an_edge_are_left_out() -> None:
    over = [parts((-1, 3), 9, 9), parts((5, 9), 9, 9)]
    assert not spread(over, MONDAY, MONDAY + 2 * MINUTE).measured.any()
    # Nor do they add to what was measured whole.
    found = spread([*over, parts((0, 8), 20, 2)], MONDAY, MONDAY + 2 * MINUTE)
    assert found.requests.tolist() == pytest.approx([10, 10])


def test_many_long_buckets_cost_no_more_than_short_ones() -> None:
    days = [Bucket(MONDAY, MONDAY + timedelta(days=28), 40_320, 0)] * 2_000
    found = spread(days, MONDAY, MONDAY + timedelta(days=28))
    assert found.requests == pytest.approx(2_000)


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(1, 40), st.integers(0, 50), st.integers(0, 50)).filter(
            lambda each: each[0] + each[1] <= 40
        ),
        max_size=8,
    )
)
def test_buckets_are_spread_as_if_quarter_by_quarter(drawn: list[tuple[int, int, int, int]]) -> None:
    requests, errors, covered = np.zeros(40), np.zeros(40), np.zeros(40, bool)
    for first, length, asked, failed in drawn:
        requests[first : first + length] += asked / length
        errors[first : first + length] += min(failed, asked) / length
        covered[first : first + length] = True
    buckets = [parts((first, first + length), asked, min(failed, asked)) for first, length, asked, failed in drawn]
    found = spread(buckets, MONDAY, MONDAY + 10 * MINUTE)
    whole_ones = covered.reshape(10, 4).all(1)
    assert (found.measured == whole_ones).all()
    assert found.requests[whole_ones] == pytest.approx(requests.reshape(10, 4).sum(1)[whole_ones])
    assert found.errors[whole_ones] == pytest.approx(errors.reshape(10, 4).sum(1)[whole_ones])
    assert not (found.errors > found.requests).any()


def test_the_minute_of_an_instant_is_that_of_utc() -> None:
    there = datetime(2026, 3, 2, 0, 0, 59, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert whole(there) == there.replace(second=0)
    assert whole(there).utcoffset() == timedelta(0)
