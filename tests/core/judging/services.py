"""Services for tests of the judge: their ordinary days, and minutes drawn from them by a seed."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from chairlift.core.judging.minutes import MINUTE, Minutes
from chairlift.core.judging.ordinary import DAY, HOURS, Ordinary

#: A Tuesday.
DEPLOYED = datetime(2026, 11, 3, 10, tzinfo=UTC)


def steady(rate: float = 0.005, requests: float = 1_000, **more: float) -> Ordinary:
    """A service of one rate at all hours, that does not wander unless told to."""
    parts = {"noise": 0.0, "fast": 0.0, "slow": 0.0, "memory": 20.0} | more
    return Ordinary(rates=(rate,) * HOURS, requests=(requests,) * HOURS, days=28.0, incidents=0, **parts)


def drawn(
    seed: int, start: datetime, length: int, rate: float = 0.005, requests: float = 1_000, noise: float = 0.0
) -> Minutes:
    """So many minutes with errors by chance alone, or with the noise of each minute on top of it."""
    chance = np.random.default_rng(seed)
    asked = chance.poisson(requests, length).astype(float)
    factor = chance.gamma(1 / noise, noise, length) if noise else 1.0
    return Minutes(start, asked, np.minimum(chance.poisson(asked * rate * factor), asked).astype(float))


def history(seed: int = 1, days: int = 28, **of: float) -> Minutes:
    """So many days before the deploy."""
    return drawn(seed, DEPLOYED - days * DAY * MINUTE, days * DAY, **of)


def rising(minutes: Minutes, ratio: float, start: int = 0, end: int | None = None) -> Minutes:
    """The same with `ratio` times the errors in the minutes from `start` until before `end`."""
    errors = minutes.errors.copy()
    errors[start:end] = np.minimum(np.round(errors[start:end] * ratio), minutes.requests[start:end])
    return Minutes(minutes.start, minutes.requests, errors, minutes.odd)


def without(minutes: Minutes, start: int, end: int) -> Minutes:
    """The same with nothing measured in these minutes."""
    requests, errors = minutes.requests.copy(), minutes.errors.copy()
    requests[start:end] = errors[start:end] = np.nan
    return Minutes(minutes.start, requests, errors, minutes.odd)
