"""Rules that others judge a deploy by, for comparison; each says at which minute it first raises its alarm, if ever.

All look back at the last seven days where they need a rate to compare with.
"""

from __future__ import annotations

from collections.abc import Callable
from math import erfc, inf, sqrt

import numpy as np

from chairlift.core.judging.judge import first
from chairlift.core.judging.minutes import Minutes, Numbers
from chairlift.core.judging.ordinary import DAY

Rule = Callable[[Minutes, Minutes], float]
_WEEK = 7 * DAY
#: Kayenta's: at 98%, a shift is one beyond a quarter of itself; at least 50 points, looked at again every 5 minutes.
_QUANTILE, _TOLERANCE, _POINTS, _EVERY, _WINDOW = 2.326, 0.25, 50, 5, 60


def threshold(before: Minutes, after: Minutes) -> float:
    """The rate of the last 30 minutes is half as much again as that of the week before."""
    usual = before.errors[-_WEEK:].sum() / before.requests[-_WEEK:].sum()
    requests, errors = (np.append(np.zeros(30), each.cumsum()) for each in (after.requests, after.errors))
    asked, failed = (each[30:] - each[:-30] for each in (requests, errors))
    alarms = failed > 1.5 * usual * asked
    alarms[:29] = False
    return first(alarms)


def _z(before: Minutes, after: Minutes) -> Numbers:
    """The two-sided p of two proportions, after each minute."""
    asked, failed = before.requests[-_WEEK:].sum(), before.errors[-_WEEK:].sum()
    requests, errors = after.requests.cumsum(), after.errors.cumsum()
    both = (failed + errors) / np.maximum(asked + requests, 1)
    spread = np.sqrt(np.maximum(both * (1 - both) * (1 / asked + 1 / np.maximum(requests, 1)), 1e-300))
    rise = (errors / np.maximum(requests, 1) - failed / asked) / spread
    return np.array([erfc(each / sqrt(2)) if each > 0 else 1.0 for each in rise])


def z_peeking(before: Minutes, after: Minutes) -> float:
    """A z-test of two proportions at 5%, looked at every minute."""
    return first(_z(before, after) < 0.05)


def z_once(before: Minutes, after: Minutes) -> float:
    """The same, looked at once, at the end."""
    return float(len(after)) if _z(before, after)[-1] < 0.05 else inf


def kayenta(before: Minutes, after: Minutes) -> float:
    """Mann-Whitney over the last hour's rates, against the same minutes of the day before."""
    control = before.errors[-DAY:] / np.maximum(before.requests[-DAY:], 1)
    rates = after.errors / np.maximum(after.requests, 1)
    control = np.append(control, rates)
    for end in range(_POINTS, len(after) + 1, _EVERY):
        start = max(end - _WINDOW, 0)
        if _shifted(rates[start:end], control[start:end]):
            return float(end)
    return inf


def _shifted(experiment: Numbers, control: Numbers) -> bool:
    """NetflixACAJudge: High where the interval of the Hodges-Lehmann shift lies beyond the tolerance."""
    if experiment.mean() <= control.mean():
        return False
    apart = np.sort((experiment[:, None] - control).ravel())
    one, other = len(experiment), len(control)
    place = int(one * other / 2 - _QUANTILE * sqrt(one * other * (one + other + 1) / 12))
    low = apart[max(place, 0)]
    return bool(low > _TOLERANCE * abs(float(np.median(apart))))


RULES: dict[str, Rule] = {
    "+50% over 30 minutes": threshold,
    "z-test, peeking": z_peeking,
    "z-test, once": z_once,
    "Kayenta's rule": kayenta,
}
