"""What to believe of a step's length: promises first, then the record, what still runs included."""

from __future__ import annotations

from math import exp, log
from random import Random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chairlift.core.durations import NORMAL, Promise, Record, at_least, pace

REVIEW = Promise(14)
WATCH = Promise(8, 8)
DAYS = st.lists(st.floats(0, 400), max_size=200).map(tuple)


def middle(promise, record, draws=200):
    """The duration that half of the services are believed to take no longer than."""
    found = pace(promise, record, draws, "seed")
    return median(found.days(mu) for mu, _ in found.draws)


def share_within(promise, record, days):
    found = pace(promise, record, 400, "seed")
    return sum(NORMAL.cdf((found.known(days) - mu) / sigma) for mu, sigma in found.draws) / len(found.draws)


def test_without_a_record_two_in_three_keep_their_promise():
    assert 0.6 < share_within(REVIEW, Record(), 14) < 0.75


@pytest.mark.parametrize("days", [1.0, 30.0, 60.0])
def test_the_record_wins_over_the_promise(days):
    chance = Random(1)
    seen = tuple(days * chance.lognormvariate(0, 0.4) for _ in range(30))
    assert middle(REVIEW, Record(seen)) == pytest.approx(days, rel=0.45)


def test_what_still_runs_moves_it_though_nothing_is_over():
    """Thirty reviews that wait for 40 days are no reason to believe in 14."""
    assert middle(REVIEW, Record()) < 14
    assert middle(REVIEW, Record(going=(40.0,) * 30)) > 40


def test_what_still_runs_is_not_taken_for_over():
    """Steps of 20 days that began within the last 20 days are no shorter than those that are over."""
    going = tuple(day / 5 for day in range(100))
    assert middle(REVIEW, Record((20.0,) * 10, going)) > 15


def test_nothing_is_shorter_than_a_watch_unless_somebody_signed_off_earlier():
    found = pace(WATCH, Record((8.2, 8.4)), 50, "seed")
    assert min(found.days(mu - 9 * sigma) for mu, sigma in found.draws) == 8
    assert pace(WATCH, Record((2.0, 8.4)), 50, "seed").least == 2


def test_steps_that_take_no_time_are_believed_to_take_none():
    assert middle(REVIEW, Record((0.0,) * 40)) < 0.3


@given(over=DAYS, going=DAYS, promise=st.floats(0.001, 400), least=st.floats(0, 30), seed=st.text(max_size=3))
def test_any_record_gives_as_many_paces_as_draws_the_same_each_time(over, going, promise, least, seed):
    found = pace(Promise(promise, least), Record(over, going), 20, seed)
    assert len(found.draws) == 20
    assert all(sigma > 0 and abs(mu) < 20 for mu, sigma in found.draws)
    assert found == pace(Promise(promise, least), Record(over, going), 20, seed)
    assert all(found.days(mu) >= found.least for mu, _ in found.draws)


@given(
    mu=st.floats(-3, 6), sigma=st.floats(0.05, 2), bound=st.floats(-10, 30),
    low=st.floats(0, 1), high=st.floats(0, 1),
)  # fmt: skip
def test_what_is_at_least_so_long_is(mu, sigma, bound, low, high):
    low, high = sorted((low, high))
    assert at_least(bound, mu, sigma, low) >= bound - 1e-6
    assert at_least(bound, mu, sigma, low) <= at_least(bound, mu, sigma, high) + 1e-9


def test_the_spread_is_learned():
    chance = Random(2)
    seen = tuple(exp(log(10) + 0.3 * NORMAL.inv_cdf(chance.random())) for _ in range(150))
    spreads = [sigma for _, sigma in pace(REVIEW, Record(seen), 200, "seed").draws]
    assert 0.25 < median(spreads) < 0.4
