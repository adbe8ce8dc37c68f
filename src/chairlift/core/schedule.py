"""Durations, working hours, freezes, due dates, the latest start for a deadline, and the ladder of reminders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_DURATION = re.compile(r"(\d{1,6})\s+(working\s+day|second|minute|hour|day|week)s?", re.ASCII)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-4]):([0-5]\d)")
#: No calendar is searched further than this for an opening: a calendar without any is a mistake in a file.
_HORIZON_DAYS = 800


@dataclass(frozen=True)
class Duration:
    """A length of time; working days are counted on somebody's calendar, everything else on the clock."""

    seconds: int = 0
    working_days: int = 0

    @classmethod
    def parse(cls, text: str) -> Duration:
        """'3 working days', '7 days', '90 seconds'. Raises ValueError with the remedy."""
        found = _DURATION.fullmatch(text.strip().lower())
        if not found:
            raise ValueError(f"{text!r} is no duration: write '3 working days', '7 days', '2 hours' or '30 seconds'")
        amount, unit = int(found[1]), " ".join(found[2].split())
        if unit == "working day":
            return cls(working_days=amount)
        return cls(seconds=amount * _UNITS[unit])

    def __str__(self) -> str:
        if self.working_days:
            return _count(self.working_days, "working day")
        for unit in ("week", "day", "hour", "minute"):
            if unit != "week" and self.seconds and self.seconds % _UNITS[unit] == 0:
                return _count(self.seconds // _UNITS[unit], unit)
        return _count(self.seconds, "second")

    @property
    def rough(self) -> timedelta:
        """As clock time, five working days taken as a week; for comparing, never for promising."""
        return timedelta(seconds=self.seconds) + timedelta(days=self.working_days * 7 / 5)


def _count(amount: int, unit: str) -> str:
    return f"{amount} {unit}{'' if amount == 1 else 's'}"


@dataclass(frozen=True)
class Freeze:
    """From the start of `first` to the end of `last` nothing is merged or deployed."""

    first: date
    last: date
    why: str


@dataclass(frozen=True)
class Calendar:
    """When a squad works: hours per weekday (Monday is 0) in its zone, holidays, and freezes."""

    zone: tzinfo = UTC
    hours: Mapping[int, tuple[time, time]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()
    freezes: tuple[Freeze, ...] = ()
    always: bool = False

    def with_freezes(self, freezes: Iterable[Freeze]) -> Calendar:
        return Calendar(self.zone, self.hours, self.holidays, (*self.freezes, *freezes), self.always)

    def freeze(self, now: datetime) -> Freeze | None:
        """The freeze that holds at this instant, if any."""
        day = now.astimezone(self.zone).date()
        return next((f for f in self.freezes if f.first <= day <= f.last), None)

    def is_open(self, now: datetime) -> bool:
        return self.next_open(now) == now

    def next_open(self, now: datetime) -> datetime:
        """`now` itself inside working hours and outside freezes, else the next such instant.

        Raises ValueError where the calendar never opens.
        """
        now = now.astimezone(UTC)
        local = now.astimezone(self.zone)
        for ahead in range(_HORIZON_DAYS):
            day = local.date() + timedelta(days=ahead)
            window = self._window(day)
            if window is None:
                continue
            opens, closes = window
            if now <= opens:
                return opens
            if now < closes:
                return now
        raise ValueError("this calendar never opens: check its hours, holidays and freezes")

    def add(self, start: datetime, length: Duration) -> datetime:
        """`start` plus a duration; a working day ends at the same time of day on the next day that is worked."""
        if not length.working_days:
            return start + timedelta(seconds=length.seconds)
        if self.always:
            return start + timedelta(days=length.working_days)
        local = start.astimezone(self.zone)
        day, left = local.date(), length.working_days
        for _ in range(_HORIZON_DAYS):
            if not left:
                break
            day += timedelta(days=1)
            if self._worked(day):
                left -= 1
        # Wall-clock arithmetic on purpose: "10 o'clock three working days later" across a clock change.
        return self._at(day, local.time().replace(tzinfo=None))

    def back(self, end: datetime, length: Duration) -> datetime:
        """The latest start from which `length` is over by `end`."""
        if not length.working_days:
            return end - timedelta(seconds=length.seconds)
        if self.always:
            return end - timedelta(days=length.working_days)
        local = end.astimezone(self.zone)
        day, left = local.date(), length.working_days
        for _ in range(_HORIZON_DAYS):
            if not left:
                break
            day -= timedelta(days=1)
            if self._worked(day):
                left -= 1
        return self._at(day, local.time().replace(tzinfo=None))

    def _worked(self, day: date) -> bool:
        return day.weekday() in self.hours and day not in self.holidays

    def _window(self, day: date) -> tuple[datetime, datetime] | None:
        """The working hours of this day as instants; None where there are none."""
        if any(f.first <= day <= f.last for f in self.freezes):
            return None
        if self.always:
            return self._at(day, time.min), self._at(day + timedelta(days=1), time.min)
        if not self._worked(day):
            return None
        opens, closes = self.hours[day.weekday()]
        if closes == time.min:
            return self._at(day, opens), self._at(day + timedelta(days=1), time.min)
        return self._at(day, opens), self._at(day, closes)

    def _at(self, day: date, clock: time) -> datetime:
        """A wall-clock time as an instant in UTC: two times of one zone would compare by their clocks, not as instants."""
        return datetime.combine(day, clock, self.zone).astimezone(UTC)


#: Open around the clock; what `hours = "always"` means.
ALWAYS = Calendar(always=True)

#: What a squad works where its file says nothing: 9 to 17, Monday to Friday.
OFFICE_HOURS: Mapping[int, tuple[time, time]] = {day: (time(9), time(17)) for day in range(5)}


def parse_zone(name: str) -> ZoneInfo:
    """Raises ValueError with the remedy for a zone that does not exist."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"no time zone called {name!r}: use a name such as 'Europe/Berlin' or 'UTC'") from error


def parse_hours(text: str) -> Mapping[int, tuple[time, time]] | None:
    """'mon-fri 09:00-17:00', 'mon,wed 10:00-16:00', or 'always' (None). Raises ValueError with the remedy."""
    text = text.strip().lower()
    if text == "always":
        return None
    days, _, clock = text.partition(" ")
    found = _HOURS.fullmatch(clock.strip())
    remedy = f"{text!r} are no working hours: write 'mon-fri 09:00-17:00', 'mon,wed 10:00-16:00' or 'always'"
    if not found:
        raise ValueError(remedy)
    opens = time(int(found[1]), int(found[2]))
    closes = time(0) if found[3] == "24" else time(int(found[3]), int(found[4]))
    if closes != time.min and closes <= opens:
        raise ValueError(f"{text!r} ends before it begins: split hours over midnight are not supported")
    worked: set[int] = set()
    for part in days.split(","):
        first, _, last = part.partition("-")
        if first not in _WEEKDAYS or (last or first) not in _WEEKDAYS:
            raise ValueError(remedy)
        low, high = _WEEKDAYS.index(first), _WEEKDAYS.index(last or first)
        worked.update(range(low, high + 1) if low <= high else [*range(low, 7), *range(high + 1)])
    return dict.fromkeys(sorted(worked), (opens, closes))


@dataclass(frozen=True)
class Rung:
    """One reminder: when, to whom of the asked party (`contact`, `backup`, `lead`, `manager`), and its number."""

    number: int
    at: datetime
    to: tuple[str, ...]


#: Where along the time from question to due date the early rungs stand.
_HALF = 0.5
_LATE_RUNGS = 3


def rungs(since: datetime, due: datetime | None, silence: Duration, calendar: Calendar) -> tuple[Rung, ...]:
    """The ladder of reminders for one question: at once, halfway, when due, and three times after; in working hours.

    Without a due date it is asked at once and again after each `silence`.
    """
    if due is None:
        step = max(silence.rough, timedelta(seconds=1))
        times = [since + step * i for i in range(_LATE_RUNGS + 1)]
        to = [("contact",), ("contact", "backup"), ("contact", "backup", "lead"), ("backup", "lead", "manager")]
    else:
        span = max(due - since, timedelta(seconds=1))
        late = max(span * _HALF / _LATE_RUNGS, timedelta(seconds=1))
        end = max(due, since)
        times = [since, since + span * _HALF, end, *(end + late * (i + 1) for i in range(_LATE_RUNGS))]
        to = [
            ("contact",),
            ("contact",),
            ("contact", "backup"),
            ("contact", "backup", "lead"),
            ("contact", "backup", "lead", "manager"),
            ("lead", "manager"),
        ]
    opened = [_open_or(calendar, at) for at in times]
    return tuple(Rung(i, at, who) for i, (at, who) in enumerate(zip(opened, to, strict=True)))


def _open_or(calendar: Calendar, at: datetime) -> datetime:
    # A freeze stops merging, not talking: reminders keep to the hours alone.
    return Calendar(calendar.zone, calendar.hours, calendar.holidays, (), calendar.always).next_open(at)


def due(start: datetime, promised: Duration, calendar: Calendar, latest: datetime) -> datetime:
    """When a step is due: as promised, but never later than the deadline allows."""
    return min(calendar.add(start, promised), latest)


def latest_start(deadline: datetime, still_to_come: Iterable[Duration], calendar: Calendar) -> datetime:
    """When the present step must be over so that all later ones still fit before the deadline."""
    at = deadline
    for length in still_to_come:
        at = calendar.back(at, length)
    return at
