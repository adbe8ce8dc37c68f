"""Evidence that errors rose, as it grows by the minute, and that may be looked at after every one of them.

For each ratio that errors may have risen by, and each minute at which that may have begun, the evidence is how much
more likely that makes what was counted than no change does: a product of one factor for each minute, where counts are
negative binomial around what the `Level` expects. While nothing has changed such a product is 1 on average whatever
came before (a test martingale), and so is the average of all of them: that it ever passes 1/alpha has a probability of
alpha at the most (Ville's inequality), however often one looks. Exact where the level's own numbers are (known rate, no
wandering: then this is the mixture of Poisson likelihood ratios of Lindon, Sanden and Shirikian, KDD 2022); where they
are estimated from the past it is an approximation, and the placebo tells how good it is for this very service.

The same sums give a sequence of intervals for the ratio (all ratios that are not far less likely than the average of
all), and the evidence that a rise by some margin or more did not happen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chairlift.core.judging.level import Level, Shifted
from chairlift.core.judging.minutes import Hours, Numbers
from chairlift.core.judging.ordinary import DAY, Ordinary

#: By what errors may have risen. Smaller rises than the first are nobody's regression.
RATIOS = np.array([1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0, 20.0])
#: Ratios that are told apart for the interval; the margins of `unharmed` are among them.
MARGINS = (1.5, 2.0)
FINE = np.unique(np.append(np.geomspace(1 / 8, 32, 49), MARGINS))
#: A change may begin with the deploy, each quarter of an hour within its first day, and each hour of seven more.
STARTS = np.array([0, *range(15, DAY, 15), *range(DAY, 8 * DAY, 60)])
#: What each of these kinds of starts is believed beforehand.
_AT_ONCE, _FIRST_DAY, _LATER = 0.5, 0.4, 0.1
#: No minute may count for more than e to this: what one minute did (a restart, a scan) is no change for good.
MOST_OF_A_MINUTE = 2.5
#: A variance of nothing is Poisson's, as far as anybody can see.
_POISSON = 1e-9
#: The interval holds the true ratio, at all times at once, with 95%.
_DOUBT = 0.05


def _beliefs() -> Numbers:
    """What is believed of each start before anything was counted; together 1."""
    kinds = ((_AT_ONCE, STARTS == 0), (_FIRST_DAY, (STARTS > 0) & (STARTS < DAY)), (_LATER, STARTS >= DAY))
    found = np.zeros(len(STARTS))
    for share, kind in kinds:
        found[kind] = share / kind.sum()
    return found


BELIEFS = _beliefs()


@dataclass(frozen=True, eq=False)
class Reading:
    """After one minute, for each lane; logarithms are natural.

    `evidence` is the log of the evidence of a rise; `onset` the minute after the deploy at which it most likely began;
    `expected` the errors that this minute should have brought by all that was known before the deploy. `low` and `high`
    bound the ratio since the deploy; `unharmed` (lanes, margins) is the log of the evidence that it is below each of
    the `MARGINS`.
    """

    evidence: Numbers
    onset: Hours
    expected: Numbers
    low: Numbers
    high: Numbers
    unharmed: Numbers


class Detector:
    """One lane for each watch, all of them at the same minute after their deploys."""

    def __init__(self, lanes: Sequence[Ordinary]) -> None:
        #: What is expected of the next minute; for others to read and resume before the deploy only.
        self.level = Level(lanes)
        self._shifted = Shifted(self.level, len(lanes), len(STARTS))
        self._logs = np.zeros((len(lanes), len(STARTS), len(RATIOS)))
        self._fine = np.zeros((len(lanes), len(FINE)))
        self._minute = 0

    def warm(self, requests: Numbers, errors: Numbers, hours: Hours) -> None:
        """A minute before the deploy: (lanes,) each, NaN where it was not measured."""
        expected, variance = self.level.expect(np.nan_to_num(requests), hours)
        self.level.learn(errors, expected, variance)

    def look(self, requests: Numbers, errors: Numbers, hours: Hours) -> Reading:
        """The next minute after the deploy."""
        if not self._minute:
            self.level.deployed()
        usual = self.level.unmoved(np.nan_to_num(requests), hours)
        expected, variance = self.level.expect(np.nan_to_num(requests), hours)
        begun = int(np.searchsorted(STARTS, self._minute, side="right"))
        left = self._shifted.left(begun)
        counted = np.where(np.isnan(errors), 0.0, errors)
        known = ~np.isnan(errors)
        gained = _likelier(counted, expected, variance, np.log(RATIOS) * left[:, :, None])
        self._logs[:, :begun] += np.minimum(gained, MOST_OF_A_MINUTE) * known[:, None, None]
        since = _likelier(counted, expected, variance, (np.log(FINE) * left[:, :1])[:, None, :])
        self._fine += since[:, 0] * known[:, None]
        self._shifted.follow(self.level.learn(errors, expected, variance), left)
        self._minute += 1
        return self._reading(begun, np.where(known, usual, 0.0))

    def _reading(self, begun: int, expected: Numbers) -> Reading:
        highest = self._logs[:, :begun].max((1, 2))
        by_start = np.exp(self._logs[:, :begun] - highest[:, None, None]).mean(2) * BELIEFS[:begun]
        # What has not begun yet stands for itself: 1 is what it is worth until then.
        evidence = highest + np.log(by_start.sum(1) + BELIEFS[begun:].sum() * np.exp(-highest))
        half = by_start.cumsum(1) >= by_start.sum(1)[:, None] / 2
        low, high = _interval(self._fine)
        return Reading(evidence, STARTS[half.argmax(1)], expected, low, high, _unharmed(self._fine))


def _likelier(errors: Numbers, expected: Numbers, variance: Numbers, shift: Numbers) -> Numbers:
    """Log of how much likelier the errors are where their mean is `exp(shift)` times what is expected.

    Negative binomial with a variance of `expected + variance * expected**2`; `shift` is (lanes, …, …).
    """
    errors, expected = errors[:, None, None], expected[:, None, None]
    variance = np.maximum(variance, _POISSON)[:, None, None]
    wide = variance * expected
    found: Numbers = errors * shift - (errors + 1 / variance) * np.log1p(wide * np.expm1(shift) / (1 + wide))
    return found


def _mean(logs: Numbers) -> Numbers:
    highest = logs.max(1)
    found: Numbers = highest + np.log(np.exp(logs - highest[:, None]).mean(1))
    return found


def _interval(fine: Numbers) -> tuple[Numbers, Numbers]:
    """The smallest and the largest ratio that nothing speaks against; the whole grid before anything was counted."""
    stands = _mean(fine)[:, None] - fine < np.log(1 / _DOUBT)
    first, last = stands.argmax(1), stands.shape[1] - 1 - stands[:, ::-1].argmax(1)
    return FINE[np.maximum(first - 1, 0)], FINE[np.minimum(last + 1, len(FINE) - 1)]


def _unharmed(fine: Numbers) -> Numbers:
    unchanged = _mean(fine[:, FINE <= 1])
    return np.stack([unchanged - fine[:, np.searchsorted(FINE, margin)] for margin in MARGINS], 1)
