"""Durations, working hours, freezes, due dates, the latest start for a deadline, and the ladder of reminders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_DURATION = re.compile(r"(\d{1,6})\s+(working\s+day|second|minute|hour|day|week)s?", re.ASCII)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*(?:([01]\d|2[0-3]):([0-5]\d)|24:00)", re.ASCII)
#: No calendar is searched further than this for its next opening: one without any is a mistake in a file.
_HORIZON_DAYS = 800
_LONGEST = timedelta(days=3660)


@dataclass(frozen=True)
class Duration:
    """A length of time; working days are counted on somebody's calendar, everything else on the clock."""

    seconds: int = 0
    working_days: int = 0

    @classmethod
    def parse(cls, text: str) -> Duration:
        """'3 working days', '7 days', '90 seconds'; ten years at most. Raises ValueError with the remedy."""
        found = _DURATION.fullmatch(text.strip().lower())
        if not found:
            raise ValueError(f"{text!r} is no duration: write '3 working days', '7 days', '2 hours' or '30 seconds'")
        amount, unit = int(found[1]), " ".join(found[2].split())
        length = cls(working_days=amount) if unit == "working day" else cls(seconds=amount * _UNITS[unit])
        if length.rough > _LONGEST:
            raise ValueError(f"{text!r} is longer than ten years: write a shorter duration")
        return length

    def __str__(self) -> str:
        if self.working_days:
            return counted(self.working_days, "working day")
        for unit in ("day", "hour", "minute"):
            if self.seconds and self.seconds % _UNITS[unit] == 0:
                return counted(self.seconds // _UNITS[unit], unit)
        return counted(self.seconds, "second")

    @property
    def rough(self) -> timedelta:
        """As clock time, five working days taken as a week; for comparing, never for promising."""
        return timedelta(seconds=self.seconds) + timedelta(days=self.working_days * 7 / 5)


def counted(amount: int, unit: str) -> str:
    """`1 service`, `2 services`."""
    return f"{amount} {unit}{'' if amount == 1 else 's'}"


def end_of(day: date) -> datetime:
    """The last minute of a day that somebody has promised, or is exempt until."""
    return datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)


def span(gap: timedelta) -> str:
    """`in 3 days`, `2 hours ago`."""
    return f"in {length(gap)}" if gap >= timedelta(0) else f"{length(-gap)} ago"


