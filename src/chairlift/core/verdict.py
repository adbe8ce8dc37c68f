"""Did errors rise after the deploy, or new types of them surge? healthy, worse or unknown, from counts alone.

The method: given all errors of both windows, the number after the deploy is binomial with the share of requests that
came after it, if nothing changed (the conditional test of two Poisson rates). *worse* needs that to be improbable and
the rise to be large enough to matter; too little traffic, or a window with too many missing minutes, is *unknown*.
A type of error that was never seen before the deploy is held to the same test, as if it had been seen once.
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
#: A new type of error is a surge from so many on,
MIN_NEW = 10
#: and from this share of the requests after the deploy.
MIN_NEW_RATE = 0.005
#: A term this small against the sum changes no digit of it.
_NEGLIGIBLE = 1e-17
_NAMED_TYPES = 3
_NAME_LENGTH = 80


def judge(before: Counts | None, after: Counts | None) -> Verdict:
    """Compare two windows; None means that the monitor was away."""
    if before is None or after is None:
        return Verdict(Health.UNKNOWN, "the monitor is away")
    doubt = _doubt(before, "before") or _doubt(after, "after")
    if doubt:
        return Verdict(Health.UNKNOWN, doubt, before=before, after=after)
    words = f"error rate {before.errors / before.requests:.3%} before, {after.errors / after.requests:.3%} after"
    surging = _surging(before, after)
    if surging:
        named = ", ".join(f"{name[:_NAME_LENGTH]!r} {after.groups[name]} times" for name in surging[:_NAMED_TYPES])
        more = f" and {len(surging) - _NAMED_TYPES} more" if len(surging) > _NAMED_TYPES else ""
        words = f"new errors: {named}{more}; {words}"
    health = Health.WORSE if surging or _rose(before, after) else Health.HEALTHY
    return Verdict(health, words, before=before, after=after)


def _doubt(counts: Counts, when: str) -> str:
    """Why one window says nothing; empty when it says something."""
    if counts.minutes < MIN_COVERAGE * counts.expected:
        return f"only {_part(counts)} {when} the deploy were measured"
    if counts.requests < MIN_REQUESTS:
        return f"too little traffic {when} the deploy: {counts.requests} requests"
    return ""


def _part(counts: Counts) -> str:
    """How much was measured of what should have been, for a person: 0.0054735 minutes are no words."""
    if counts.expected < 1:
        return f"{counts.minutes * 60:.0f} of {counts.expected * 60:.0f} seconds"
    return f"{round(counts.minutes, 1):.10g} of {round(counts.expected, 1):.10g} minutes"


def _share(before: Counts, after: Counts) -> float:
    return after.requests / (before.requests + after.requests)


def _rose(before: Counts, after: Counts) -> bool:
    matters = after.errors >= MIN_ERRORS and after.errors * before.requests > MIN_RATIO * before.errors * after.requests
    return matters and tail(after.errors, before.errors + after.errors, _share(before, after)) < ALPHA


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
