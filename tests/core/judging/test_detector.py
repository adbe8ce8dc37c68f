"""Evidence: exact where another library knows it, seldom strong by chance, and soon there where it should be."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import ville

from chairlift.core.judging.detector import BELIEFS, FINE, MARGINS, MOST_OF_A_MINUTE, RATIOS, STARTS, Detector
from chairlift.core.judging.minutes import Minutes
from chairlift.core.judging.ordinary import DAY
from chairlift.core.judging.path import Path, followed
from tests.core.judging.services import DEPLOYED, drawn, history, rising, steady, without

NOTHING = Minutes(DEPLOYED, np.zeros(0), np.zeros(0))


def watched(minutes: Minutes, usual=None, before: Minutes = NOTHING) -> Path:
    (path,) = followed([(usual or steady(), before, minutes)])
    return path


def test_without_wandering_it_is_what_another_library_makes_of_the_same_requests() -> None:
    """Bernoulli trials that seldom fail are Poisson; ville's mixture with a sure prior is a plain likelihood ratio."""
    rate, requests = 5e-5, 1_000
    errors = np.array([0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0], float)
    path = watched(Minutes(DEPLOYED, np.full(12, float(requests)), errors), steady(rate, requests))
    trials = np.concatenate([np.append(np.zeros(requests - int(count)), np.ones(int(count))) for count in errors])
    sure = 1e11
    theirs = []
    for ratio in RATIOS:
        test = ville.BernoulliTest(rate, prior=(ratio * rate * sure, (1 - ratio * rate) * sure))
        test.update(trials)
        theirs.append(test.log_e_values_[-1])
    mixed = np.log(BELIEFS[0] * np.exp(theirs).mean() + BELIEFS[1:].sum())
    assert path.evidence[-1] == pytest.approx(mixed, abs=0.01)
    assert mixed > 1


def test_beliefs_are_one_in_all_and_margins_are_among_the_ratios() -> None:
    assert BELIEFS.sum() == pytest.approx(1)
    assert BELIEFS[0] == 0.5
    assert all(one < other for one, other in pairwise(STARTS))
    assert set(MARGINS) <= set(FINE.tolist())


@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_chance_alone_seldom_makes_strong_evidence(noise) -> None:
    watches, doubt = 200, 0.1
    usual = steady(requests=400, noise=noise)
    lanes = [(usual, NOTHING, drawn(seed, DEPLOYED, 300, requests=400, noise=noise)) for seed in range(watches)]
    paths = followed(lanes)
    held = sum(bool((path.evidence >= np.log(1 / doubt)).any()) for path in paths)
    assert held <= watches * doubt + 3 * (watches * doubt * (1 - doubt)) ** 0.5
    # It is a fair game: nobody wins in the mean, at any time.
    assert np.mean([np.exp(path.evidence[29]) for path in paths]) == pytest.approx(1, abs=0.6)


@pytest.mark.parametrize(("ratio", "minutes"), [(5.0, 4), (2.0, 15)])
def test_a_rise_is_seen_soon(ratio, minutes) -> None:
    usual = steady(noise=0.05, fast=0.001, slow=0.0025)
    paths = followed([(usual, NOTHING, rising(drawn(seed, DEPLOYED, 60), ratio)) for seed in range(20)])
    assert np.median([int((path.evidence >= np.log(200)).argmax()) + 1 for path in paths]) <= minutes
    for path in paths:
        assert path.onset[-1] == 0
        assert path.low[-1] > 1


def test_the_interval_holds_the_ratio() -> None:
    for ratio in (0.5, 1.0, 3.0):
        minutes = (drawn(seed, DEPLOYED, 240, rate=0.005 * ratio, noise=0.1) for seed in range(40))
        paths = followed([(steady(noise=0.1), NOTHING, each) for each in minutes])
        assert sum(bool(((path.low > ratio) | (path.high < ratio)).any()) for path in paths) <= 6
        assert max(path.high[-1] / path.low[-1] for path in paths) < 3


def test_when_it_began_is_told() -> None:
    usual = steady(noise=0.05, fast=0.01, slow=0.0025)
    for start in (120, 300):
        path = watched(rising(drawn(5, DEPLOYED, start + 60), 3, start), usual)
        assert path.evidence[start - 1] < np.log(20)
        assert path.evidence[-1] > np.log(200)
        assert abs(path.onset[-1] - start) <= 15


def test_no_minute_counts_for_more_than_its_bound() -> None:
    minutes = drawn(1, DEPLOYED, 30)
    storm = rising(minutes, 100, 10, 11)
    path = watched(storm, steady(noise=0.05))
    assert path.evidence.max() <= MOST_OF_A_MINUTE
    assert path.evidence[-1] < 0


def test_what_was_not_measured_says_nothing() -> None:
    usual = steady(noise=0.1, fast=0.02, slow=0.01)
    minutes = rising(drawn(2, DEPLOYED, 200), 3, 20, 60)
    path = watched(without(minutes, 20, 60), usual)
    assert len(set(path.evidence[19:60].tolist())) == 1
    assert path.evidence.max() < np.log(200)
    assert path.expected[19] > 0
    assert set(path.expected[20:60].tolist()) == {0.0}


def test_a_quiet_night_says_nothing() -> None:
    night = Minutes(DEPLOYED, np.zeros(300), np.zeros(300))
    path = watched(night, steady(noise=0.1, fast=0.04, slow=0.01))
    assert np.abs(path.evidence).max() < 1e-6
    assert (path.low[-1], path.high[-1]) == (FINE[0], FINE[-1])


def test_what_wandered_before_the_deploy_is_not_held_against_it() -> None:
    usual = steady(noise=0.05, fast=0.0, slow=0.09)
    high = drawn(3, DEPLOYED - 2 * DAY * (DEPLOYED - DEPLOYED.replace(minute=59, hour=9)), 2 * DAY, rate=0.008)
    after = drawn(4, DEPLOYED, 240, rate=0.008)
    assert watched(after, usual, high).evidence.max() < np.log(200)
    assert watched(after, usual).evidence.max() > watched(after, usual, high).evidence.max()


def test_lanes_do_not_see_each_other() -> None:
    usual = [steady(noise=0.1, fast=0.04, slow=0.01), steady(0.02, 50, noise=0.3, fast=0.1, slow=0.02, memory=8.0)]
    lanes = [
        (usual[0], history(days=3), rising(drawn(6, DEPLOYED, 90), 4)),
        (usual[1], history(2, days=1, rate=0.02, requests=50), drawn(7, DEPLOYED, 90, 0.02, 50)),
    ]
    both = followed(lanes)
    for lane, together in zip(lanes, both, strict=True):
        (alone,) = followed([lane])
        for name in ("evidence", "low", "high", "onset", "unharmed", "expected"):
            np.testing.assert_allclose(getattr(alone, name), getattr(together, name))


def test_minute_by_minute_is_the_same_as_all_at_once() -> None:
    usual, minutes = steady(noise=0.1, fast=0.04, slow=0.01), rising(drawn(8, DEPLOYED, 50), 2)
    detector = Detector([usual])
    told = [
        detector.look(minutes.requests[[each]], minutes.errors[[each]], minutes.hours[[each]]).evidence[0]
        for each in range(50)
    ]
    np.testing.assert_allclose(told, watched(minutes, usual).evidence)
