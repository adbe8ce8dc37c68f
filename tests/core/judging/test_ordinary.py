"""What is ordinary: rates, how they wander, and what is left out of the past."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from chairlift.core.judging.minutes import Minutes
from chairlift.core.judging.ordinary import DAY, Ordinary, ordinary, too_little
from tests.core.judging.services import DEPLOYED, history, rising, without
from tests.core.judging.worlds import Cell, lived, steady


def test_a_steady_service_has_one_rate_and_does_not_wander() -> None:
    found = ordinary(history(rate=0.01))
    assert max(found.rates) / min(found.rates) < 1.15
    assert np.mean(found.rates) == pytest.approx(0.01, rel=0.02)
    assert (found.noise, found.slow) == (0.01, 0.0025)
    assert found.fast < 0.001
    assert found.daily == pytest.approx(1_000 * 0.01 * DAY, rel=0.03)
    assert (found.days, found.incidents) == (28.0, 0)


def test_how_a_service_wanders_is_found_whatever_its_size() -> None:
    for requests, within in ((10_000, 0.35), (1_000, 0.35), (100, 0.6)):
        found = [ordinary(before) for before, _ in lived(Cell("rough", requests, 0.005), 10, 3)]
        assert np.median([each.noise for each in found]) == pytest.approx(0.3, rel=within)
        assert np.median([each.fast for each in found]) == pytest.approx(0.35**2, rel=within)
        assert np.median([each.memory for each in found]) in (14.0, 20.0, 30.0)


def test_hours_that_differ_each_day_are_known_and_a_busy_hour_is() -> None:
    ((before, _),) = lived(Cell("realistic", 1_000, 0.01), 1, 5)
    found = ordinary(before)
    night = [found.rates[day * 24 + hour] for day in range(7) for hour in (2, 3)]
    noon = [found.rates[day * 24 + hour] for day in range(7) for hour in (11, 12)]
    assert np.mean(night) / np.mean(noon) == pytest.approx(2, rel=0.15)
    assert found.busiest // 24 < 5
    assert 12 <= found.busiest % 24 <= 15


def test_an_hour_of_one_weekday_that_is_always_bad_is_ordinary_and_no_incident() -> None:
    minutes = history(requests=2_000)
    sunday = minutes.hours == 6 * 24 + 4
    errors = np.where(sunday, np.minimum(minutes.errors * 8, minutes.requests), minutes.errors)
    found = ordinary(Minutes(minutes.start, minutes.requests, errors))
    assert found.rates[6 * 24 + 4] == pytest.approx(0.04, rel=0.2)
    assert found.incidents == 0


def test_incidents_of_the_past_are_left_out() -> None:
    calm = history(requests=200)
    stormy = calm
    for day in (3, 9, 18, 26):
        stormy = rising(stormy, 30, day * DAY + 300, day * DAY + 345)
    quiet, found = ordinary(calm), ordinary(stormy)
    assert quiet.incidents == 0
    assert 4 * 45 <= found.incidents <= 4 * 80
    assert found.daily == pytest.approx(quiet.daily, rel=0.02)
    assert found.fast == pytest.approx(quiet.fast, abs=0.01)


def test_too_little_history_says_so() -> None:
    week = history(days=7)
    assert too_little(week) == ""
    short = without(week, 0, 15)
    assert too_little(short) == "too little history: 7.0 measured days of the 7 that show what a week is like"
    assert too_little(history(days=2)).startswith("too little history: 2.0 measured days")
    idle = Minutes(week.start, np.zeros(len(week)), np.zeros(len(week)))
    assert too_little(idle) == "too little history: not one request in it"
    for minutes in (short, idle):
        with pytest.raises(ValueError, match="too little history"):
            ordinary(minutes)


def test_days_that_are_missing_move_nothing() -> None:
    whole = ordinary(history(requests=300, noise=0.1))
    torn = ordinary(without(without(history(requests=300, noise=0.1), 0, 5 * DAY), 12 * DAY, 13 * DAY))
    assert torn.days == 22.0
    assert torn.daily == pytest.approx(whole.daily, rel=0.03)
    assert torn.noise == pytest.approx(whole.noise, rel=0.3)


def test_not_one_error_is_a_small_rate_and_not_none() -> None:
    minutes = history(rate=0.0, requests=50)
    found = ordinary(minutes)
    assert 0 < max(found.rates) < 1e-5
    assert found.daily < 0.1


def test_it_is_written_and_read_again() -> None:
    found = ordinary(history(seed=4, requests=40, noise=0.2))
    assert Ordinary.from_json(json.loads(json.dumps(found.as_json()))) == found
    assert history(seed=4).end == DEPLOYED


def test_what_was_counted_by_the_hour_is_not_taken_for_steady() -> None:
    minutes = steady(days=14)
    sure, unsure = ordinary(minutes), ordinary(replace(minutes, coarse=60.0))
    assert sure.noise < 0.05
    assert (unsure.noise, unsure.fast, unsure.slow) == (0.1, 0.04, 0.01)
    assert unsure.rates == sure.rates


def test_a_service_that_is_rough_stays_so_however_it_was_counted() -> None:
    before, _ = lived(Cell("rough", 10_000, 0.01), 1, seed=3)[0]
    found, told = ordinary(before), ordinary(replace(before, coarse=60.0))
    assert told.noise >= found.noise
    assert told.fast >= found.fast
