"""How many errors the next minute should bring, known from all minutes before it, and how far it may be off.

A Kalman filter of the two wandering parts of a rate's logarithm (see `ordinary.py`), linear around what it expects. It
goes on after the deploy: what a service does on ordinary days is followed and held against nobody. What that swallows
of a true change is known, too: `Shifted.left` says for each start of a change how much of it has not been followed yet.

All arrays begin with one lane for each watch.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chairlift.core.judging.minutes import Hours, Numbers
from chairlift.core.judging.ordinary import DAY, Ordinary

#: A minute moves what is expected of the next as if it had no more errors than so many standard deviations above what
#: was expected, and so many more: where a minute expects a hundredth of one, a single error is nothing to be cut off.
_SIGMAS, _ERRORS = 3.0, 3.0
_LEAST = 1e-12
#: What a lane's level has learned: slow, fast, their variances, and what these share.
State = tuple[float, float, float, float, float]


class Level:
    """The wandering parts of each lane. `rates` are (lanes, 168)."""

    def __init__(self, lanes: Sequence[Ordinary]) -> None:
        self.rates = np.array([lane.rates for lane in lanes])
        self._noise, self._fast, self._slow = (
            np.array([getattr(lane, name) for lane in lanes]) for name in ("noise", "fast", "slow")
        )
        self.stays = np.exp(-1 / DAY), np.exp(-1 / np.array([lane.memory for lane in lanes]))
        self._at = np.zeros((2, len(lanes)))
        self._before = self._at
        #: Variances of slow and fast, and what they share.
        self._of_slow, self._of_fast, self._shared = self._slow.copy(), self._fast.copy(), np.zeros(len(lanes))

    def expect(self, requests: Numbers, hours: Hours) -> tuple[Numbers, Numbers]:
        """Errors of the coming minute (lanes,) and the relative variance of their rate, counting aside (lanes,)."""
        slow, fast = self.stays
        self._at[0] *= slow
        self._at[1] *= fast
        self._of_slow = slow**2 * self._of_slow + self._slow * (1 - slow**2)
        self._of_fast = fast**2 * self._of_fast + self._fast * (1 - fast**2)
        self._shared = slow * fast * self._shared
        rate = self.rates[np.arange(len(requests)), hours]
        expected = np.maximum(requests * rate * np.exp(self._at.sum(0)), _LEAST)
        return expected, self._of_slow + 2 * self._shared + self._of_fast + self._noise

    @property
    def state(self) -> list[State]:
        """What it has learned, to go on from elsewhere: for each lane its five numbers."""
        rows = np.stack([*self._at, self._of_slow, self._of_fast, self._shared])
        return [(float(a), float(b), float(c), float(d), float(e)) for a, b, c, d, e in rows.T]

    def resume(self, states: Sequence[State]) -> None:
        """Go on from a `state` of as many lanes."""
        slow, fast, self._of_slow, self._of_fast, self._shared = np.array(states, float).reshape(-1, 5).T.copy()
        self._at = np.stack([slow, fast])
        self._before = self._at

    def deployed(self) -> None:
        """From the coming minute on `unmoved` knows nothing more."""
        self._before = self._at.copy()

    def unmoved(self, requests: Numbers, hours: Hours) -> Numbers:
        """Errors that the coming minute should bring by what was known at the deploy: (lanes,). Once a minute."""
        self._before *= np.stack([np.full(len(requests), self.stays[0]), self.stays[1]])
        found: Numbers = requests * self.rates[np.arange(len(requests)), hours] * np.exp(self._before.sum(0))
        return found

    def learn(self, errors: Numbers, expected: Numbers, variance: Numbers) -> Numbers:
        """Follow the minute that was `expected`; what is missing teaches nothing. The gains of both (2, lanes)."""
        known = ~np.isnan(errors)
        whole = variance + 1 / expected
        most = expected * (1 + _SIGMAS * np.sqrt(whole)) + _ERRORS
        far = np.where(known, np.minimum(errors, most), expected) / expected - 1
        gains: Numbers = np.stack([self._of_slow + self._shared, self._of_fast + self._shared]) / whole * known
        self._at += gains * far
        slow, fast, shared = self._of_slow, self._of_fast, self._shared
        self._of_slow = slow - gains[0] * (slow + shared)
        self._of_fast = fast - gains[1] * (fast + shared)
        self._shared = shared - gains[0] * (shared + fast)
        return gains


class Shifted:
    """How much of a change that began at each start the level has followed: (2, lanes, starts)."""

    def __init__(self, level: Level, lanes: int, starts: int) -> None:
        self.stays = level.stays
        self._followed = np.zeros((2, lanes, starts))

    def left(self, starts: int) -> Numbers:
        """The part of a change, from 1 down to 0, that the coming minute still shows: (lanes, starts)."""
        slow, fast = self.stays
        self._followed[0, :, :starts] *= slow
        self._followed[1, :, :starts] *= fast[:, None]
        found: Numbers = 1 - self._followed[:, :, :starts].sum(0)
        return found

    def follow(self, gains: Numbers, left: Numbers) -> None:
        self._followed[:, :, : left.shape[1]] += gains[:, :, None] * left
