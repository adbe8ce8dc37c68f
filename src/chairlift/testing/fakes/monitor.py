"""Traffic in memory, with a rate from each moment on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from chairlift.core.judging.minutes import Bucket, Minutes, spread
from chairlift.core.verdict import Counts
from chairlift.ports import Refused, Unavailable

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Rate:
    """Requests, errors and errors by type of each minute."""

    requests: float
    errors: float = 0
    groups: Mapping[str, float] = field(default_factory=dict)


@dataclass
class MemoryMonitor:
    """Fulfils `chairlift.ports.Monitor`. `away` and `refuses`, when not empty, are why nothing can be counted."""

    away: str = ""
    refuses: str = ""
    _rates: dict[tuple[str, str], dict[datetime, Rate | None]] = field(default_factory=dict)

    def set(self, service: str, environment: str, since: datetime, rate: Rate | None) -> None:
        """From `since` on traffic comes at this rate; with None, nothing is measured."""
        self._rates.setdefault((service, environment), {})[since] = rate

    def _answer(self) -> None:
        if self.away:
            raise Unavailable(self.away)
        if self.refuses:
            raise Refused(self.refuses)

    def minutes(self, service: str, environment: str, start: datetime, end: datetime, step: timedelta) -> Minutes:
        self._answer()
        buckets = [
            Bucket(since, until, rate.requests * ((until - since) / _MINUTE), rate.errors * ((until - since) / _MINUTE))
            for since, until, rate in self._within(service, environment, start, end)
        ]
        # Each minute is known here, however long a rate holds.
        return replace(spread(buckets, start, end, step), coarse=1.0)

    def counts(self, service: str, environment: str, start: datetime, end: datetime) -> Counts:
        self._answer()
        minutes, requests, errors = 0.0, 0.0, 0.0
        groups: Counter[str] = Counter()
        for since, until, rate in self._within(service, environment, start, end):
            here = (until - since) / _MINUTE
            minutes += here
            requests += rate.requests * here
            errors += rate.errors * here
            groups.update({name: round(times * here) for name, times in rate.groups.items()})
        return Counts(round(requests), round(errors), minutes, max((end - start) / _MINUTE, 0), dict(groups))

    def _within(
        self, service: str, environment: str, start: datetime, end: datetime
    ) -> Iterator[tuple[datetime, datetime, Rate]]:
        rates = self._rates.get((service, environment), {})
        for since, until in pairwise([*sorted(rates), datetime.max.replace(tzinfo=UTC)]):
            rate, first, last = rates[since], max(since, start), min(until, end)
            if rate and first < last:
                yield first, last, rate
