"""The burn-up of one change: how many services had passed each step, over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from chairlift.core.menu import Campaign
from chairlift.server.outlooks import Told
from chairlift.server.web.drawing import Mark, Scale, marks, spread

WIDTH, HEIGHT = 860.0, 260.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, 130.0, 12.0, 28.0
#: How many columns of the table below stand for times past.
_COLUMNS = 5
_LINE = 16.0


@dataclass(frozen=True)
class Line:
    """One step: its line, where its label stands, and how many have passed it at each time of the table."""

    step: str
    points: str
    y: float
    label: float
    count: int
    counts: tuple[int, ...]


@dataclass(frozen=True)
class BurnUp:
    """The drawing of one change."""

    change: str
    others: tuple[str, ...]
    lines: tuple[Line, ...]
    marks: list[Mark]
    levels: tuple[tuple[float, int], ...]
    times: tuple[datetime, ...]
    right: float
    empty: bool
    width: float = WIDTH
    height: float = HEIGHT
    left: float = _LEFT
    bottom: float = HEIGHT - _BOTTOM


def drawn(value: Campaign, told: Told | None, change: str, zone: tzinfo) -> BurnUp | None:
    """Of that change; of the first one, where none is named."""
    if told is None or not told.total:
        return None
    kept = told.found["burn_up"]
    slugs = [each.slug for each in value.changes if each.slug in kept]
    if not slugs:
        return None
    change = change if change in slugs else slugs[0]
    scale = Scale(told.begun, told.made_at, WIDTH - _LEFT - _RIGHT, _LEFT)
    counts = kept[change]

    def y(count: int) -> float:
        return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * count / told.total, 1)

    ends = [y(line[-1]) for line in counts.values()]
    labels = spread(ends, _LINE, _TOP, HEIGHT - _BOTTOM)
    last = max(len(line) for line in counts.values()) - 1
    moments = [told.begun + (told.made_at - told.begun) * place / max(last, 1) for place in range(last + 1)]
    picked = [last * place // _COLUMNS for place in range(1, _COLUMNS + 1)]
    lines = tuple(
        Line(
            step,
            _points(scale, moments, [y(each) for each in line]),
            end,
            label,
            line[-1],
            tuple(line[p] for p in picked),
        )
        for (step, line), end, label in zip(counts.items(), ends, labels, strict=True)
    )
    return BurnUp(
        change, tuple(slug for slug in slugs if slug != change), lines, marks(scale, zone),
        tuple((y(count), count) for count in _levels(told.total)), tuple(moments[place] for place in picked),
        WIDTH - _RIGHT, not any(line.count for line in lines),
    )  # fmt: skip


def _points(scale: Scale, moments: list[datetime], heights: list[float]) -> str:
    """A stair: as many had passed until then; places where nothing changes are left out."""
    found = [f"{scale.x(moments[0])},{heights[0]}"]
    for before, at, after in zip(heights, moments[1:], heights[1:], strict=False):
        if after != before:
            found += [f"{scale.x(at)},{before}", f"{scale.x(at)},{after}"]
    return " ".join([*found, f"{scale.x(moments[-1])},{heights[-1]}"])


def _levels(total: int) -> list[int]:
    """Nothing, half of them and all of them."""
    return sorted({0, total // 2, total})
