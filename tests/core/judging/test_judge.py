"""Hold, worse, healthy, unknown: the two stages, and what ends each doubt."""

from __future__ import annotations

import numpy as np
import pytest

from chairlift.core.judging.judge import Judgement, Rules, judge, standing, strong
from chairlift.core.judging.minutes import Minutes
from chairlift.core.judging.ordinary import DAY, ordinary
from chairlift.core.judging.path import Path, followed
from chairlift.core.verdict import Health
from tests.core.judging.services import DEPLOYED, drawn, history, rising, steady, without

RULES = Rules()
USUAL = steady(noise=0.05, fast=0.01, slow=0.0025)


def watched(minutes: Minutes, usual=USUAL) -> Path:
    (path,) = followed([(usual, drawn(99, DEPLOYED, 0), minutes)])
    return path


def judged(minutes: Minutes, usual=USUAL) -> Judgement:
    return judge(watched(minutes, usual), usual, RULES)


DAY_AFTER = drawn(1, DEPLOYED, DAY + 60)


def test_a_day_as_usual_is_healthy_and_says_by_how_much_errors_did_not_rise() -> None:
    found = judged(DAY_AFTER)
    assert (found.health, found.hold, found.margin) == (Health.HEALTHY, False, 1.5)
    assert found.why.startswith("errors did not rise by 50% or more: ")
    assert found.why.endswith(" times (95%) in 25 hours")


def test_nothing_is_healthy_before_a_day_is_over() -> None:
    path = watched(DAY_AFTER)
    for minutes in (1, 60, DAY // 2, DAY - 1):
        found = judge(path.until(minutes), USUAL, RULES)
        assert found.health is Health.UNKNOWN
        assert not found.hold
    assert found.why == "so far as usual; 1 minute more to watch"
    assert judge(path.until(0), USUAL, RULES).why == "the watch has just begun"


def test_a_rise_is_held_first_and_worse_when_it_has_stood() -> None:
    path = watched(rising(DAY_AFTER, 4))
    first = int(strong(path, RULES).argmax()) + 1
    assert first <= 6
    held = judge(path.until(first), USUAL, RULES)
    assert (held.health, held.hold) == (Health.UNKNOWN, True)
    assert held.why.startswith("errors seem to rise ")
    assert judge(path.until(first + RULES.persists - 2), USUAL, RULES).health is Health.UNKNOWN
    worse = judge(path.until(first + RULES.persists - 1), USUAL, RULES)
    assert (worse.health, worse.hold) == (Health.WORSE, True)
    assert worse.why.endswith("times (95%), from the deploy on")


def test_worse_stays_worse_though_errors_go_back() -> None:
    found = judged(rising(DAY_AFTER, 4, 0, 60))
    assert found.health is Health.WORSE


@pytest.mark.parametrize("start", [0, 300, 900])
def test_what_passes_by_itself_is_held_and_let_go(start) -> None:
    path = watched(rising(DAY_AFTER, 6, start, start + 8))
    assert strong(path, RULES).any()
    assert not standing(path, RULES).any()
    assert judge(path.until(start + 8), USUAL, RULES).hold
    assert not judge(path.until(start + 60), USUAL, RULES).hold
    assert judge(path, USUAL, RULES).health is Health.HEALTHY


def test_what_began_hours_later_is_held_and_is_for_a_person_to_judge() -> None:
    found = judged(rising(DAY_AFTER, 4, 400))
    assert (found.health, found.hold) == (Health.UNKNOWN, True)
    assert "but from 7 hours after the deploy on: late for a cause in the deploy" in found.why


def test_a_handful_of_errors_is_no_rise() -> None:
    usual = steady(1e-6, 10, noise=0.1, fast=0.04, slow=0.01)
    errors = np.zeros(60)
    errors[[3, 4, 6, 7]] = 1
    few = Minutes(DEPLOYED, np.full(60, 10.0), errors)
    path = watched(few, usual)
    assert path.evidence.max() > np.log(200)
    assert not strong(path, RULES).any()
    errors[[9, 10]] = 1
    assert strong(watched(Minutes(DEPLOYED, np.full(60, 10.0), errors), usual), RULES).any()


def test_missing_minutes_are_neither_healthy_nor_worse() -> None:
    found = judged(without(DAY_AFTER, 100, 400))
    assert (found.health, found.hold) == (Health.UNKNOWN, False)
    assert found.why == "only 80% of the minutes since the deploy were measured, and 90% must be"
    away = judged(without(DAY_AFTER, 0, len(DAY_AFTER)))
    assert away.health is Health.UNKNOWN
    # Four minutes of a rise and then nothing: it has not stood.
    torn = judged(without(rising(DAY_AFTER, 6), 4, 30).part(DEPLOYED, DEPLOYED + (DAY_AFTER.end - DEPLOYED) / 60))
    assert torn.health is not Health.WORSE


def test_a_night_without_traffic_is_no_soak() -> None:
    quiet = Minutes(DEPLOYED, DAY_AFTER.requests * 0.1, np.round(DAY_AFTER.errors * 0.1))
    found = judged(quiet)
    assert found.health is Health.UNKNOWN
    assert found.why.startswith("no hour since the deploy was 80% as busy as the busiest of a week")


def test_too_few_errors_are_unknown_however_long() -> None:
    usual = steady(0.0001, 100, noise=0.1, fast=0.04, slow=0.01)
    found = judged(drawn(2, DEPLOYED, 3 * DAY, 0.0001, 100), usual)
    assert found.health is Health.UNKNOWN
    assert found.why.startswith("too few errors to tell by: 14.4 on an ordinary day, and 20 are needed")


def test_a_small_service_is_held_to_the_wider_margin() -> None:
    usual = steady(0.001, 100, noise=0.1, fast=0.04, slow=0.01)
    found = judged(drawn(3, DEPLOYED, 2 * DAY, 0.001, 100), usual)
    assert (found.health, found.margin) == (Health.HEALTHY, 2.0)


def test_half_as_many_errors_again_are_never_healthy() -> None:
    usual = steady(noise=0.1, fast=0.02, slow=0.0025)
    lanes = [(usual, drawn(99, DEPLOYED, 0), drawn(seed, DEPLOYED, DAY, 0.0075, noise=0.1)) for seed in range(10)]
    assert Health.HEALTHY not in [judge(path, usual, RULES).health for path in followed(lanes)]


def test_what_can_be_neither_shown_nor_excluded_is_unknown() -> None:
    usual = steady(0.001, 20, noise=0.1, fast=0.04, slow=0.01)
    errors = np.zeros(DAY)
    errors[::34] = 1
    found = judged(Minutes(DEPLOYED, np.full(DAY, 20.0), errors), usual)
    assert (found.health, found.hold) == (Health.UNKNOWN, False)
    assert found.why.startswith("not sure yet that errors did not rise by 100%: ")


def test_traffic_that_doubles_with_its_errors_is_no_rise() -> None:
    doubled = drawn(4, DEPLOYED, DAY, requests=2_000)
    assert judged(doubled).health is Health.HEALTHY


def test_a_whole_service_from_its_history_on() -> None:
    before = history(requests=500, noise=0.1)
    usual = ordinary(before)
    good, bad = drawn(12, DEPLOYED, DAY, requests=500, noise=0.1), drawn(13, DEPLOYED, 120, 0.015, 500, 0.1)
    assert judge(followed([(usual, before, good)])[0], usual, RULES).health is Health.HEALTHY
    assert judge(followed([(usual, before, bad)])[0], usual, RULES).health is Health.WORSE
