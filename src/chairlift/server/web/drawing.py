"""The numbers behind drawings: instants as places on a page, marks of a calendar, labels that do not touch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

#: Width of a letter of a drawing's text, at its smallest size.
LETTER = 7.0
#: Names of the marks of a calendar are not nearer to each other than this.
_APART = 64
_STEPS = tuple(timedelta(hours=hours) for hours in (1, 6, 24, 7 * 24))


@dataclass(frozen=True)
class Scale:
    """Instants as places from `left` to `left + width`; what lies outside is drawn at the edge."""

    begin: datetime
    end: datetime
    width: float
    left: float = 0.0

    def x(self, at: datetime) -> float:
        share = (at - self.begin) / max(self.end - self.begin, timedelta(seconds=1))
        return round(self.left + self.width * min(max(share, 0.0), 1.0), 1)

    def holds(self, at: datetime) -> bool:
        return self.begin <= at <= self.end

    def bar(self, since: datetime, until: datetime) -> tuple[float, float]:
        """Place and width; none is so short that it is not seen."""
        x = self.x(since)
        return x, round(max(self.x(until) - x, 1.5), 1)


@dataclass(frozen=True)
class Mark:
    """One line of the calendar, and its name; empty where there is no room for it."""

    x: float
    name: str


def marks(scale: Scale, zone: tzinfo) -> list[Mark]:
    """Days, weeks, months or years, whichever leave room for their names."""
    least = (scale.end - scale.begin) * _APART / scale.width
    found = list(_months(scale, zone, least) if least > _STEPS[-1] else _even(scale, zone, least))
    return [Mark(scale.x(at), name) for at, name in found if scale.holds(at)]


def _even(scale: Scale, zone: tzinfo, least: timedelta) -> Iterator[tuple[datetime, str]]:
    step = next(step for step in _STEPS if step >= least)
    local = scale.begin.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    if step == _STEPS[-1]:
        local -= timedelta(days=local.weekday())
    while local.astimezone(UTC) <= scale.end:
        yield local.astimezone(UTC), f"{local:%H:%M}" if step < timedelta(days=1) else f"{local.day} {local:%b}"
        local += step


def _months(scale: Scale, zone: tzinfo, least: timedelta) -> Iterator[tuple[datetime, str]]:
    count = next((each for each in (1, 3, 12) if timedelta(days=30 * each) >= least), 12)
    first = scale.begin.astimezone(zone)
    number = first.year * 12 + (first.month - 1) // count * count
    while (at := datetime(number // 12, number % 12 + 1, 1, tzinfo=zone).astimezone(UTC)) <= scale.end:
        local = at.astimezone(zone)
        yield at, f"{local:%b %Y}" if local.month == 1 or count == 12 else f"{local:%b}"
        number += count


def spread(wanted: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """The same places in their order, moved to be so far apart; between low and high, if they fit."""
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    found = list(wanted)
    floor = low
    for place in order:
        found[place] = floor = max(found[place], floor)
        floor += apart
    ceiling = high
    for place in reversed(order):
        found[place] = ceiling = min(found[place], ceiling)
        ceiling -= apart
    return [round(each, 1) for each in found]
