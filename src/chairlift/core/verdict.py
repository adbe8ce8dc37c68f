"""What a verdict says: healthy, worse or unknown; and whether new types of errors surge, from counts alone.

How errors as a whole are judged: core/judging. A type of error that was never seen before the deploy surges where so
many of it are improbable, if it had been seen once before: given all of both windows, the number after the deploy is
binomial with the share of requests that came after it (the conditional test of two Poisson rates).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Health(StrEnum):
    """What a verdict says."""

    HEALTHY = "healthy"
    WORSE = "worse"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Counts:
    """Requests and errors of one window. `minutes` of `expected` were measured; a missing minute is not a zero.

    `groups` are errors by type, as many as the monitor names.
    """

    requests: int = 0
    errors: int = 0
    minutes: float = 0
    expected: float = 0
    groups: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """Health with the reason, and the numbers that it rests on.

    `final` is False while nothing is decided yet. `hold`: what shares the change waits. `asks`: a person must look now.
    `hopeless`: no minute to come will tell. `until` is when the watch is over; until then even *healthy* may turn.
    `evidence` is JSON, as `judging.watch.evidence` makes it.
    """

    health: Health
    why: str
    final: bool = False
    before: Counts = Counts()
    after: Counts = Counts()
    hold: bool = False
    asks: bool = False
    hopeless: bool = False
    until: datetime | None = None
    evidence: Mapping[str, object] = field(default_factory=dict)


#: How improbable a surge must be; a campaign looks often, so this is far below the usual 5%.
ALPHA = 1e-4
#: A new type of error is a surge from so many on,
MIN_NEW = 10
#: and from this share of the requests after the deploy.
MIN_NEW_RATE = 0.005
#: Fewer requests than this before the deploy do not know what is usual.
MIN_REQUESTS = 50
#: Nor does less than this share of the minutes measured.
MIN_COVERAGE = 0.5
#: A term this small against the sum changes no digit of it.
_NEGLIGIBLE = 1e-17
_NAMED_TYPES = 3
_NAME_LENGTH = 80


def surge(before: Counts, after: Counts) -> str:
    """Which new types of errors surge, in words; empty where none does, or where too little is known of before."""
    if before.minutes < MIN_COVERAGE * before.expected or before.requests < MIN_REQUESTS:
        return ""
    surging = _surging(before, after)
    if not surging:
        return ""
    named = ", ".join(f"{name[:_NAME_LENGTH]!r} {after.groups[name]} times" for name in surging[:_NAMED_TYPES])
    more = f" and {len(surging) - _NAMED_TYPES} more" if len(surging) > _NAMED_TYPES else ""
    return f"new errors: {named}{more}"


def _share(before: Counts, after: Counts) -> float:
    return after.requests / (before.requests + after.requests)


def _surging(before: Counts, after: Counts) -> list[str]:
    """The types of errors that came with the deploy, most frequent first."""
    # Errors that the monitor counted but did not name may have been of this type: with top-ten lists, many are.
    unnamed = max(before.errors - sum(before.groups.values()), 0)
    enough = max(MIN_NEW, MIN_NEW_RATE * after.requests)
    share = _share(before, after)
    new = [
        name
        for name, times in after.groups.items()
        if not before.groups.get(name) and times >= enough and tail(times, times + unnamed + 1, share) < ALPHA
    ]
    return sorted(new, key=lambda name: (-after.groups[name], name))


def tail(successes: int, trials: int, chance: float) -> float:
    """P(X >= successes) for X binomial(trials, chance); the cost grows with the root of `trials`."""
    if successes <= 0:
        return 1.0
    if successes > trials or chance <= 0:
        return 0.0
    if chance >= 1:
        return 1.0
    if successes > trials * chance:
        return min(_beyond(successes, trials, chance), 1.0)
    # Below the mean the other side is the small one: so many failures or more are just not so many successes.
    return max(1.0 - _beyond(trials - successes + 1, trials, 1 - chance), 0.0)


def _beyond(first: int, trials: int, chance: float) -> float:
    """The sum of the probabilities of `first` or more, from beyond the mean on, where each is smaller than the last."""
    log = math.lgamma(trials + 1) - math.lgamma(first + 1) - math.lgamma(trials - first + 1)
    probability = math.exp(log + first * math.log(chance) + (trials - first) * math.log1p(-chance))
    total, odds = 0.0, chance / (1 - chance)
    for k in range(first, trials + 1):
        total += probability
        if probability <= total * _NEGLIGIBLE:
            break
        probability *= (trials - k) / (k + 1) * odds
    return total
