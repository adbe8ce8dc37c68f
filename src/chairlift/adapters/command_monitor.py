"""Counts requests and errors by any program that prints them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from chairlift.command_line import CommandLine, Surroundings, failed, read_instant, read_json, shown
from chairlift.core.judging.minutes import Bucket, Minutes, spread
from chairlift.core.verdict import Counts
from chairlift.ports import Refused, Unavailable

#: Four weeks of minutes, with a dozen types of errors in each.
_LIMIT = 64_000_000
_MOST = 10**15
_MOST_GROUPS = 200
_NAME_LENGTH = 200
_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Settings:
    """`counts` ({service}, {environment}, {start}, {end}: ISO instants in UTC) prints one JSON object per line.

    `{"start": …, "end": …, "requests": 120, "errors": 3, "groups": {"TypeError": 2}}`: what was measured from `start`
    until just before `end` (ISO, with zone). Lines may overlap (one per host, say): their counts are added, their
    minutes counted once. A line that reaches over the edge of the window is left out, since nobody knows which of its
    errors came before the deploy. A time without a line was not measured: print a line with zeros where it was quiet.
    """

    counts: str
    seconds: int = 120
    pass_env: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Line:
    """One line: what was counted, and errors by type."""

    counted: Bucket
    groups: Mapping[str, int]


class CommandMonitor:
    """Fulfils `chairlift.ports.Monitor`. Raises Refused for a command that cannot work."""

    def __init__(self, settings: Settings) -> None:
        self._counts = CommandLine.parse(settings.counts, ("service", "environment", "start", "end"))
        self._surroundings = Surroundings(settings.seconds, settings.pass_env)

    def minutes(self, service: str, environment: str, start: datetime, end: datetime, step: timedelta) -> Minutes:
        """Each line spread evenly over the minutes that it reaches."""
        if end <= start:
            return spread([], start, end, step)
        found = self._asked(service, environment, start, end, lambda out: list(_lines(out)))
        return spread([each.counted for each in found], start, end, step)

    def counts(self, service: str, environment: str, start: datetime, end: datetime) -> Counts:
        """The sum of all lines that lie in [start, end)."""
        if end <= start:
            return Counts()
        return self._asked(service, environment, start, end, lambda out: read_counts(out, start, end))

    def _asked(
        self, service: str, environment: str, start: datetime, end: datetime, read: Callable[[str], _Read]
    ) -> _Read:
        window = {"start": start.astimezone(UTC).isoformat(), "end": end.astimezone(UTC).isoformat()}
        argv = self._counts.filled({"service": service, "environment": environment, **window})
        ran = self._surroundings.run(argv, _LIMIT)
        if not ran.ok:
            raise Unavailable(failed(argv, ran))
        if ran.truncated:
            raise Refused(
                f"{shown(argv)} prints more than {_LIMIT:,} bytes; print longer buckets, or fewer types of errors"
            )
        try:
            return read(ran.out)
        except ValueError as error:
            raise Refused(f"{shown(argv)} prints no counts: {error}") from error


def read_counts(out: str, start: datetime, end: datetime) -> Counts:
    """The sum of all lines that lie in [start, end). Raises ValueError with the line and the remedy."""
    lines = [line for line in _lines(out) if start <= line.counted.start and line.counted.end <= end]
    return _sum(lines, (end - start) / timedelta(minutes=1))


def _lines(out: str) -> Iterator[_Line]:
    for number, line in enumerate(out.split("\n"), 1):
        if line.strip():
            try:
                yield _line(read_json(line))
            except ValueError as error:
                raise ValueError(f"line {number}: {str(error)[:200]}") from error


def _line(line: object) -> _Line:
    if not isinstance(line, dict):
        raise ValueError("not a JSON object; print {start, end, requests, errors}")
    start, end = _instant(line, "start"), _instant(line, "end")
    if end <= start:
        raise ValueError("it ends before it begins; check 'start' and 'end'")
    requests, errors = _number(line.get("requests"), "requests"), _number(line.get("errors"), "errors")
    if errors > requests:
        raise ValueError(f"{errors} errors in {requests} requests; count errors of requests alone")
    groups = line.get("groups", {})
    if not isinstance(groups, dict):
        raise ValueError("'groups' is not an object; print {type: number}")
    named = {name: _number(times, f"group {name[:40]!r}") for name, times in groups.items()}
    if max(named.values(), default=0) > errors:
        raise ValueError(f"more errors of one type than the {errors} errors in all; check 'groups'")
    return _Line(Bucket(start, end, requests, errors), named)


def _instant(line: Mapping[str, object], key: str) -> datetime:
    try:
        return read_instant(line.get(key))
    except ValueError as error:
        raise ValueError(f"{key!r} is no instant: {str(error)[:80]}; print ISO 8601 with a zone") from error


def _number(value: object, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST or value % 1:
        raise ValueError(f"{what} is {str(value)[:40]}; print a whole number from 0 on")
    return int(value)


def _sum(lines: Iterable[_Line], expected: float) -> Counts:
    requests, errors, measured = 0.0, 0.0, timedelta()
    groups: Counter[str] = Counter()
    covered = datetime.min.replace(tzinfo=UTC)
    for line in sorted(lines, key=lambda line: line.counted.start):
        bucket = line.counted
        requests += bucket.requests
        errors += bucket.errors
        for name, times in line.groups.items():
            groups[name[:_NAME_LENGTH]] += times
        measured += max(bucket.end - max(bucket.start, covered), timedelta())
        covered = max(covered, bucket.end)
    minutes = measured / timedelta(minutes=1)
    return Counts(round(requests), round(errors), minutes, expected, dict(groups.most_common(_MOST_GROUPS)))
