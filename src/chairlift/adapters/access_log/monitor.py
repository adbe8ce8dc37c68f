"""Access logs as a monitor."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from chairlift.adapters.access_log.files import LONGEST, Log, opened
from chairlift.adapters.access_log.lines import Line, reader
from chairlift.adapters.access_log.settings import Settings
from chairlift.core.judging.minutes import MINUTE, Minutes, Row, gathered
from chairlift.core.verdict import Counts
from chairlift.ports import Refused, Unavailable

__all__ = ["AccessLog", "Settings"]

_MOST_TYPES = 200
#: Servers write a line when a request ends, so lines are out of order by as many seconds as one takes.
_ASKEW = 300.0
#: In a log of another format nearly no line can be read, in the right one nearly all.
_ENOUGH, _STRANGE = 20, 0.5
_LINES, _PART = 10_000, 1 << 20


class AccessLog:
    """Fulfils `chairlift.ports.Monitor`: an error is a request that was answered with a status of 500 or more."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def minutes(self, service: str, environment: str, start: datetime, end: datetime, step: timedelta) -> Minutes:
        """Those during all of which some log was alive: a line came before, one after, and no long silence between."""
        empty = gathered((), start, end, step)
        if len(empty) == 0:
            return empty
        found = self._read(service, environment, empty.start.timestamp(), empty.end.timestamp(), step.total_seconds())
        return gathered(found.rows(), start, end, step)

    def counts(self, service: str, environment: str, start: datetime, end: datetime) -> Counts:
        """The sum of all whole minutes that lie in [start, end)."""
        if end <= start:
            return Counts()
        seconds = MINUTE.total_seconds()
        first, last = math.ceil(start.timestamp() / seconds) * seconds, end.timestamp() // seconds * seconds
        found = self._read(service, environment, first, max(first, last), seconds)
        measured = found.measured()
        types: Counter[str] = Counter()
        for place in measured:
            types.update(found.types.get(place, {}))
        requests, errors = sum(map(found.requests.__getitem__, measured)), sum(map(found.errors.__getitem__, measured))
        return Counts(requests, errors, len(measured), (end - start) / MINUTE, dict(types.most_common(_MOST_TYPES)))

    def _read(self, service: str, environment: str, start: float, end: float, step: float) -> _Window:
        window = _Window(start, end, step, self._settings)
        with opened(self._settings.files, {"service": service, "environment": environment}) as logs:
            for log in logs if start < end else ():
                window.take(log)
        return window


class _Window:
    """What logs tell of [start, end), in seconds since 1970, by minutes of `step` seconds."""

    def __init__(self, start: float, end: float, step: float, settings: Settings) -> None:
        self._start, self._end, self._step, self._settings = start, end, step, settings
        self._line = reader(settings)
        # What was before shows since when a log is alive, and what comes after until when.
        self._margin = settings.quiet + _ASKEW
        self._left, self._until = settings.megabytes * 1_000_000, time.monotonic() + settings.seconds
        self._spans: list[tuple[float, float]] = []
        self.requests: Counter[int] = Counter()
        self.errors: Counter[int] = Counter()
        self.types: dict[int, Counter[str]] = {}

    def take(self, log: Log) -> None:
        """Raises Refused for a log of another format, or more of it than is to be read."""
        if log.changed < self._start - self._margin:
            return
        if not log.packed:
            self._skip(log)
        began = latest = -math.inf
        read = strange = 0
        for told in self._bounded(log):
            line = self._line(told)
            read, strange = read + 1, strange + (line is None)
            if line is None:
                continue
            if line.at > self._end + self._margin:
                break
            if line.at - latest > self._settings.quiet:
                self._spans.append((began, latest))
                began = line.at
            latest = max(latest, line.at)
            self._count(line)
        self._spans.append((began, latest))
        if read >= _ENOUGH and strange > _STRANGE * read:
            what = f"{strange:,} of {read:,} lines are not of the format {self._settings.format}"
            raise Refused(f"{log.path}: {what}; set 'format', and for json the keys")

    def measured(self) -> list[int]:
        """Which minutes, by their number, lie within the life of some log."""
        places: list[int] = []
        for begin, end in self._alive():
            first = max(math.ceil((begin - self._start) / self._step), 0)
            last = math.floor((min(end, self._end) - self._start) / self._step)
            places += range(max(first, places[-1] + 1 if places else 0), last)
        return places

    def rows(self) -> Iterator[Row]:
        for place in self.measured():
            at = datetime.fromtimestamp(self._start + place * self._step, UTC)
            yield Row(at, self.requests[place], self.errors[place])

    def _alive(self) -> Sequence[tuple[float, float]]:
        """The times in which lines came, of all logs; what lies between two of them is as any silence."""
        joined: list[tuple[float, float]] = []
        for begin, end in sorted(span for span in self._spans if span[1] > -math.inf):
            if joined and begin - joined[-1][1] <= self._settings.quiet:
                joined[-1] = (joined[-1][0], max(joined[-1][1], end))
            else:
                joined.append((begin, end))
        if joined:
            joined[-1] = (joined[-1][0], joined[-1][1] - self._settings.late)
        return joined

    def _count(self, line: Line) -> None:
        if not line.counted or not self._start <= line.at < self._end:
            return
        place = int((line.at - self._start) // self._step)
        self.requests[place] += 1
        if line.failed:
            self.errors[place] += 1
            if line.type:
                self.types.setdefault(place, Counter())[line.type] += 1

    def _bounded(self, log: Log) -> Iterator[bytes]:
        for number, told in enumerate(log.lines()):
            self._left -= len(told) or LONGEST
            if self._left < 0:
                most = self._settings.megabytes
                raise Refused(f"the access logs hold more than {most:,} megabytes of this window: raise 'megabytes'")
            if number % _LINES == 0 and time.monotonic() > self._until:
                raise Unavailable(f"{log.path} was not read in {self._settings.seconds} seconds: raise 'seconds'")
            yield told

    def _skip(self, log: Log) -> None:
        """To a little before the window: lines are in order but for some minutes."""
        low, high = 0, log.size
        while high - low > _PART:
            middle = (low + high) // 2
            log.file.seek(middle)
            log.file.readline(_PART)
            line = self._line(log.file.readline(_PART))
            if line is not None and line.at < self._start - self._margin - _ASKEW:
                low = middle
            else:
                high = middle
        log.file.seek(low)
        if low:
            log.file.readline()