def length(gap: timedelta) -> str:
    """`3 days`; the largest unit that fits, rounded down."""
    seconds = gap.total_seconds()
    unit = next((unit for unit in ("day", "hour", "minute") if seconds >= _UNITS[unit]), "second")
    return counted(int(seconds // _UNITS[unit]), unit)


@dataclass(frozen=True)
class Freeze:
    """From the start of `first` to the end of `last` nothing is merged or deployed."""

    first: date
    last: date
    why: str


@dataclass(frozen=True)
class Calendar:
    """When a squad works: hours per weekday (Monday is 0; 00:00 to 00:00 is the whole day) in its zone.

    Nothing is open on `holidays` and during `freezes`. With `always`, `hours` do not matter.
    """

    zone: tzinfo = UTC
    hours: Mapping[int, tuple[time, time]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()
    freezes: tuple[Freeze, ...] = ()
    always: bool = False

    def with_freezes(self, freezes: Iterable[Freeze]) -> Calendar:
        return replace(self, freezes=(*self.freezes, *freezes))

    def freeze(self, now: datetime) -> Freeze | None:
        """The freeze that holds at this instant, if any."""
        return self._frozen(now.astimezone(self.zone).date())

    def is_open(self, now: datetime) -> bool:
        """Whether `now` is inside working hours and outside freezes."""
        try:
            return self.next_open(now) == now
        except ValueError:
            return False

    def next_open(self, now: datetime) -> datetime:
        """`now` itself inside working hours and outside freezes, else the next such instant; in UTC.

        Raises ValueError where the calendar does not open within two years.
        """
        now = now.astimezone(UTC)
        today = now.astimezone(self.zone).date()
        for ahead in range(_HORIZON_DAYS):
            day = today + timedelta(days=ahead)
            if self._frozen(day) or not self._worked(day):
                continue
            opens, closes = self._window(day)
            if now < closes and opens < closes:
                return max(now, opens)
        raise ValueError("this calendar never opens: check its hours, holidays and freezes")

    def openings(self, start: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
        """When it is open within so many days, as (opens, closes) in UTC; what adjoins is one opening."""
        first = start.astimezone(self.zone).date()
        pending: tuple[datetime, datetime] | None = None
        for ahead in range(days):
            day = first + timedelta(days=ahead)
            if self._frozen(day) or not self._worked(day):
                continue
            opens, closes = self._window(day)
            if pending and opens <= pending[1]:
                pending = pending[0], closes
                continue
            if pending:
                yield pending
            pending = opens, closes
        if pending:
            yield pending

    def add(self, start: datetime, length: Duration) -> datetime:
        """`start` plus a duration, in UTC; a working day ends at the same time of day on the next day that is worked.

        A start on a day off counts as one on the next day that is worked: a notice of one working day given on a
        Saturday night would else be over before anybody came. Raises ValueError where no day is worked.
        """
        return self._move(start, length, 1)

    def back(self, end: datetime, length: Duration) -> datetime:
        """The start from which `length` is over by `end`; an end on a day off counts as one on the last day worked."""
        return self._move(end, length, -1)

    def _move(self, at: datetime, length: Duration, way: int) -> datetime:
        if not length.working_days:
            return at.astimezone(UTC) + way * timedelta(seconds=length.seconds)
        local = at.astimezone(self.zone)
        day = self._next_worked(local.date(), way)
        for _ in range(length.working_days):
            day = self._next_worked(day + timedelta(days=way), way)
        # Wall-clock arithmetic on purpose: "10 o'clock three working days later" across a clock change.
        return self._at(day, local.time())

    def _next_worked(self, day: date, way: int) -> date:
        """`day` itself where it is worked, else the nearest such day after it (`way` 1) or before it (-1)."""
        for away in range(_HORIZON_DAYS):
            candidate = day + timedelta(days=way * away)
            if self._worked(candidate):
                return candidate
        raise ValueError("this calendar has no working day: check its hours and holidays")

    def _worked(self, day: date) -> bool:
        return (self.always or day.weekday() in self.hours) and day not in self.holidays and self._exists(day)

    def _exists(self, day: date) -> bool:
        # A zone that moves over the date line skips a day: Samoa had no 30 December 2011.
        return self._at(day, time(12)).astimezone(self.zone).date() == day

    def _frozen(self, day: date) -> Freeze | None:
        return next((f for f in self.freezes if f.first <= day <= f.last), None)

    def _window(self, day: date) -> tuple[datetime, datetime]:
        """The working hours of a day that is worked, as instants."""
        opens, closes = (time.min, time.min) if self.always else self.hours[day.weekday()]
        last = day + timedelta(days=1) if closes == time.min else day
        return self._at(day, opens), self._at(last, closes)

    def _at(self, day: date, clock: time) -> datetime:
        # In UTC, since two times of one zone would compare by their clocks, not as instants.
        return datetime.combine(day, clock, self.zone).astimezone(UTC)


#: Open around the clock; what `hours = "always"` means.
ALWAYS = Calendar(always=True)

#: What a squad works where its file says nothing: 9 to 17, Monday to Friday.
OFFICE_HOURS: Mapping[int, tuple[time, time]] = {day: (time(9), time(17)) for day in range(5)}


def told_hours(calendar: Calendar) -> str:
    """`Mon, Tue, Wed 09:00 to 17:00; Fri 09:00 to 12:00`, days of the same hours together."""
    if calendar.always:
        return "always"
    together: dict[tuple[time, time], list[str]] = {}
    for day, hours in sorted(calendar.hours.items()):
        together.setdefault(hours, []).append(_WEEKDAYS[day].capitalize())
    told = [
        f"{', '.join(days)} {opens:%H:%M} to {'24:00' if closes == time.min else format(closes, '%H:%M')}"
        for (opens, closes), days in together.items()
    ]
    return "; ".join(told) or "never"


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
    closes = time(int(found[3] or 0), int(found[4] or 0))
    if closes != time.min and closes <= opens:
        raise ValueError(f"{text!r} ends before it begins: hours stay within one day, 24:00 is its end")
    worked: set[int] = set()
    for part in days.split(","):
        first, to, last = part.partition("-")
        last = last if to else first
        if first not in _WEEKDAYS or last not in _WEEKDAYS:
            raise ValueError(remedy)
        low, high = _WEEKDAYS.index(first), _WEEKDAYS.index(last)
        worked.update(range(low, high + 1) if low <= high else [*range(low, 7), *range(high + 1)])
    return dict.fromkeys(sorted(worked), (opens, closes))


@dataclass(frozen=True)
class Rung:
    """One reminder: when, to whom of the asked party (`contact`, `backup`, `lead`, `manager`), and its number."""

    number: int
    at: datetime
    to: tuple[str, ...]


_ASKED = (("contact",), ("contact", "backup"), ("contact", "backup", "lead"), ("backup", "lead", "manager"))
_ASKED_UNTIL_DUE = (
    ("contact",),
    ("contact",),
    ("contact", "backup"),
    ("contact", "backup", "lead"),
    ("contact", "backup", "lead", "manager"),
    ("lead", "manager"),
)
_INSTANT = timedelta(seconds=1)


def rungs(since: datetime, due: datetime | None, silence: Duration, calendar: Calendar) -> tuple[Rung, ...]:
    """The ladder of reminders for one question: at once, halfway, when due, and three times after; in working hours.

    Without a due date it is asked at once and again after each `silence`. What is overdue when it is first asked gets
    one `silence` to answer, not six reminders in one breath.
    """
    since = since.astimezone(UTC)
    pause = max(silence.rough, _INSTANT)
    if due is None:
        times = [since + pause * i for i in range(len(_ASKED))]
    else:
        end = due.astimezone(UTC) if due > since else since + pause
        half = (end - since) / 2
        late = max(half / 3, _INSTANT)
        times = [since, since + half, end, end + late, end + late * 2, end + late * 3]
    to = _ASKED if due is None else _ASKED_UNTIL_DUE
    return tuple(Rung(i, _talkable(calendar, at), who) for i, (at, who) in enumerate(zip(times, to, strict=True)))


def _talkable(calendar: Calendar, at: datetime) -> datetime:
    # A freeze stops merging, not talking; nor does a mistake in somebody's calendar silence the reminders.
    try:
        return replace(calendar, freezes=()).next_open(at)
    except ValueError:
        return at


def due(start: datetime, promised: Duration, calendar: Calendar, latest: datetime) -> datetime:
    """When a step is due: as promised, but never later than the deadline allows."""
    return min(calendar.add(start, promised), latest)


def latest_start(deadline: datetime, still_to_come: Iterable[Duration], calendar: Calendar) -> datetime:
    """When the present step must be over so that all later ones still fit before the deadline."""
    at = deadline
    for length in still_to_come:
        at = calendar.back(at, length)
    return at
