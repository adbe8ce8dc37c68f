"""Counts requests and errors by any program that prints them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from chairlift.command_line import CommandLine, Surroundings, failed, read_instant, read_json, shown
from chairlift.core.verdict import Counts
from chairlift.ports import Refused, Unavailable

#: Two weeks of minutes, with a dozen types of errors in each.
_LIMIT = 32_000_000
_MOST = 10**15
_MOST_GROUPS = 200
_NAME_LENGTH = 200


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
class _Bucket:
    """What was measured in [start, end)."""

    start: datetime
    end: datetime
    requests: int
    errors: int
    groups: Mapping[str, int]


class CommandMonitor:
    """Fulfils `chairlift.ports.Monitor`. Raises Refused for a command that cannot work."""

    def __init__(self, settings: Settings) -> None:
        self._counts = CommandLine.parse(settings.counts, ("service", "environment", "start", "end"))
        self._surroundings = Surroundings(settings.seconds, settings.pass_env)

    def counts(self, service: str, environment: str, start: datetime, end: datetime) -> Counts:
        """The sum of all lines that lie in [start, end)."""
        if end <= start:
            return Counts()
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
            return read_counts(ran.out, start, end)
        except ValueError as error:
            raise Refused(f"{shown(argv)} prints no counts: {error}") from error


def read_counts(out: str, start: datetime, end: datetime) -> Counts:
    """The sum of all lines that lie in [start, end). Raises ValueError with the line and the remedy."""
    buckets = [bucket for bucket in _buckets(out) if start <= bucket.start and bucket.end <= end]
    return _sum(buckets, (end - start) / timedelta(minutes=1))


def _buckets(out: str) -> Iterator[_Bucket]:
    for number, line in enumerate(out.split("\n"), 1):
        if line.strip():
            try:
                yield _bucket(read_json(line))
            except ValueError as error:
                raise ValueError(f"line {number}: {str(error)[:200]}") from error


def _bucket(line: object) -> _Bucket:
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
    return _Bucket(start, end, requests, errors, named)


def _instant(line: Mapping[str, object], key: str) -> datetime:
    try:
        return read_instant(line.get(key))
    except ValueError as error:
        raise ValueError(f"{key!r} is no instant: {str(error)[:80]}; print ISO 8601 with a zone") from error


def _number(value: object, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST or value % 1:
        raise ValueError(f"{what} is {str(value)[:40]}; print a whole number from 0 on")
    return int(value)


def _sum(buckets: Iterable[_Bucket], expected: float) -> Counts:
    requests, errors, measured = 0, 0, timedelta()
    groups: Counter[str] = Counter()
    covered = datetime.min.replace(tzinfo=UTC)
    for bucket in sorted(buckets, key=lambda bucket: bucket.start):
        requests += bucket.requests
        errors += bucket.errors
        for name, times in bucket.groups.items():
            groups[name[:_NAME_LENGTH]] += times
        measured += max(bucket.end - max(bucket.start, covered), timedelta())
        covered = max(covered, bucket.end)
    minutes = measured / timedelta(minutes=1)
    return Counts(requests, errors, minutes, expected, dict(groups.most_common(_MOST_GROUPS)))
