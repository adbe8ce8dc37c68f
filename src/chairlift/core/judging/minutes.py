"""Requests and errors, minute by minute: a minute that was not measured is missing, and never a zero."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import isfinite

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
#: Of the week, 0 to 167.
Hours = NDArray[np.int64]
YesNo = NDArray[np.bool_]
MINUTE = timedelta(minutes=1)
#: More minutes than this are nobody's watch: 28 days before and eight after are 51,840.
MOST = 100_000


@dataclass(frozen=True)
class Row:
    """What a monitor says of the minute that begins at `at`: counts, never a ratio."""

    at: datetime
    requests: float
    errors: float


@dataclass(frozen=True, eq=False)
class Minutes:
    """`requests` and `errors` of each minute from `start` on, both NaN where it is missing; `odd` is what was unlikely.

    Counts are real numbers: some monitors give 2.9998 for three.
    """

    start: datetime
    requests: Numbers
    errors: Numbers
    odd: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.requests)

    @property
    def end(self) -> datetime:
        return self.start + len(self) * MINUTE

    @property
    def measured(self) -> YesNo:
        return ~np.isnan(self.requests)

    @property
    def hours(self) -> Hours:
        """The hour of the week of each minute, from Monday's first in UTC on: 0 to 167."""
        first = self.start.weekday() * 1440 + self.start.hour * 60 + self.start.minute
        found: Hours = (np.arange(len(self), dtype=np.int64) + first) // 60 % 168
        return found

    def part(self, start: datetime, end: datetime) -> Minutes:
        """Those in [start, end), as far as there are any; `odd` is of the whole."""
        first = min(max(round((start - self.start) / MINUTE), 0), len(self))
        last = min(max(round((end - self.start) / MINUTE), first), len(self))
        return Minutes(self.start + first * MINUTE, self.requests[first:last], self.errors[first:last], self.odd)

    def __add__(self, later: Minutes) -> Minutes:
        """Both, with what lies between them missing. Raises ValueError where they overlap."""
        between = round((later.start - self.end) / MINUTE)
        if between < 0:
            raise ValueError(f"the minutes from {later.start} on are there already; give those from {self.end} on")
        gap = np.full(between, np.nan)
        return Minutes(
            self.start,
            np.concatenate([self.requests, gap, later.requests]),
            np.concatenate([self.errors, gap, later.errors]),
            tuple(dict.fromkeys((*self.odd, *later.odd))),
        )


def whole(at: datetime) -> datetime:
    """The minute that holds this instant, in UTC."""
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def gathered(rows: Iterable[Row], start: datetime, end: datetime) -> Minutes:
    """Those of [start, end), in whole minutes, in whatever order they come.

    Missing is a minute of which nothing was said; of which two things were said; or that cannot be: counts that are
    negative (a counter that began anew), no numbers, or more errors than requests. Each of these is told in `odd`.
    Raises ValueError for a window of more than `MOST` minutes.
    """
    start, end = whole(start), whole(end)
    length = max(round((end - start) / MINUTE), 0)
    if length > MOST:
        raise ValueError(f"{length:,} minutes are more than the {MOST:,} that are looked at; ask for a shorter window")
    requests, errors = np.full(length, np.nan), np.full(length, np.nan)
    odd: Counter[str] = Counter()
    twice: set[int] = set()
    for row in rows:
        place = round((whole(row.at) - start) / MINUTE)
        if not 0 <= place < length:
            odd["outside of the window that was asked for"] += 1
            continue
        wrong = _wrong(row)
        if wrong:
            odd[wrong] += 1
            twice.add(place)
        elif not np.isnan(requests[place]) and (requests[place], errors[place]) != (row.requests, row.errors):
            odd["told twice, and differently"] += 1
            twice.add(place)
        else:
            requests[place], errors[place] = row.requests, row.errors
    for place in twice:
        requests[place] = errors[place] = np.nan
    words = tuple(f"{times:,} {'minute' if times == 1 else 'minutes'} {what}" for what, times in odd.items())
    return Minutes(start, requests, errors, words)


def _wrong(row: Row) -> str:
    if not (isfinite(row.requests) and isfinite(row.errors)):
        return "with counts that are no numbers"
    if row.requests < 0 or row.errors < 0:
        return "with counts below zero"
    if row.errors > row.requests:
        return "with more errors than requests"
    return ""
