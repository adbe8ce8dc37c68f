"""Requests and errors of an application that an agent of New Relic watches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

import numpy as np

from chairlift.adapters.newrelic.nrql import HOUR, MOST_BUCKETS, Application
from chairlift.adapters.newrelic.settings import Settings
from chairlift.adapters.newrelic.wire import Told, Wire
from chairlift.core.judging.minutes import MINUTE, Bucket, Minutes, Row, gathered, spread, whole
from chairlift.core.verdict import Counts
from chairlift.examining import finding
from chairlift.ports import Finding

_NAME_LENGTH = 200
#: As many reports of agents a minute make a time without requests a quiet one. One sends one, now and then a bit late.
_REPORTS = 0.9
#: The year 2100, in seconds.
_LATEST = 4_102_444_800
#: Whole numbers of JSON have no end; those of nobody's traffic are no numbers.
_LARGEST = 1e18


class NewRelic:
    """Fulfils `chairlift.ports.Monitor`.

    New Relic answers 0 for a time of which it knows nothing. So each minute is asked, too, how many agents reported:
    where none did and no request came, nobody measured, and the minute is missing. Where one did, it was quiet.
    """

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self._settings, self._now = settings, now
        self._wire = Wire(settings)

    def minutes(self, service: str, environment: str, start: datetime, end: datetime, step: timedelta) -> Minutes:
        """Those of the last `minute_days` one by one; of those before, whole hours spread evenly over theirs.

        So much New Relic keeps. An hour with requests counts as measured, also where a part of it was not.
        """
        # Before anything is asked: more minutes than anybody looks at are a mistake of ours.
        nothing = spread([], start, end, step)
        application = self._application(service, environment)
        queries = [*self._counted(application, start, end)]
        return self._read(self._wire.ask(queries), start, end, step) if queries else nothing

    def counts(self, service: str, environment: str, start: datetime, end: datetime) -> Counts:
        """Of the whole minutes in [start, end). Errors by type are the least that there were: see nrql.py.

        A window of more minutes than one answer holds is asked by the hour, so that it costs no more than one of hours.
        """
        if end <= start:
            return Counts()
        expected = (end - start) / MINUTE
        first, last = _up(start, MINUTE), min(whole(end), self._settled())
        if last <= first:
            return Counts(expected=expected)
        application = self._application(service, environment)
        coarse = last - first > MOST_BUCKETS * MINUTE
        queries = [*self._counted(application, first, last, coarse), application.types(first, last)]
        *counted, types = self._wire.ask(queries)
        found = self._read(counted, first, last, MINUTE)
        requests, errors = float(np.nansum(found.requests)), float(np.nansum(found.errors))
        measured = float(found.measured.sum())
        return Counts(round(requests), round(errors), measured, expected, self._types(types))

    def examine(self) -> Sequence[Finding]:
        """Whether the key lets in, and its user sees the account."""
        return [finding(f"key in {self._settings.key_env}", self._whose)]

    def _whose(self) -> str:
        user, account = self._wire.whose()
        return f"of {user or 'somebody'}, for the account {account or self._settings.account}"

    def _application(self, service: str, environment: str) -> Application:
        return Application(self._settings.called(service, environment), bool(self._settings.entity))

    def _counted(self, application: Application, start: datetime, end: datetime, coarse: bool = False) -> Iterator[str]:
        """The queries for [start, end), as far as it is settled: hours where no minutes are kept any more, and minutes.

        Where it may be `coarse`, all whole hours are asked as such.
        """
        first, last = _up(start, MINUTE), min(whole(end), self._settled())
        kept = _up(self._now() - timedelta(days=self._settings.minute_days), HOUR)
        begin, until = _up(start, HOUR), whole(last, HOUR)
        if not coarse:
            until = min(until, kept)
        if begin < until:
            yield from application.counted(max(first, kept), begin, MINUTE)
            yield from application.counted(begin, until, HOUR)
            first = until
        yield from application.counted(max(first, kept), last, MINUTE)

    def _settled(self) -> datetime:
        return whole(self._now() - timedelta(seconds=self._settings.settle))

    def _read(self, answers: Sequence[Told], start: datetime, end: datetime, step: timedelta) -> Minutes:
        try:
            buckets = [*_buckets(answers)]
        except ValueError:
            raise self._wire.odd() from None
        remarks = [remark for told in answers for remark in told.remarks]
        if not all(told.known for told in answers):
            remarks.append("New Relic knows no such application, at least not then: check app or entity")
        return _put_together(buckets, remarks, start, end, step)

    def _types(self, told: Told) -> Mapping[str, int]:
        times: Counter[str] = Counter()
        for row in told.rows:
            name, count = row.get("facet"), row.get("times")
            if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= _LARGEST:
                raise self._wire.odd()
            # An error without a class is one that nobody can tell from another.
            if isinstance(name, str) and name:
                times[name[:_NAME_LENGTH]] += count
        return dict(times)


def _up(at: datetime, unit: timedelta) -> datetime:
    below = whole(at, unit)
    return below if below == at else below + unit


def _put_together(
    buckets: Iterable[Bucket], remarks: Iterable[str], start: datetime, end: datetime, step: timedelta
) -> Minutes:
    """Minutes as they are told, and what is longer than one spread over those that nothing else is known of."""
    rows: list[Row] = []
    longer: dict[datetime, Bucket | None] = {}
    odd = [*remarks]
    for bucket in buckets:
        if bucket.end - bucket.start == step == MINUTE:
            rows.append(Row(bucket.start, bucket.requests, bucket.errors))
        elif longer.setdefault(bucket.start, bucket) != bucket or not 0 <= bucket.errors <= bucket.requests < inf:
            odd.append(f"{bucket.start:%d %B %H:%M} to {bucket.end:%H:%M} has counts that cannot be")
            longer[bucket.start] = None
    fine = gathered(rows, start, end, step)
    coarse = spread([bucket for bucket in longer.values() if bucket], start, end, step)
    requests = np.where(fine.measured, fine.requests, coarse.requests)
    errors = np.where(fine.measured, fine.errors, coarse.errors)
    return Minutes(fine.start, requests, errors, tuple(dict.fromkeys((*fine.odd, *odd))), step, coarse.coarse)


def _buckets(answers: Sequence[Told]) -> Iterator[Bucket]:
    """Those in which somebody measured. Raises ValueError for rows of another shape."""
    for told in answers:
        for row in told.rows:
            begin, end = _moment(row, "beginTimeSeconds"), _moment(row, "endTimeSeconds")
            requests, errors, reporting = (_number(row, name) for name in ("requests", "errors", "reporting"))
            if end <= begin:
                raise ValueError("a bucket ends before it begins")
            if requests is not None and _measured(requests, reporting or 0.0, (end - begin) / MINUTE):
                # An agent sends no metric of errors where there were none, and a sum over none may be null.
                yield Bucket(begin, end, requests, errors or 0.0)


def _measured(requests: float, reports: float, minutes: float) -> bool:
    """With requests it was; without, where agents reported all through it: then it was quiet."""
    return requests != 0 or reports >= _REPORTS * max(minutes, 1.0)


def _moment(row: Mapping[str, Any], name: str) -> datetime:
    seconds = _number(row, name)
    if seconds is None or not 0 <= seconds < _LATEST:
        raise ValueError(f"{name} is no time")
    return datetime.fromtimestamp(seconds, UTC)


def _number(row: Mapping[str, Any], name: str) -> float | None:
    found = row.get(name)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or _LARGEST < abs(found) < inf:
        raise ValueError(f"{name} is no number")
    return float(found)
