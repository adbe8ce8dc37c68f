"""A little world of traffic, and what New Relic knows of it: by the minute, and by the hour once it is old.

It answers 0 where it knows nothing, as NRQL does: so who takes a zero for a measurement is wrong here, too.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.newrelic.nrql import Query

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
MINUTES_KEPT = timedelta(days=8)
MOST_BUCKETS = 366
#: What an agent and an application keep of events in a minute.
MOST_EVENTS = 100


class Refusal(Exception):
    """What New Relic answers instead: its words, and of which class."""

    def __init__(self, words: str, kind: str = "") -> None:
        super().__init__(words)
        self.kind = kind


@dataclass
class Minute:
    """What agents sent of one minute."""

    requests: int = 0
    errors: int = 0
    reporting: int = 1
    groups: Mapping[str, int] = field(default_factory=dict)


@dataclass
class World:
    """One account. `now` is its time; `empty` is what a sum over nothing is."""

    now: datetime
    apps: dict[str, dict[datetime, Minute]] = field(default_factory=dict)
    empty: float | None = 0
    queries: list[Query] = field(default_factory=list)

    def traffic(self, app: str, at: datetime, minutes: int, **sent: Any) -> None:
        """The same in each of so many minutes."""
        known = self.apps.setdefault(app, {})
        for place in range(minutes):
            known[at + place * MINUTE] = Minute(**sent)

    def answer(self, query: Query) -> list[dict[str, Any]]:
        """Raises Refusal."""
        self.queries.append(query)
        since, until = (datetime.fromtimestamp(ms / 1000, UTC) for ms in (query.since, query.until))
        if since >= until:
            raise Refusal("Your query's start time must be before its end time.")
        known = self._known(query)
        return [*self._series(query, known, since, until)] if query.bucket else self._list(query, known, since, until)

    def _known(self, query: Query) -> dict[datetime, Minute]:
        guid = query.attribute != "appName"
        app = next((name for name in self.apps if query.value == (guid_of(name) if guid else name)), None)
        if app is None and query.source == "Metric":
            raise Refusal("No application was matched (did you specify appId, appName or entity.guid?)")
        return self.apps[app] if app is not None else {}

    def _series(
        self, query: Query, known: Mapping[datetime, Minute], since: datetime, until: datetime
    ) -> Iterator[dict[str, Any]]:
        bucket = timedelta(seconds=query.bucket)
        if bucket > until - since:
            raise Refusal("TIMESERIES step size is larger than the current time window.")
        count = (until - since) // bucket
        if count > MOST_BUCKETS:
            raise Refusal("TIMESERIES supports a maximum of 366 buckets")
        stored = self._stored(known)
        # Counted back from the end, as New Relic does it.
        for place in range(count, 0, -1):
            begin, end = until - place * bucket, until - (place - 1) * bucket
            within = [sent for at, sent in stored.items() if begin <= at < end]
            values = {
                "apm.service.transaction.duration": sum(sent.requests for sent in within),
                "apm.service.error.count": float(sum(sent.errors for sent in within)) or self.empty,
                "apm.service.instance.count": sum(sent.reporting for sent in within),
            }
            row = {name: values[metric] for name, metric in query.selected.items()}
            yield {"beginTimeSeconds": int(begin.timestamp()), "endTimeSeconds": int(end.timestamp()), **row}

    def _stored(self, known: Mapping[datetime, Minute]) -> dict[datetime, Minute]:
        """What is old is there as one point an hour."""
        found: dict[datetime, Minute] = {}
        for at, sent in known.items():
            place = at if self.now - at <= MINUTES_KEPT else at.replace(minute=0)
            before = found.get(place, Minute(reporting=0))
            found[place] = Minute(
                before.requests + sent.requests, before.errors + sent.errors, before.reporting + sent.reporting
            )
        return found

    def _list(
        self, query: Query, known: Mapping[datetime, Minute], since: datetime, until: datetime
    ) -> list[dict[str, Any]]:
        if query.facet != "error.class" or not query.unexpected:
            raise Refusal("this world knows other lists than that of unexpected errors by class")
        times: Counter[str] = Counter()
        for at, sent in known.items():
            if since <= at < until:
                left = MOST_EVENTS
                for name, count in sent.groups.items():
                    times[name] += min(count, left)
                    left -= min(count, left)
        column = next(iter(query.selected))
        return [{"facet": name, query.facet: name, column: n} for name, n in times.most_common(query.limit) if n]


def guid_of(app: str) -> str:
    """Of an APM application, as New Relic makes them: Base64 of account, domain, type and number."""
    number = int.from_bytes(app.encode()[:6], "big")
    return base64.b64encode(f"1234567|APM|APPLICATION|{number}".encode()).decode().rstrip("=")
