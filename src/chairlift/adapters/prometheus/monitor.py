"""Prometheus as a monitor."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from chairlift.adapters.prometheus.promql import Asking, Counter, quoted
from chairlift.adapters.prometheus.settings import Settings
from chairlift.adapters.prometheus.wire import Series, Wire
from chairlift.core.judging.minutes import MINUTE, Bucket, Minutes, Row, gathered, spread
from chairlift.core.verdict import Counts
from chairlift.examining import finding
from chairlift.ports import Finding, Refused

__all__ = ["PrometheusMonitor", "Settings"]

#: Prometheus gives 11,000 points to a question.
_POINTS = 10_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
#: Minutes are counted from a Monday, and steps of Prometheus from four days before it.
_APART = timedelta(days=4)
#: So many types of errors are asked for in each part of a window, and so many kept of the whole.
_MOST_TYPES, _MOST_KEPT, _NAME_LENGTH = 1000, 200, 200
#: Clocks that differ by more seconds put errors before a deploy that came after it.
_SKEW = 60


class PrometheusMonitor:
    """Fulfils `chairlift.ports.Monitor`, and `Examined`."""

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self._settings, self._now = settings, now
        self._wires = {url: Wire(url, settings) for url in (settings.url, *settings.urls.values())}

    def minutes(self, service: str, environment: str, start: datetime, end: datetime, step: timedelta) -> Minutes:
        """What was counted by the end of each minute less what was by its beginning, of each process that has both.

        Where scrapes are further apart than minutes, what was counted between two is spread over these.
        """
        empty = gathered((), start, end, step)
        if len(empty) == 0:
            return empty
        return self._place(service, environment, step).minutes(empty.start, empty.end)

    def counts(self, service: str, environment: str, start: datetime, end: datetime) -> Counts:
        """The sum of all whole minutes that lie in [start, end)."""
        if end <= start:
            return Counts()
        place = self._place(service, environment, MINUTE)
        requests, errors, measured = 0.0, 0.0, 0
        groups: dict[str, float] = {}
        for first, last in place.parts(start, end):
            found = place.minutes(first, last)
            requests += float(found.requests[found.measured].sum())
            errors += float(found.errors[found.measured].sum())
            measured += int(found.measured.sum())
            for name, times in place.types(first, last).items():
                groups[name] = groups.get(name, 0.0) + times
        most = sorted(groups, key=lambda name: (-groups[name], name))[:_MOST_KEPT]
        named = {name: round(groups[name]) for name in most if groups[name] >= 0.5}
        return Counts(round(requests), round(errors), measured, (end - start) / MINUTE, named)

    def examine(self) -> Sequence[Finding]:
        """Each server: whether it lets in, understands the queries, and has our time."""
        return [finding(f"Prometheus at {wire.host}", partial(self._examined, wire)) for wire in self._wires.values()]

    def _examined(self, wire: Wire) -> str:
        place = self._placed(wire, "doctor", "doctor", MINUTE)
        place.try_queries()
        if wire.heard_at:
            skew = (wire.heard_at - self._now()).total_seconds()
            if abs(skew) > _SKEW:
                way = "ahead of" if skew > 0 else "behind"
                raise Refused(f"its clock is {abs(skew):.0f} seconds {way} ours: set both by the same time server")
        version = wire.version()
        return f"version {version}" if version else ""

    def _place(self, service: str, environment: str, step: timedelta) -> _Place:
        settings = self._settings
        wire = self._wires[settings.urls.get(environment, settings.url)]
        return self._placed(wire, service, settings.environments.get(environment, environment), step)

    def _placed(self, wire: Wire, service: str, environment: str, step: timedelta) -> _Place:
        return _Place(self._settings, wire, {"service": quoted(service), "environment": quoted(environment)}, step)


@dataclass(frozen=True)
class _Place:
    """One service in one environment, counted by minutes of this length."""

    settings: Settings
    wire: Wire
    values: Mapping[str, str]
    step: timedelta

    @property
    def bucket(self) -> timedelta:
        """As many minutes as hold a scrape each: one, where there is one in each minute."""
        if self.step % _MILLISECOND or _APART % self.step:
            raise Refused(f"Prometheus does not count by minutes of {self.step}: give them whole parts of a minute")
        fit = max(math.ceil(timedelta(seconds=self.settings.scraped) / self.step), 1)
        while _APART % (fit * self.step):
            fit += 1
        return fit * self.step

    def minutes(self, start: datetime, end: datetime) -> Minutes:
        """Of those that lie whole in [start, end)."""
        bucket = self.bucket
        rows = [row for first, last in self.parts(start, end) for row in self._rows(first, last)]
        found = gathered(rows, *self._within(start, end), bucket)
        self._believe(found)
        if bucket == self.step:
            return found
        buckets = [
            Bucket(at, at + bucket, float(found.requests[place]), float(found.errors[place]))
            for place in found.measured.nonzero()[0].tolist()
            for at in [found.start + place * bucket]
        ]
        even = spread(buckets, start, end, self.step)
        return replace(even, odd=found.odd)

    def parts(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The whole buckets of [start, end), as many at once as one question may be of."""
        bucket = self.bucket
        first, last = self._within(start, end)
        while first < last:
            until = min(first + _POINTS * bucket, last)
            yield first, until
            first = until

    def types(self, first: datetime, last: datetime) -> dict[str, float]:
        """Errors by type in those of [first, last) that are over; nothing where nobody tells them."""
        _, _, types = self.settings.counters()
        last = self._over(last)
        if types is None or last <= first:
            return {}
        label, window = self.settings.type_label, (last - first) // _MILLISECOND
        query = self._asking.typed(types, label, window, _MOST_TYPES)
        found: dict[str, float] = {}
        for labels, values in self.wire.at(query, _second(last)):
            # Halves of characters are no text that anything else could keep.
            if name := labels.get(label, "").encode(errors="replace").decode()[:_NAME_LENGTH]:
                found[name] = found.get(name, 0.0) + sum(value for value in values.values() if math.isfinite(value))
        return found

    def try_queries(self) -> None:
        """Raises Refused where one of them is not understood."""
        asking = self._asking
        _, _, types = self.settings.counters()
        for query in (asking.counted(), asking.failed()):
            _one(self.wire.at(query))
        if types is not None:
            self.wire.at(asking.typed(types, self.settings.type_label, 2 * self.bucket // _MILLISECOND, _MOST_TYPES))

    @property
    def _asking(self) -> Asking:
        requests, errors, _ = self.settings.counters()
        return Asking(requests, errors, self.values, self.settings.process, self.bucket // _MILLISECOND)

    def _over(self, last: datetime) -> datetime:
        """Until when all is over and told, by the server's own clock as it was last heard; never later than `last`."""
        if self.wire.heard_at is None:
            return last
        told = self.wire.heard_at - timedelta(seconds=self.settings.late)
        return min(last, _EPOCH + (told - _EPOCH) // self.bucket * self.bucket)

    def _within(self, start: datetime, end: datetime) -> tuple[datetime, datetime]:
        """The first whole bucket of [start, end), and the end of the last."""
        bucket = self.bucket
        first, last = -(-(start - _EPOCH) // bucket), (end - _EPOCH) // bucket
        return _EPOCH + first * bucket, _EPOCH + max(first, last) * bucket

    def _rows(self, first: datetime, last: datetime) -> Iterator[Row]:
        """What was counted in each bucket that is over by the server's clock, and of which requests and errors are."""
        bucket = self.bucket
        asked = _second(first + bucket), _second(last), bucket.total_seconds()
        requests = _one(self.wire.over(self._asking.counted(), *asked))
        known = _second(self._over(last))
        errors = _one(self.wire.over(self._asking.failed(), *asked)) if requests else {}
        for at, counted in requests.items():
            if at in errors and asked[0] <= at <= known:
                failed = errors[at]
                # Sums of fractions may differ by a hair.
                failed = counted if math.isclose(failed, counted, rel_tol=1e-9) else failed
                yield Row(_EPOCH + timedelta(seconds=at) - bucket, counted, failed)

    def _believe(self, found: Minutes) -> None:
        """Raises Refused where there are no errors because nobody ever heard of such a counter: it is misspelt."""
        requests, errors, _ = self.settings.counters()
        if not isinstance(requests, Counter) or not isinstance(errors, Counter) or requests.name == errors.name:
            return
        if not found.measured.any() or found.errors[found.measured].any() or self.wire.knows(errors.anywhere()):
            return
        raise Refused(
            f"{self.wire.host} knows no counter {errors.anywhere()}, so that none of its errors is no good news: check"
            " how 'errors' is spelt, or count them by a label of what counts the requests"
        )


def _one(found: Sequence[Series]) -> Mapping[float, float]:
    """The values of the only series; none where there is none."""
    if len(found) > 1:
        raise Refused(f"a query gives {len(found):,} series where one is wanted: put sum(…) around it")
    return found[0][1] if found else {}


def _second(at: datetime) -> float:
    return (at - _EPOCH).total_seconds()
