"""A week of the calendar, Monday to Sunday, in one zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_WEEK = re.compile(r"(\d{4})-?W(\d{2})", re.ASCII | re.IGNORECASE)
_YEARS = range(1990, 2200)


@dataclass(frozen=True)
class Week:
    """An ISO week by its Monday; `start` and `end` are instants in UTC, the end being the next week's start."""

    monday: date
    zone: tzinfo = UTC

    @classmethod
    def of(cls, at: datetime, zone: tzinfo) -> Week:
        """The week in which this instant lies."""
        day = at.astimezone(zone).date()
        return cls(day - timedelta(days=day.weekday()), zone)

    @classmethod
    def parse(cls, text: str, zone: tzinfo) -> Week:
        """'2026-W48'. Raises ValueError with the remedy."""
        found = _WEEK.fullmatch(text.strip())
        if found and int(found[1]) in _YEARS:
            try:
                return cls(date.fromisocalendar(int(found[1]), int(found[2]), 1), zone)
            except ValueError:
                # Not every year has a 53rd week.
                pass
        raise ValueError(f"{text[:40]!r} is no week: write it as 2026-W48")

    def __str__(self) -> str:
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02}"

    @property
    def start(self) -> datetime:
        return self._midnight(self.monday)

    @property
    def end(self) -> datetime:
        return self._midnight(self.monday + timedelta(days=7))

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    def later(self, weeks: int) -> Week:
        """So many weeks after this one, or before it."""
        return Week(self.monday + timedelta(days=7 * weeks), self.zone)

    def at(self, clock: time, zone: tzinfo) -> datetime:
        """This week's Monday at that time of day in somebody's zone."""
        return datetime.combine(self.monday, clock, zone).astimezone(UTC)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, self.zone).astimezone(UTC)
