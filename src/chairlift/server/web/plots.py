"""What a verdict rests on, drawn: the error rate beside what was expected, and the evidence that it rose.

Both read in black and white: what was counted is a line, what was expected a dashed one, and every line is named.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chairlift.server.web.drawing import Scale, spread

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 180, 56, 168, 12, 28
#: So many standard deviations are the band within which nineteen of twenty ordinary minutes lie.
_SIGMAS = 1.96
#: Evidence against a rise is drawn no lower than this, as a natural logarithm.
_LOWEST = -3.0
_CERTAIN = math.log(1e6)


@dataclass(frozen=True)
class Label:
    """Words beside what they name."""

    x: float
    y: float
    words: str


@dataclass(frozen=True)
class Plot:
    """Points as SVG has them, in a box of WIDTH x HEIGHT. `told` says in words what it shows."""

    line: str
    band: str
    expected: str
    dot: tuple[float, float]
    labels: tuple[Label, ...]
    ticks: tuple[Label, ...]
    told: str
    since: datetime
    until: datetime


@dataclass(frozen=True)
class _Point:
    """Some minutes of a watch, up to `at`."""

    at: datetime
    minutes: int
    requests: float
    errors: float
    expected: float
    evidence: float


def of_verdict(verdict: Mapping[str, Any]) -> tuple[Plot, ...]:
    """The rate and the evidence; nothing where there is nothing to draw."""
    found = verdict.get("evidence") or {}
    points = _points(found)
    known = [point for point in points if point.requests]
    if not known:
        return ()
    start = datetime.fromisoformat(found["start"])
    across = Scale(start, points[-1].at, WIDTH - LEFT - RIGHT, LEFT)
    return _rate(known, found["usual"], across, start), _evidence(points, found["strong"], across, start)


def _points(found: Mapping[str, Any]) -> list[_Point]:
    rows: Sequence[Sequence[float]] = found.get("points") or ()
    if not rows:
        return []
    start, minute = datetime.fromisoformat(found["start"]), timedelta(seconds=found["step"])
    points, last = [], 0
    for end, requests, errors, expected, evidence, *_ in rows:
        points.append(_Point(start + end * minute, int(end) - last, requests, errors, expected, evidence))
        last = int(end)
    return points


def _rate(points: Sequence[_Point], usual: Mapping[str, float], across: Scale, start: datetime) -> Plot:
    rates = [point.errors / point.requests for point in points]
    expected = [point.expected / point.requests for point in points]
    away = [_SIGMAS * _deviation(point, usual) / point.requests for point in points]
    above = [rate + more for rate, more in zip(expected, away, strict=True)]
    below = [max(rate - more, 0.0) for rate, more in zip(expected, away, strict=True)]
    box = _Box(across, 0.0, 1.1 * max(*rates, *above, 1e-6))
    times = [point.at for point in points]
    upper, lower = box.path(times, above), box.path(times[::-1], below[::-1])
    return Plot(
        line=box.path(times, rates),
        band=f"{upper} {lower}",
        expected=box.path(times, expected),
        dot=(across.x(times[-1]), box.y(rates[-1])),
        labels=box.labels({f"{expected[-1]:.2%} expected": expected[-1], f"{rates[-1]:.2%} counted": rates[-1]}),
        ticks=(Label(LEFT, HEIGHT - 8, "deployed"), *box.ticks("0%", f"{box.highest:.2%}")),
        told=f"Errors per request: {rates[-1]:.3%} counted at last, {expected[-1]:.3%} expected.",
        since=start,
        until=times[-1],
    )


def _deviation(point: _Point, usual: Mapping[str, float]) -> float:
    """Of the errors of a point, by chance and by what the rate does on ordinary days."""
    relative = usual["noise"] / max(point.minutes, 1) + usual["fast"] + usual["slow"]
    return math.sqrt(point.expected + relative * point.expected**2)


def _evidence(points: Sequence[_Point], strong: float, across: Scale, start: datetime) -> Plot:
    values = [max(point.evidence, _LOWEST) for point in points]
    box = _Box(across, min(*values, -1.0), 1.15 * max(*values, strong))
    times = [point.at for point in points]
    odds = _odds(points[-1].evidence)
    return Plot(
        line=box.path(times, values),
        band="",
        expected=box.path([start, times[-1]], [strong, strong]),
        dot=(across.x(times[-1]), box.y(values[-1])),
        labels=box.labels({f"hold at {_odds(strong)}": strong, f"{odds} now": values[-1]}),
        ticks=(Label(LEFT, HEIGHT - 8, "deployed"), Label(0, box.y(0.0) + 4, "1 to 1")),
        told=f"The evidence that errors rose is {odds}; from {_odds(strong)} on what shares the change is held.",
        since=start,
        until=times[-1],
    )


def _odds(logarithm: float) -> str:
    """`200 to 1`; a million to one is as good as any more."""
    odds = math.exp(min(abs(logarithm), _CERTAIN))
    words = f"{odds:,.0f}" if odds >= 10 else f"{odds:.1f}".removesuffix(".0")
    more = "over " if abs(logarithm) > _CERTAIN else ""
    return f"{more}{words} to 1" if logarithm >= 0 else f"{more}1 to {words}"


@dataclass(frozen=True)
class _Box:
    across: Scale
    lowest: float
    highest: float

    def y(self, value: float) -> float:
        share = (value - self.lowest) / (self.highest - self.lowest)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    def path(self, times: Sequence[datetime], values: Sequence[float]) -> str:
        return " ".join(f"{self.across.x(at)},{self.y(value)}" for at, value in zip(times, values, strict=True))

    def labels(self, values: Mapping[str, float]) -> tuple[Label, ...]:
        """Words at the end of their lines, moved until none lies on another."""
        places = spread([self.y(value) + 4 for value in values.values()], 16, TOP + 4, HEIGHT - BOTTOM)
        return tuple(Label(WIDTH - RIGHT + 8, y, words) for y, words in zip(places, values, strict=True))

    def ticks(self, lowest: str, highest: str) -> tuple[Label, ...]:
        return Label(0, HEIGHT - BOTTOM, lowest), Label(0, TOP + 10, highest)
