"""What a verdict rests on, drawn: the error rate since the deployment, what was expected, and what would be worse."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import NormalDist
from typing import Any

from chairlift.core.verdict import ALPHA, MIN_RATIO
from chairlift.server.web.drawing import Scale, spread

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 180, 56, 168, 12, 28
_SIGMAS = NormalDist().inv_cdf(1 - ALPHA)


@dataclass(frozen=True)
class Label:
    """Words beside what they name."""

    x: float
    y: float
    words: str


@dataclass(frozen=True)
class Plot:
    """Points as SVG has them, in a box of WIDTH x HEIGHT; rates are shares of the requests."""

    line: str
    band: str
    expected: float
    dot: tuple[float, float]
    labels: tuple[Label, ...]
    ticks: tuple[Label, ...]
    told: str
    since: datetime
    until: datetime


def of_verdict(verdict: Mapping[str, Any], since: str) -> Plot | None:
    """None where there is nothing to draw: no counts, or none before the deployment."""
    line, counts = verdict.get("line") or [], verdict.get("counts") or {}
    before = counts.get("before", {}).get("requests", 0)
    if not line or not before or not since:
        return None
    start, end = datetime.fromisoformat(since), datetime.fromisoformat(line[-1][0])
    usual = counts["before"]["errors"] / before
    points = [(datetime.fromisoformat(at), requests, errors / requests) for at, requests, errors in line if requests]
    limits = [_limit(usual, before, requests) for _, requests, _ in points]
    box = _Box(
        Scale(start, end, WIDTH - LEFT - RIGHT, LEFT), 1.1 * max(*limits, *(rate for _, _, rate in points), usual, 1e-6)
    )
    upper = [box.point(at, limit) for (at, _, _), limit in zip(points, limits, strict=True)]
    lower = [box.point(at, max(2 * usual - limit, 0)) for (at, _, _), limit in zip(points, limits, strict=True)]
    rates, now = [box.point(at, rate) for at, _, rate in points], points[-1][2]
    return Plot(
        line=_path(rates),
        band=_path([*upper, *reversed(lower)]),
        expected=box.y(usual),
        dot=rates[-1],
        labels=box.labels({"above this: worse": limits[-1], f"{usual:.2%} before": usual, f"{now:.2%} now": now}),
        ticks=(Label(LEFT, HEIGHT - 8, "deployed"), *box.ticks()),
        told=f"Error rate {now:.3%} after the deployment; {usual:.3%} before; from {limits[-1]:.3%} on it is worse.",
        since=start,
        until=end,
    )


def _limit(usual: float, before: int, after: int) -> float:
    """From which rate on so many requests are worse than those before: significant, and large enough to matter."""
    # Of nothing before, one error is what it might have been.
    rate = max(usual, 1 / before)
    deviation = math.sqrt(rate * (1 - min(rate, 0.999)) * (1 / before + 1 / after))
    return min(max(MIN_RATIO * rate, rate + _SIGMAS * deviation), 1.0)


@dataclass(frozen=True)
class _Box:
    across: Scale
    highest: float

    def y(self, rate: float) -> float:
        return round(HEIGHT - BOTTOM - rate / self.highest * (HEIGHT - TOP - BOTTOM), 1)

    def point(self, at: datetime, rate: float) -> tuple[float, float]:
        return self.across.x(at), self.y(rate)

    def labels(self, rates: Mapping[str, float]) -> tuple[Label, ...]:
        """Words at the end of their lines, moved until none lies on another."""
        places = spread([self.y(rate) + 4 for rate in rates.values()], 16, TOP + 4, HEIGHT - BOTTOM)
        return tuple(Label(WIDTH - RIGHT + 8, y, words) for y, words in zip(places, rates, strict=True))

    def ticks(self) -> tuple[Label, ...]:
        return Label(0, HEIGHT - BOTTOM, "0%"), Label(0, TOP + 10, f"{self.highest:.2%}")


def _path(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
