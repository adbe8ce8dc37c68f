"""The placebo: ordinary days are not held, a doubling is told, and a service that is too small says so."""

from __future__ import annotations

import pytest

from chairlift.core.judging.judge import Rules
from chairlift.core.judging.ordinary import DAY, ordinary
from chairlift.core.judging.placebo import DAYS, Placebo, placebo
from tests.core.judging.services import history, rising, without

RULES = Rules()


def tried(minutes):
    return placebo(ordinary(minutes), minutes, RULES)


def test_ordinary_days_are_not_held_and_a_doubling_would_be_seen() -> None:
    found = tried(history(requests=400, noise=0.1))
    assert (found.days, found.worse) == (DAYS, 0)
    assert found.held <= 1
    assert found.doubling is not None
    assert 3 <= found.doubling <= 30
    assert found.words.endswith(f"a doubling would be seen within {found.doubling} minutes")


def test_a_small_service_is_told_that_a_doubling_goes_unseen() -> None:
    found = tried(history(rate=0.0002, requests=20))
    assert found.doubling is None
    assert found.words.endswith("ordinary days would have been held; a doubling would not be seen within a day")


def test_a_day_with_an_incident_is_one_that_would_have_been_held() -> None:
    calm = history(requests=400, noise=0.1)
    before = tried(calm)
    stormy = tried(rising(calm, 10, 20 * DAY + 300, 20 * DAY + 312))
    assert stormy.held == before.held + 1


@pytest.mark.parametrize(("days", "watched"), [(7, 0), (10, 3), (28, 21)])
def test_fewer_weeks_give_fewer_days(days, watched) -> None:
    found = tried(history(days=days, requests=100))
    assert found.days == watched
    if not watched:
        assert found == Placebo(0, 0, 0, None)
        assert found.words == "no ordinary day to try it on"


def test_a_day_that_was_hardly_measured_is_left_out() -> None:
    minutes = history(requests=100)
    assert tried(without(minutes, 20 * DAY, 20 * DAY + 900)).days == DAYS - 1
    assert tried(without(minutes, 20 * DAY, 20 * DAY + 600)).days == DAYS
