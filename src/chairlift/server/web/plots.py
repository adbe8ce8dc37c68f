"""What a verdict rests on, drawn: the error rate since the deployment, what was expected, and what would be worse."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import NormalDist
from typing import Any

from chairlift.core.verdict import ALPHA, MIN_RATIO

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 180, 56, 168, 12, 28
_SIGMAS = NormalDist().inv_cdf(1 - ALPHA)


@dataclass(frozen=True)
class Label:
    """Words beside what they name."""

    x: int
    y: int
    words: str


@dataclass(frozen=True)
class Plot:
    """Points as SVG has them, in a box of WIDTH x HEIGHT; rates are shares of the requests."""

    line: str
    band: str
    expected: int
    dots: tuple[tuple[int, int], ...]
    labels: tuple[Label, ...]
    marks: tuple[Label, ...]
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
    box = _Box(start, end, 1.1 * max(*limits, *(rate for _, _, rate in points), usual, 1e-6))
    line_points = [(box.x(at), box.y(rate)) for at, _, rate in points]
    upper = [(box.x(at), box.y(limit)) for (at, _, _), limit in zip(points, limits, strict=True)]
    lower = [(x, box.y(max(2 * usual - limit, 0))) for (x, _), limit in zip(upper, limits, strict=True)]
    now = points[-1][2]
    words = [(upper[-1][1], "above this: worse"), (box.y(usual), f"{usual:.2%} before"), (box.y(now), f"{now:.2%} now")]
    return Plot(
        line=_path(line_points),
        band=_path([*upper, *reversed(lower)]),
        expected=box.y(usual),
        dots=tuple(line_points[-1:]),
        labels=_apart(words),
        marks=(Label(LEFT, HEIGHT - 8, "deployed"), *box.scale()),
        told=f"Error rate {now:.3%} after the deployment; {usual:.3%} before; from {limits[-1]:.3%} on it is worse.",
        since=start,
        until=end,
    )


def _limit(usual: float, before: int, after: int) -> float:
    """From which rate on so many requests are worse than those before: significant, and large enough to matter."""
    # Of nothing before, one error is what it might have been.
    rate = max(usual, 1 / before)
    spread = math.sqrt(rate * (1 - min(rate, 0.999)) * (1 / before + 1 / after))
    return min(max(MIN_RATIO * rate, rate + _SIGMAS * spread), 1.0)


@dataclass(frozen=True)
class _Box:
    start: datetime
    end: datetime
    highest: float

    def x(self, at: datetime) -> int:
        whole = (self.end - self.start).total_seconds() or 1
        part = min(max((at - self.start).total_seconds() / whole, 0), 1)
        return round(LEFT + part * (WIDTH - LEFT - RIGHT))

    def y(self, rate: float) -> int:
        return round(HEIGHT - BOTTOM - rate / self.highest * (HEIGHT - TOP - BOTTOM))

    def scale(self) -> tuple[Label, ...]:
        return Label(0, HEIGHT - BOTTOM, "0%"), Label(0, TOP + 10, f"{self.highest:.2%}")


def _path(points: list[tuple[int, int]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def _apart(words: list[tuple[int, str]]) -> tuple[Label, ...]:
    """Labels at the end of their lines, moved until none lies on another."""
    found: list[Label] = []
    low = HEIGHT - BOTTOM
    for y, text in sorted(words, key=lambda each: -each[0]):
        low = min(y + 4, low)
        found.append(Label(WIDTH - RIGHT + 8, low, text))
        low -= 16
    return tuple(found)
