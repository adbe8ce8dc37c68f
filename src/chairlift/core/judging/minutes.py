"""Requests and errors, minute by minute: a minute that was not measured is missing, and never a zero."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
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
#: Where weeks are counted from: a Monday.
_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
#: More minutes than this are nobody's watch: 28 days before and eight after are 51,840.
MOST = 100_000
#: What is missing of a minute because fractions do not add up.
_HAIR = 1e-6


@dataclass(frozen=True)
class Row:
    """What a monitor says of the minute that begins at `at`: counts, never a ratio."""

    at: datetime
    requests: float
    errors: float


@dataclass(frozen=True, eq=False)
class Minutes:
    """`requests` and `errors` of each minute from `start` on, both NaN where it is missing; `odd` is what was unlikely.

    Counts are real numbers: some monitors give 2.9998 for three. `step` is how long a minute is: that is sixty seconds,
    but for what has no time for them (a demo, a test); hours and days are then shorter by as much. `coarse` is how many
    minutes were counted together at the most: what a single one does is then not known.
    """

    start: datetime
    requests: Numbers
    errors: Numbers
    odd: tuple[str, ...] = field(default=())
    step: timedelta = MINUTE
    coarse: float = 1.0

    def __len__(self) -> int:
        return len(self.requests)

    @property
    def end(self) -> datetime:
        return self.start + len(self) * self.step

    @property
    def measured(self) -> YesNo:
        return ~np.isnan(self.requests)

    @property
    def hours(self) -> Hours:
        """The hour of the week of each minute, from Monday's first in UTC on: 0 to 167."""
        first = (self.start - _MONDAY) // self.step
        found: Hours = (np.arange(len(self), dtype=np.int64) + first) // 60 % 168
        return found

    def part(self, start: datetime, end: datetime) -> Minutes:
        """Those in [start, end), as far as there are any; `odd` is of the whole."""
        first = min(max(round((start - self.start) / self.step), 0), len(self))
        last = min(max(round((end - self.start) / self.step), first), len(self))
        begin = self.start + first * self.step
        return Minutes(begin, self.requests[first:last], self.errors[first:last], self.odd, self.step, self.coarse)

    def __add__(self, later: Minutes) -> Minutes:
        """Both, with what lies between them missing. Raises ValueError where they overlap."""
        between = round((later.start - self.end) / self.step)
        if between < 0:
            raise ValueError(f"the minutes from {later.start} on are there already; give those from {self.end} on")
        gap = np.full(between, np.nan)
        return Minutes(
            self.start,
            np.concatenate([self.requests, gap, later.requests]),
            np.concatenate([self.errors, gap, later.errors]),
            tuple(dict.fromkeys((*self.odd, *later.odd))),
            self.step,
            max(self.coarse, later.coarse),
        )


def whole(at: datetime, step: timedelta = MINUTE) -> datetime:
    """The minute that holds this instant, in UTC."""
    return _MONDAY + (at - _MONDAY) // step * step


def gathered(rows: Iterable[Row], start: datetime, end: datetime, step: timedelta = MINUTE) -> Minutes:
    """Those of [start, end), in whole minutes, in whatever order they come.

    Missing is a minute of which nothing was said; of which two things were said; or that cannot be: counts that are
    negative (a counter that began anew), no numbers, or more errors than requests. Each of these is told in `odd`.
    Raises ValueError for a window of more than `MOST` minutes.
    """
    start, end = whole(start, step), whole(end, step)
    length = _length(start, end, step)
    requests, errors = np.full(length, np.nan), np.full(length, np.nan)
    odd: Counter[str] = Counter()
    twice: set[int] = set()
    for row in rows:
        place = (row.at - start) // step
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
    return Minutes(start, requests, errors, words, step)


def _length(start: datetime, end: datetime, step: timedelta) -> int:
    length = max(round((end - start) / step), 0)
    if length > MOST:
        raise ValueError(f"{length:,} minutes are more than the {MOST:,} that are looked at; ask for a shorter window")
    return length


def _wrong(row: Row) -> str:
    if not (isfinite(row.requests) and isfinite(row.errors)):
        return "with counts that are no numbers"
    if row.requests < 0 or row.errors < 0:
        return "with counts below zero"
    if row.errors > row.requests:
        return "with more errors than requests"
    return ""


@dataclass(frozen=True)
class Bucket:
    """What was counted in [start, end), however long that is."""

    start: datetime
    end: datetime
    requests: float
    errors: float


def spread(buckets: Iterable[Bucket], start: datetime, end: datetime, step: timedelta = MINUTE) -> Minutes:
    """The minutes of [start, end) out of buckets of any length, each spread evenly over the minutes that it reaches.

    Counts of buckets that overlap (one per host, say) are added. A minute that they do not cover whole is missing. A
    bucket that reaches over an edge is left out, since nobody knows what of it was on which side. The cost grows with
    the number of buckets, not with their length.
    """
    start, end = whole(start, step), whole(end, step)
    length = _length(start, end, step)
    requests, errors, covered = _Ramps(length), _Ramps(length), _Ramps(length)
    until, longest = 0.0, 1.0
    for first, last, bucket in sorted(_placed(buckets, start, step, length), key=lambda placed: placed[:2]):
        requests.add(first, last, bucket.requests)
        errors.add(first, last, bucket.errors)
        longest = max(longest, last - first)
        if last > until:
            covered.add(max(first, until), last, last - max(first, until))
            until = last
    missing = covered.values < 1 - _HAIR
    counted = np.where(missing, np.nan, requests.values)
    failed = np.minimum(np.where(missing, np.nan, errors.values), counted)
    return Minutes(start, counted, failed, step=step, coarse=longest)


def _placed(
    buckets: Iterable[Bucket], start: datetime, step: timedelta, length: int
) -> Iterator[tuple[float, float, Bucket]]:
    for bucket in buckets:
        first, last = (bucket.start - start) / step, (bucket.end - start) / step
        if first >= 0 and last <= length:
            yield first, last, bucket


class _Ramps:
    """Sums of amounts that are spread evenly over parts of minutes."""

    def __init__(self, length: int) -> None:
        self._apart = np.zeros(length + 1)
        # How much more each minute has than the one before it: what covers many whole minutes costs two sums.
        self._more = np.zeros(length + 2)

    def add(self, first: float, last: float, amount: float) -> None:
        begin, end = int(first), int(last)
        if begin == end:
            self._apart[begin] += amount
            return
        each = amount / (last - first)
        self._apart[begin] += each * (begin + 1 - first)
        self._apart[end] += each * (last - end)
        self._more[begin + 1] += each
        self._more[end] -= each

    @property
    def values(self) -> Numbers:
        found: Numbers = np.maximum((self._apart + self._more.cumsum()[:-1])[:-1], 0.0)
        return found
