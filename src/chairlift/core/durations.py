"""How long steps take: what was promised, corrected by what the record shows; what still runs counts as "at least".

A duration is a shifted lognormal: `least` (what it cannot fall below, as a notice) plus `exp(mu + sigma * z) - shift`.
The shift, a tenth of what was promised, keeps steps that took no time at all from ruling the spread. Two in three are
first believed to keep their promise, with the weight of two observations; each observed duration then counts as one.
What still runs is filled in at random beyond the time that it has taken (Gibbs sampling), so that the pace of a draw
fits the whole record: where nobody has answered for weeks, slow paces are likely, though not one answer was timed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from random import Random
from statistics import NormalDist

from chairlift.core.decision import Party

#: A step, or `CHOOSE`, and who does it.
Key = tuple[str, Party]
CHOOSE = "choose"

NORMAL = NormalDist()
#: What a promise weighs, in observations; and how many it takes to doubt the spread.
_WEIGHT, _DEGREES = 2.0, 10.0
#: Spread of the logarithm for people, and for what Chairlift does by the clock.
_PEOPLE, _CLOCK = 0.8, 0.6
#: Half of the people take so much of what was promised; by the clock there is so much on top of it.
_HALF, _ON_TOP = 0.7, 0.15
_SHIFT = 0.1
_BURN_IN = 20
#: No more observations of a key are looked at: a spread over all of them says as much.
MOST = 150
#: A spread beyond this says nothing but "nobody knows".
_WIDEST = 2.0
#: As many decimals as a draw keeps: it is written down.
_DIGITS = 4


@dataclass(frozen=True)
class Promise:
    """What a campaign's file says of a step, in days; `least` is what it cannot fall below."""

    days: float
    least: float = 0.0


@dataclass(frozen=True)
class Record:
    """What was seen of a step: days that it took where it is over, and has taken so far where it goes on."""

    over: tuple[float, ...] = ()
    going: tuple[float, ...] = ()


@dataclass(frozen=True)
class Pace:
    """How long a step takes: equally likely (mu, sigma) of its logarithm, one for each draw; days."""

    least: float
    shift: float
    draws: tuple[tuple[float, float], ...]

    def known(self, days: float) -> float:
        """The logarithm that a duration of so many days has."""
        return log(max(days - self.least, 0.0) + self.shift)

    def days(self, logarithm: float) -> float:
        """The duration that a logarithm means; never below what it cannot fall below."""
        return self.least + max(exp(min(logarithm, 12.0)) - self.shift, 0.0)


def pace(promise: Promise, record: Record, draws: int, seed: str) -> Pace:
    """What to believe of a step, given what was promised and what was seen."""
    over, going = _thinned(record)
    # Somebody who looked may sign off before a watch is over: then it is no floor.
    least = min([promise.least, *over])
    shift = max(_SHIFT * promise.days, 1e-4)
    found = Pace(least, shift, ())
    half = _ON_TOP * promise.days if promise.least else _HALF * promise.days
    prior = (log(half + shift), _CLOCK if promise.least else _PEOPLE)
    seen = [found.known(days) for days in over]
    beyond = [found.known(days) for days in going if days > least]
    return Pace(least, shift, tuple(_draws(prior, seen, beyond, draws, Random(seed))))


def _thinned(record: Record) -> tuple[Sequence[float], Sequence[float]]:
    """At most `MOST` of them in all, evenly over the sorted durations, in the proportion that was seen."""
    count = len(record.over) + len(record.going)
    if count <= MOST:
        return record.over, record.going
    return tuple(_evenly(sorted(each), round(len(each) * MOST / count)) for each in (record.over, record.going))  # type: ignore[return-value]


def _evenly(values: Sequence[float], count: int) -> list[float]:
    return [values[(2 * place + 1) * len(values) // (2 * count)] for place in range(count)]


def _draws(
    prior: tuple[float, float], seen: Sequence[float], beyond: Sequence[float], count: int, chance: Random
) -> list[tuple[float, float]]:
    """Draws of (mu, sigma) by their posterior; `beyond` are logarithms that are only known to be larger."""
    mu, sigma = prior
    found = []
    fixed, squares = sum(seen), sum(each * each for each in seen)
    for turn in range(_BURN_IN + count if beyond else count):
        filled = [at_least(bound, mu, sigma, chance.random()) for bound in beyond]
        total = fixed + sum(filled)
        square = squares + sum(each * each for each in filled)
        mu, sigma = _posterior(prior, len(seen) + len(filled), total, square, chance)
        if turn >= _BURN_IN or not beyond:
            found.append((round(mu, _DIGITS), round(sigma, _DIGITS)))
    return found


def _posterior(
    prior: tuple[float, float], count: int, total: float, square: float, chance: Random
) -> tuple[float, float]:
    """One draw of a normal's centre and spread (normal and inverse gamma are conjugate)."""
    centre, spread = prior
    mean = total / count if count else centre
    weight, degrees = _WEIGHT + count, _DEGREES + count
    middle = (_WEIGHT * centre + total) / weight
    off = _DEGREES * spread**2 + max(square - count * mean**2, 0.0)
    off += _WEIGHT * count / weight * (mean - centre) ** 2
    sigma = min(sqrt(off / (2 * max(chance.gammavariate(degrees / 2, 1.0), 1e-9))), _WIDEST)
    return middle + sigma / sqrt(weight) * NORMAL.inv_cdf(chance.random() or 0.5), sigma


def at_least(bound: float, mu: float, sigma: float, share: float) -> float:
    """The `share` (0 to 1) quantile of a normal, given that it lies beyond `bound`."""
    a = (bound - mu) / sigma
    if a > 5:
        # So far out a normal is as good as exponential, and its distribution function as good as 1.
        return bound - sigma * log(max(1 - share, 1e-12)) / a
    below = NORMAL.cdf(a)
    return mu + sigma * NORMAL.inv_cdf(min(max(below + share * (1 - below), 1e-12), 1 - 1e-12))
