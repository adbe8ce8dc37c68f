"""Services that never were: requests and errors by the minute for 28 days and the day after a deploy.

Traffic is four times as much by day as by night and 0.6 of that on weekends; errors are twice as many while a batch
runs from 2 to 4. On top of that, by kind: noise of each minute (gamma), a part that wanders over 20 minutes and one
that wanders over a day (Ornstein-Uhlenbeck, in logarithms), and incidents of some eight minutes with 5 to 10 times the
errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from chairlift.core.judging.minutes import MINUTE, Minutes, Numbers
from chairlift.core.judging.ordinary import DAY

#: A Tuesday.
DEPLOYED = datetime(2026, 11, 3, 10, tzinfo=UTC)
HISTORY = 28 * DAY


@dataclass(frozen=True)
class Kind:
    """Variance of each minute's factor, standard deviations of the fast and slow parts, incidents a day."""

    noise: float = 0.0
    fast: float = 0.0
    slow: float = 0.0
    incidents: float = 0.0


KINDS = {
    "independent": Kind(),
    "realistic": Kind(0.1, 0.2, 0.1),
    "rough": Kind(0.3, 0.35, 0.2),
    "incidents": Kind(0.1, 0.2, 0.1, 0.2),
}


@dataclass(frozen=True)
class Cell:
    """One kind of service: mean requests a minute, errors per request, what the deploy does to both."""

    kind: str
    requests: int
    rate: float
    ratio: float = 1.0
    traffic: float = 1.0


def steady(days: float = 8, errors: float = 1, requests: float = 1000, after: int = 0) -> Minutes:
    """One service that does the same each minute, until the deploy or so many minutes after it."""
    before = round(days * DAY)
    length = before + after
    return Minutes(DEPLOYED - before * MINUTE, np.full(length, float(requests)), np.full(length, float(errors)))


def lived(cell: Cell, services: int, seed: int, after: int = DAY) -> list[tuple[Minutes, Minutes]]:
    """So many services of this kind: their minutes before and after the deploy. Equal seeds give equal worlds."""
    kind = KINDS[cell.kind]
    words = repr((cell.kind, cell.requests, cell.rate, cell.ratio, cell.traffic)).encode()
    chance = np.random.default_rng([seed, *words])
    length = HISTORY + after
    first = DEPLOYED - HISTORY * MINUTE
    requests, rate = _seasons(first, length)
    since = np.arange(length) >= HISTORY
    wandering = (
        _wandering(chance, services, length, sd, memory)
        for sd, memory in ((0.1, 60), (kind.fast, 20), (kind.slow, DAY))
    )
    swell, fast, slow = wandering
    asked = chance.poisson(cell.requests * requests * np.where(since, cell.traffic, 1.0) * np.exp(swell - 0.005))
    failing = asked * cell.rate * rate * np.exp(fast + slow - (kind.fast**2 + kind.slow**2) / 2)
    if kind.noise:
        failing *= chance.gamma(1 / kind.noise, kind.noise, failing.shape)
    for service, start, minutes, factor in _incidents(chance, services, length, kind.incidents):
        failing[service, start : start + minutes] *= factor
    failing *= np.where(since, cell.ratio, 1.0)
    failed = np.minimum(chance.poisson(failing), asked)
    return [
        (
            _minutes(first, asked[each, :HISTORY], failed[each, :HISTORY]),
            _minutes(DEPLOYED, asked[each, HISTORY:], failed[each, HISTORY:]),
        )
        for each in range(services)
    ]


def _minutes(start: datetime, requests: Numbers, errors: Numbers) -> Minutes:
    return Minutes(start, requests.astype(float), errors.astype(float))


def _seasons(first: datetime, length: int) -> tuple[Numbers, Numbers]:
    """What each minute has of the mean traffic, and of the mean rate of errors."""
    minute = (np.arange(length) + first.weekday() * DAY + first.hour * 60) % (7 * DAY)
    hour = minute % DAY / 60
    traffic = (1 + 0.6 * np.cos((hour - 14) / 24 * 2 * np.pi)) * np.where(minute >= 5 * DAY, 0.6, 1.0)
    return traffic / traffic.mean(), np.where((hour >= 2) & (hour < 4), 2.0, 1.0)


def _wandering(chance: np.random.Generator, services: int, length: int, sd: float, memory: float) -> Numbers:
    found = np.zeros((length, services))
    if sd:
        stays = np.exp(-1 / memory)
        found[:] = chance.standard_normal(found.shape) * sd * np.sqrt(1 - stays**2)
        found[0] /= np.sqrt(1 - stays**2)
        for minute in range(1, length):
            found[minute] += stays * found[minute - 1]
    return found.T


def _incidents(
    chance: np.random.Generator, services: int, length: int, daily: float
) -> Iterator[tuple[int, int, int, float]]:
    """Which service, from which minute on, for how many minutes, and how many times the errors."""
    for service in range(services):
        for start in chance.integers(0, length, chance.poisson(daily * length / DAY)):
            yield service, int(start), 1 + int(chance.poisson(7)), float(chance.uniform(5, 10))
