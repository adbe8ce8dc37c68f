"""Did errors rise after the deploy? healthy, worse or unknown, from counts alone.

The method: given all errors of both windows, the number after the deploy is binomial with the share of requests that
came after it, if nothing changed (the conditional test of two Poisson rates). *worse* needs that to be improbable and
the rise to be large enough to matter; too little traffic, or a window with too many missing minutes, is *unknown*.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
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
    """Health with the reason, and the numbers that it rests on. `final` is False while the watch still runs."""

    health: Health
    why: str
    final: bool = False
    before: Counts = Counts()
    after: Counts = Counts()


#: Fewer requests than this after the deploy say nothing.
MIN_REQUESTS = 50
#: Less than this share of the minutes measured says nothing.
MIN_COVERAGE = 0.5
#: A rise below this factor is not "significant" in the words of the menu, however certain.
MIN_RATIO = 1.5
#: Nor is one by fewer errors than this.
MIN_ERRORS = 5
#: How improbable the rise must be; a campaign looks often, so this is far below the usual 5%.
ALPHA = 1e-4


def judge(before: Counts | None, after: Counts | None) -> Verdict:
    """Compare two windows; None means that the monitor was away."""
    if before is None or after is None:
        return Verdict(Health.UNKNOWN, "the monitor is away")
    for counts, which in ((before, "before"), (after, "after")):
        if counts.expected and counts.minutes < MIN_COVERAGE * counts.expected:
            why = f"only {counts.minutes:g} of {counts.expected:g} minutes {which} the deploy were measured"
            return Verdict(Health.UNKNOWN, why, before=before, after=after)
        if counts.requests < MIN_REQUESTS:
            why = f"too little traffic {which} the deploy: {counts.requests} requests"
            return Verdict(Health.UNKNOWN, why, before=before, after=after)
    rate_before, rate_after = before.errors / before.requests, after.errors / after.requests
    rose = after.errors >= MIN_ERRORS and rate_after > MIN_RATIO * rate_before
    share = after.requests / (before.requests + after.requests)
    words = f"error rate {rate_before:.3%} before, {rate_after:.3%} after"
    if rose and tail(after.errors, before.errors + after.errors, share) < ALPHA:
        return Verdict(Health.WORSE, words, before=before, after=after)
    return Verdict(Health.HEALTHY, words, before=before, after=after)


def tail(successes: int, trials: int, chance: float) -> float:
    """P(X >= successes) for X binomial(trials, chance), summed in logarithms."""
    if successes <= 0:
        return 1.0
    if chance <= 0:
        return 0.0
    if chance >= 1:
        return 1.0
    logs = [
        math.lgamma(trials + 1)
        - math.lgamma(k + 1)
        - math.lgamma(trials - k + 1)
        + k * math.log(chance)
        + (trials - k) * math.log1p(-chance)
        for k in range(successes, trials + 1)
    ]
    top = max(logs)
    return min(1.0, math.exp(top) * sum(math.exp(x - top) for x in logs))
