"""Traffic in memory, with a rate from each moment on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from chairlift.core.verdict import Counts
from chairlift.ports import Unavailable

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Rate:
    """Requests, errors and errors by type of each minute."""

    requests: float
    errors: float = 0
    groups: Mapping[str, float] = field(default_factory=dict)


@dataclass
class MemoryMonitor:
    """Fulfils `chairlift.ports.Monitor`. `away`, when not empty, is the reason why nothing can be counted."""

    away: str = ""
    _rates: dict[tuple[str, str], dict[datetime, Rate | None]] = field(default_factory=dict)

    def set(self, service: str, environment: str, since: datetime, rate: Rate | None) -> None:
        """From `since` on traffic comes at this rate; with None, nothing is measured."""
        self._rates.setdefault((service, environment), {})[since] = rate

    def counts(self, service: str, environment: str, start: datetime, end: datetime) -> Counts:
        if self.away:
            raise Unavailable(self.away)
        minutes, requests, errors = 0.0, 0.0, 0.0
        groups: Counter[str] = Counter()
        rates = self._rates.get((service, environment), {})
        for since, until in pairwise([*sorted(rates), datetime.max.replace(tzinfo=UTC)]):
            rate = rates[since]
            here = max((min(until, end) - max(since, start)) / _MINUTE, 0)
            if rate and here:
                minutes += here
                requests += rate.requests * here
                errors += rate.errors * here
                groups.update({name: round(times * here) for name, times in rate.groups.items()})
        return Counts(round(requests), round(errors), minutes, max((end - start) / _MINUTE, 0), dict(groups))
