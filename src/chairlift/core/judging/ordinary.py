"""What is ordinary for a service: how many of its requests fail at which hour of the week, and how that wanders.

The rate of errors is taken to be `rate[hour of the week] * exp(slow + fast) * noise`: `slow` wanders over a day and
`fast` over minutes (two Ornstein-Uhlenbeck processes), `noise` is of one minute alone. Their variances are read from
how the surplus of errors in one minute goes with that in another, so many minutes later: between two minutes the noise
of counting (Poisson) does not show, so that even a service with an error now and then has an estimate without bias.
What the record of a small service cannot say is filled in by what is usual (`_USUAL`), which weighs as little as it is
known.

Incidents of the past are left out: they would make the next one look ordinary.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from chairlift.core.judging.minutes import Hours, Minutes, Numbers, YesNo

DAY = 1440
HOURS = 168
#: With fewer measured days than this, nobody knows what a week is like.
MIN_DAYS = 7.0
#: Which later block a block is compared with, for blocks of so many minutes: the longer, the more errors are in each.
_LAGS = {1: (1, 2, 3, 4), 5: tuple(range(1, 12)), 60: tuple(range(1, 25))}
#: How long the fast part may remember, in minutes; the usual one is the middle.
_MEMORIES = (4.0, 8.0, 14.0, 20.0, 30.0, 45.0, 70.0, 120.0)
_USUAL_MEMORY = 20.0
#: Variances of the logarithm that are usual (the noise of a minute, fast, slow), and how far services lie from them.
_USUAL_NOISE, _USUAL_FAST, _USUAL_SLOW, _SPREAD = 0.1, 0.04, 0.01, 0.05
#: No service is believed to be steadier than this: what 28 days did not show, the next one may.
_LEAST_NOISE, _LEAST_FAST, _LEAST_SLOW = 0.01, 1e-4, 0.0025
#: Of minutes that were counted by more than so many together, none is known.
_COARSE = 1.01
#: An incident: ten minutes with so many standard deviations of errors more, and three errors at the least.
_BLOCK, _SIGMAS, _ERRORS, _ROUGH = 10, 6.0, 3.0, 0.25
#: How often what is ordinary is looked for anew without the incidents that the last time found.
_TIMES = 3


@dataclass(frozen=True)
class Ordinary:
    """What a service is like.

    `rates` are errors per request for each of the 168 hours of a week (UTC, Monday first). `noise`, `fast` and `slow`
    are variances of the rate's logarithm; `memory` is how long `fast` lasts, in minutes. `requests` are those of an
    ordinary week by hour, per minute. `days` were measured, of which `incidents` minutes were left out.
    """

    rates: tuple[float, ...]
    noise: float
    fast: float
    slow: float
    memory: float
    requests: tuple[float, ...]
    days: float
    incidents: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Ordinary:
        return cls(**{**found, "rates": tuple(found["rates"]), "requests": tuple(found["requests"])})

    @property
    def daily(self) -> float:
        """Errors that an ordinary day brings."""
        return float(np.dot(self.rates, self.requests) * 60 / 7)

    @property
    def busiest(self) -> int:
        """The hour of the week with the most requests."""
        return int(np.argmax(self.requests))


def too_little(history: Minutes, least: float = MIN_DAYS) -> str:
    """Why this history says nothing of what is ordinary; empty where it does."""
    days = float(history.measured.sum()) / DAY
    if days < least:
        return f"too little history: {days:.1f} measured days of the {least:.0f} that show what a week is like"
    if not np.nansum(history.requests):
        return "too little history: not one request in it"
    return ""


def ordinary(history: Minutes, least: float = MIN_DAYS) -> Ordinary:
    """From up to 28 days before the deploy, of which `least` must be measured. ValueError where `too_little` speaks."""
    if words := too_little(history, least):
        raise ValueError(words)
    requests, errors = np.nan_to_num(history.requests), np.nan_to_num(history.errors)
    hours = history.hours
    calm = history.measured & ~_incident(errors, requests * _usual_rates(requests, errors, hours))
    for _ in range(_TIMES):
        rates = _rates(requests * calm, errors * calm, hours)
        expected = requests * rates[hours]
        calm = history.measured & ~_incident(errors, expected)
    noise, fast, slow, memory = _wandering(np.where(calm, errors, 0.0), np.where(calm, expected, 0.0))
    if history.coarse > _COARSE:
        # What was counted by the hour is smooth by the minute: no service is so steady because nobody looked closer.
        noise, fast, slow = max(noise, _USUAL_NOISE), max(fast, _USUAL_FAST), max(slow, _USUAL_SLOW)
    return Ordinary(
        rates=tuple(rates.tolist()),
        noise=noise,
        fast=fast,
        slow=slow,
        memory=memory,
        requests=tuple(_weekly(requests, history.measured, hours).tolist()),
        days=float(history.measured.sum()) / DAY,
        incidents=int((history.measured & ~calm).sum()),
    )


def _weekly(requests: Numbers, measured: YesNo, hours: Hours) -> Numbers:
    """Requests per minute in each hour of the week; an hour that was never measured is taken for the usual one."""
    total = np.bincount(hours, requests, HOURS)
    minutes = np.bincount(hours, measured, HOURS)
    usual = total.sum() / max(minutes.sum(), 1)
    return np.where(minutes > 0, total / np.maximum(minutes, 1), usual)


def _rates(requests: Numbers, errors: Numbers, hours: Hours) -> Numbers:
    """Errors per request by hour of the week: the hours of the day first, then what each day does differently."""
    seen = float(errors.sum())
    # Half an error where there was none: the next one is then no wonder of the world.
    rate = max(seen, 0.5) / max(float(requests.sum()), 1.0)
    flat = requests * rate
    of_day = _shrunk(errors, flat, hours % 24, 24)
    of_week = _shrunk(errors, flat * of_day[hours % 24], hours, HOURS)
    found: Numbers = rate * np.tile(of_day, 7) * of_week
    return found


def _shrunk(errors: Numbers, expected: Numbers, group: Hours, groups: int) -> Numbers:
    """By which factor the errors of each group differ, drawn towards 1 as far as chance may have done it."""
    counted, awaited = np.bincount(group, errors, groups), np.bincount(group, expected, groups)
    spread = _dispersion(errors, expected * (counted / np.maximum(awaited, 1e-12))[group], groups)
    apart = ((counted - awaited) ** 2 - spread * awaited).sum() / max((awaited**2).sum(), 1e-12)
    weight = spread / max(apart, 1e-4)
    found: Numbers = (counted + weight) / (awaited + weight)
    return found


def _dispersion(errors: Numbers, expected: Numbers, fitted: int) -> float:
    """How much more than chance the counts of hours vary: 1 is chance alone; `fitted` numbers were made to fit them."""
    block = np.arange(len(errors)) // 60
    counted, awaited = np.bincount(block, errors), np.bincount(block, expected)
    known = awaited > 0.01
    if known.sum() <= fitted:
        return 1.0
    apart = np.sort((counted - awaited)[known] ** 2 / awaited[known])
    most = apart[: max(int(0.995 * len(apart)), 1)]
    return max(float(most.sum()) / (len(most) - fitted), 1.0) if len(most) > fitted else 1.0


def _usual_rates(requests: Numbers, errors: Numbers, hours: Hours) -> Numbers:
    """Errors per request of each minute that no incident moves: the median of its hour, of the day and of the week.

    Never less than the whole history has on average, as most hours of a small service see no error at all.
    """
    block = np.arange(len(errors)) // 60
    asked, failed = np.bincount(block, requests), np.bincount(block, errors)
    of_block = np.minimum(hours[::60], HOURS - 1)
    known = asked > 0
    rates = failed / np.maximum(asked, 1)
    flat = float(failed.sum() / max(asked.sum(), 1))
    of_day, of_week = np.full(24, flat), np.full(HOURS, flat)
    for hour in range(24):
        of_day[hour] = max(flat, _median(rates[known & (of_block % 24 == hour)]))
    for hour in range(HOURS):
        of_week[hour] = max(of_day[hour % 24], _median(rates[known & (of_block == hour)]))
    found: Numbers = of_week[of_block][block]
    return found


def _median(rates: Numbers) -> float:
    """Zero for fewer than three, of which one incident may be the middle."""
    return float(np.median(rates)) if len(rates) > 2 else 0.0


def _incident(errors: Numbers, expected: Numbers) -> YesNo:
    """Minutes of blocks with far too many errors, and of those beside them."""
    block = np.arange(len(errors)) // _BLOCK
    counted, awaited = np.bincount(block, errors), np.bincount(block, expected)
    far = counted - awaited > _SIGMAS * np.sqrt(awaited + _ROUGH * awaited**2) + _ERRORS
    beside = far.copy()
    beside[1:] |= far[:-1]
    beside[:-1] |= far[1:]
    found: YesNo = beside[block]
    return found


def _wandering(errors: Numbers, expected: Numbers) -> tuple[float, float, float, float]:
    """Variances of the noise of a minute, of the fast and of the slow part, and the memory of the fast one."""
    found = [_together(errors, expected, block, lag) for block, lags in _LAGS.items() for lag in lags]
    together, weights, lags = np.array(found).T
    doubt = np.sqrt(1 / weights) + 0.002
    best = min((_two_parts(together, doubt, lags, memory) for memory in _MEMORIES), key=lambda found: found[0])
    _, fast, slow, memory = best
    square = max(float((expected**2).sum()), 1e-12)
    alone = (((errors - expected) ** 2).sum() - errors.sum()) / square - fast - slow
    known, believed = 1 / (np.sqrt(2 / square) + 0.002) ** 2, 1 / _SPREAD**2
    noise = (alone * known + _USUAL_NOISE * believed) / (known + believed)
    return max(float(noise), _LEAST_NOISE), max(fast, _LEAST_FAST), max(slow, _LEAST_SLOW), memory


def _together(errors: Numbers, expected: Numbers, block: int, lag: int) -> tuple[float, float, float]:
    """How the surplus of one block goes with that of another so many blocks later, what that weighs, and minutes."""
    places = np.arange(len(errors)) // block
    surplus, awaited = np.bincount(places, errors - expected), np.bincount(places, expected)
    weight = max(float((awaited[:-lag] * awaited[lag:]).sum()), 1e-12)
    return float((surplus[:-lag] * surplus[lag:]).sum()) / weight, weight, float(lag * block)


def _two_parts(together: Numbers, doubt: Numbers, lags: Numbers, memory: float) -> tuple[float, float, float, float]:
    """Least squares, neither part below zero, each drawn towards what is usual: (misfit, fast, slow, memory)."""
    rows = np.stack([np.exp(-lags / memory), np.exp(-lags / DAY)], 1) / doubt[:, None]
    rows = np.vstack([rows, [[1 / _SPREAD, 0.0], [0.0, 0.3 / _SPREAD]]])
    goal = np.append(together / doubt, [_USUAL_FAST / _SPREAD, 0.3 * _USUAL_SLOW / _SPREAD])
    both = np.linalg.lstsq(rows, goal, rcond=None)[0]
    if both.min() < 0:
        one = np.clip((rows * goal[:, None]).sum(0) / (rows**2).sum(0), 0, None)
        alone = [np.array([one[0], 0.0]), np.array([0.0, one[1]])]
        both = min(alone, key=lambda found: float(((rows @ found - goal) ** 2).sum()))
    misfit = float(((rows @ both - goal) ** 2).sum()) ** 0.5
    return misfit + 0.2 * abs(float(np.log(memory / _USUAL_MEMORY))), float(both[0]), float(both[1]), memory
