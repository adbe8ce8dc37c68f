"""The three questions that New Relic is asked, in its own query language.

Requests and errors are asked of metrics, which count all. Events are not: an agent keeps at most 100 errors a minute
and process. So only the types of errors come from these, and their counts are the least that there can have been.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from chairlift.core.judging.minutes import MINUTE

#: New Relic refuses more times than this in one answer.
MOST_BUCKETS = 366
#: As many types of errors are asked for, the most frequent first.
MOST_TYPES = 200
HOUR = timedelta(hours=1)
_UNITS = {MINUTE: "1 minute", HOUR: "1 hour"}
_EXPECTED = "(`error.expected` IS FALSE OR `error.expected` IS NULL)"
#: An agent sends its number of instances, which is one for each, every minute in which it runs, however quiet that is.
_COUNTED = (
    "count(apm.service.transaction.duration) AS requests, sum(apm.service.error.count['count']) AS errors, "
    "count(apm.service.instance.count) AS reporting"
)


def quoted(text: str) -> str:
    """As a text of NRQL that nothing breaks out of, whatever it holds."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


class Application:
    """One application, by its name or its GUID."""

    def __init__(self, called: str, is_guid: bool) -> None:
        self._metric = f"{'entity.guid' if is_guid else 'appName'} = {quoted(called)}"
        self._event = f"{'entityGuid' if is_guid else 'appName'} = {quoted(called)}"

    def counted(self, start: datetime, end: datetime, bucket: timedelta) -> Iterator[str]:
        """Queries for requests and errors of each `bucket`, a minute or an hour, of [start, end).

        Both ends are whole ones: New Relic counts its buckets back from the end.
        """
        while start < end:
            until = min(start + MOST_BUCKETS * bucket, end)
            when = f"{_when(start, until)} TIMESERIES {_UNITS[bucket]}"
            yield f"SELECT {_COUNTED} FROM Metric WHERE {self._metric} {when}"
            start = until

    def types(self, start: datetime, end: datetime) -> str:
        """The query for types of errors in [start, end)."""
        where = f"{self._event} AND {_EXPECTED}"
        return (
            f"SELECT count(*) AS times FROM TransactionError WHERE {where} {_when(start, end)} "
            f"FACET `error.class` LIMIT {MOST_TYPES}"
        )


def _when(start: datetime, end: datetime) -> str:
    return f"SINCE {round(start.timestamp() * 1000)} UNTIL {round(end.timestamp() * 1000)}"
