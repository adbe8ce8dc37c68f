"""As much of NRQL as the adapter needs, read strictly: whatever is not surely NRQL is none.

`parsed(text)` gives a `Query`, or raises NotNrql. Functions, metrics and attributes are those that New Relic documents
for what is asked of; a text between quotes knows no escapes but of the quote and of the backslash.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: By metric: which function counts what, with which field.
METRICS = {
    "apm.service.transaction.duration": ("count", ""),
    # count() of it counts samples, however many errors each is of.
    "apm.service.error.count": ("sum", "count"),
    "apm.service.instance.count": ("count", ""),
}
ATTRIBUTES = {
    "Metric": {"appName", "entity.guid"},
    "TransactionError": {"appName", "entityGuid", "error.class", "error.expected"},
}
WORDS = {
    "SELECT", "FROM", "WHERE", "AND", "OR", "AS", "IS", "FALSE", "NULL", "SINCE", "UNTIL", "TIMESERIES", "FACET",
    "LIMIT",
}  # fmt: skip
UNITS = {"minute": 60, "minutes": 60, "hour": 3600, "hours": 3600}
_TOKEN = re.compile(
    r"""\s+|(?P<text>'(?:[^'\\]|\\['\\])*')|(?P<name>`[\w.]+`|[A-Za-z_][\w.]*)|(?P<number>\d+)|(?P<mark>[(),=*\[\]])""",
    re.ASCII,
)


class NotNrql(Exception):
    """What New Relic would answer with a syntax error, or with something else than was meant."""


@dataclass(frozen=True)
class Query:
    """What is asked. `selected` is what each column counts: a metric, or '*'; `bucket` is in seconds, 0 for none."""

    selected: dict[str, str]
    source: str
    attribute: str
    value: str
    since: int
    until: int
    bucket: int = 0
    facet: str = ""
    limit: int = 0
    unexpected: bool = False


def parsed(text: str) -> Query:
    """Raises NotNrql with the place."""
    return _Reader(text).query()


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if not found:
                raise NotNrql(f"Error at line 1 position {at}, unexpected {text[at:][:20]!r}")
            at = found.end()
            if found.lastgroup:
                self._tokens.append((found.lastgroup, found[0]))
        self._at = 0

    def query(self) -> Query:
        selected = self._selected()
        self._words("FROM")
        source = self._name()
        if source not in ATTRIBUTES:
            raise NotNrql(f"there is no {source}")
        self._words("WHERE")
        attribute = self._attribute(source)
        self._mark("=")
        value = self._text()
        unexpected = self._unexpected(source)
        self._words("SINCE")
        since = self._number()
        self._words("UNTIL")
        until = self._number()
        bucket = self._bucket()
        facet, limit = self._facet(source)
        if self._at != len(self._tokens):
            raise NotNrql(f"unexpected {self._tokens[self._at][1]!r}")
        if (source == "Metric") != all(column in METRICS for column in selected.values()):
            raise NotNrql("metrics are asked of Metric, and events of their own kind")
        if bool(bucket) == bool(facet):
            raise NotNrql("this is neither a series nor a list")
        return Query(selected, source, attribute, value, since, until, bucket, facet, limit, unexpected)

    # ---- parts ----

    def _selected(self) -> dict[str, str]:
        self._words("SELECT")
        found: dict[str, str] = {}
        while True:
            column = self._function()
            self._words("AS")
            found[self._name()] = column
            if not self._is_mark(","):
                return found
            self._at += 1

    def _function(self) -> str:
        name = self._name()
        self._mark("(")
        if self._is_mark("*"):
            self._at += 1
            self._mark(")")
            if name != "count":
                raise NotNrql(f"{name}(*) is not known here")
            return "*"
        metric, field = self._name(), ""
        if self._is_mark("["):
            self._at += 1
            field = self._text()
            self._mark("]")
        self._mark(")")
        if METRICS.get(metric) != (name, field):
            raise NotNrql(f"{name}({metric}{field and [field]}) does not count what is meant")
        return metric

    def _attribute(self, source: str) -> str:
        name = self._name()
        if name not in ATTRIBUTES[source]:
            raise NotNrql(f"{source} has no {name}")
        return name

    def _unexpected(self, source: str) -> bool:
        if not self._is_word("AND"):
            return False
        self._words("AND")
        self._mark("(")
        first = self._attribute(source)
        self._words("IS", "FALSE", "OR")
        second = self._attribute(source)
        self._words("IS", "NULL")
        self._mark(")")
        if {first, second} != {"error.expected"}:
            raise NotNrql("only error.expected is asked for so")
        return True

    def _bucket(self) -> int:
        if not self._is_word("TIMESERIES"):
            return 0
        self._words("TIMESERIES")
        times, unit = self._number(), self._name()
        if unit not in UNITS:
            raise NotNrql(f"there is no unit {unit}")
        return times * UNITS[unit]

    def _facet(self, source: str) -> tuple[str, int]:
        if not self._is_word("FACET"):
            return "", 0
        self._words("FACET")
        facet = self._attribute(source)
        self._words("LIMIT")
        return facet, self._number()

    # ---- tokens ----

    def _next(self, kind: str) -> str:
        if self._at >= len(self._tokens):
            raise NotNrql("it ends too soon")
        found, text = self._tokens[self._at]
        if found != kind:
            raise NotNrql(f"unexpected {text!r}")
        self._at += 1
        return text

    def _words(self, *wanted: str) -> None:
        for each in wanted:
            found = self._next("name")
            if found != each:
                raise NotNrql(f"unexpected {found!r}, wanted {each}")

    def _name(self) -> str:
        found = self._next("name")
        if found in WORDS:
            raise NotNrql(f"unexpected {found!r}")
        return found.strip("`")

    def _text(self) -> str:
        return re.sub(r"\\(.)", r"\1", self._next("text")[1:-1])

    def _number(self) -> int:
        return int(self._next("number"))

    def _mark(self, wanted: str) -> None:
        if self._next("mark") != wanted:
            raise NotNrql(f"wanted {wanted!r}")

    def _is_mark(self, wanted: str) -> bool:
        return self._tokens[self._at : self._at + 1] == [("mark", wanted)]

    def _is_word(self, wanted: str) -> bool:
        return self._tokens[self._at : self._at + 1] == [("name", wanted)]
