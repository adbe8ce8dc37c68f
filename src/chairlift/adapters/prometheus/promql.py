"""What is asked for, as people write it, and the PromQL that it becomes: names stay within their quotes.

A *counter* is a selector such as `http_requests_total{job={service}}`: how much it grew is then worked out here, in a
way that loses and invents nothing (docs/prometheus.md says how). A *query* is PromQL with {step} in it, taken as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chairlift.ports import Refused

LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STRING = r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)"""
_NAME = r"[A-Za-z_:][A-Za-z0-9_:]*"
_MATCHER = re.compile(
    rf"\s*(?P<label>{LABEL.pattern})\s*(?P<sign>=~|!~|!=|=)\s*(?P<value>{_STRING}|\{{[a-z_]+\}})\s*(?:,|$)"
)
_COUNTER = re.compile(rf"\s*(?P<name>{_NAME})\s*(?:\{{(?P<matchers>.*)\}})?\s*", re.DOTALL)
#: A text or comment, in which nothing is filled in, or a placeholder.
_PARTS = re.compile(rf"(?P<text>{_STRING}|#[^\n]*)|\{{(?P<name>[a-z_]+)\}}")
_HELD = re.compile(r"\{(?:service|environment|step)\}")
_NAMES = ("service", "environment")
_STEP = "step"
#: Texts of this length are nobody's, and would not fit into an address.
_LONGEST = 4000


def quoted(value: str) -> str:
    """A label's value as PromQL, in ASCII: it ends where it should, whatever it holds. Raises Refused."""
    if not value or len(value) > _LONGEST or any("\ud800" <= each <= "\udfff" for each in value):
        raise Refused(f"{value[:40]!r} can be no value of a label in Prometheus: give it a name there, in the settings")
    return '"' + "".join(map(_escaped, value)) + '"'


def _escaped(each: str) -> str:
    if each in '"\\':
        return "\\" + each
    if " " <= each <= "~":
        return each
    return f"\\u{ord(each):04x}" if ord(each) <= 0xFFFF else f"\\U{ord(each):08x}"


@dataclass(frozen=True)
class Counter:
    """A selector of counters; `matchers` are (label, sign, value as PromQL or placeholder)."""

    name: str
    matchers: tuple[tuple[str, str, str], ...]

    def written(self, values: Mapping[str, str], present: Iterable[str] = ()) -> str:
        """As PromQL, of those series that have all labels of `present`."""
        told = [f"{label}{sign}{_filled(value, values)}" for label, sign, value in self.matchers]
        return f"{self.name}{{{','.join([*told, *(_there(label) for label in present)])}}}"

    @property
    def demanded(self) -> tuple[str, ...]:
        """The labels by which its series are picked out, so that they must have them."""
        return tuple(
            dict.fromkeys(label for label, sign, value in self.matchers if sign in ("=", "=~") and value[1:-1])
        )

    def anywhere(self) -> str:
        """A series of any service that has its name, and the labels that it asks for."""
        return f"{self.name}{{{','.join(map(_there, self.demanded))}}}"


@dataclass(frozen=True)
class Query:
    """PromQL of which the value at a minute's end is what was counted in that minute."""

    template: str

    def written(self, values: Mapping[str, str], step: int) -> str:
        """As PromQL; `step` is in milliseconds."""
        filling = {**values, _STEP: f"{step}ms"}
        return _PARTS.sub(lambda found: filling[found["name"]] if found["name"] else found[0], self.template)


def parsed(what: str, template: str) -> Counter | Query:
    """What a setting says. Raises Refused for what could count wrongly, or let a name out of its quotes."""
    if len(template) > _LONGEST:
        raise Refused(f"{what} is longer than {_LONGEST:,} characters: make a recording rule of it")
    wrong = _misplaced(template)
    if wrong:
        raise Refused(f"{what} = {template[:200]!r} {wrong}")
    if any(found["name"] == _STEP for found in _PARTS.finditer(template)):
        return Query(template)
    found = _COUNTER.fullmatch(template)
    matchers = _matchers(found["matchers"] or "") if found else None
    if found is None or matchers is None:
        raise Refused(
            f"{what} = {template[:200]!r} is no counter: write its name and labels alone, without sum() and"
            ' increase(), as http_requests_total{job={service},status=~"5.."}; or a whole query with {step} in it'
        )
    return Counter(found["name"], matchers)


def _misplaced(template: str) -> str:
    """What is wrong with the placeholders."""
    for found in _PARTS.finditer(template):
        name, before = found["name"], template[: found.start()].rstrip()
        if found["text"] and not found["text"].startswith("#") and (held := _HELD.search(found["text"])):
            return f"has {held[0]} within quotes, where a name could mean anything: write {held[0]} without them"
        if name and name not in (*_NAMES, _STEP):
            return f"has an unknown {{{name}}}; there are {{service}}, {{environment}}, {{step}}"
        if name in _NAMES and not before.endswith("="):
            return f"has {{{name}}} where no label is compared by = or !=: a name is no pattern and no query"
    return ""


def _matchers(text: str) -> tuple[tuple[str, str, str], ...] | None:
    """None where they are none."""
    matchers, at = [], 0
    text = text.strip()
    while at < len(text):
        found = _MATCHER.match(text, at)
        if found is None:
            return None
        matchers.append((found["label"], found["sign"], found["value"]))
        at = found.end()
    return tuple(matchers)


def _filled(value: str, values: Mapping[str, str]) -> str:
    return values[value[1:-1]] if value.startswith("{") else value


def _there(label: str) -> str:
    return f'{label}!=""'


@dataclass(frozen=True)
class Asking:
    """The queries for one service in one environment, by times of `step` milliseconds.

    `process` are the labels that tell one process of the service from another: all counters of one begin anew at once.
    """

    requests: Counter | Query
    errors: Counter | Query
    values: Mapping[str, str]
    process: tuple[str, ...]
    step: int

    def counted(self) -> str:
        """Requests."""
        if isinstance(self.requests, Query):
            return self.requests.written(self.values, self.step)
        return f"sum({self._grown(self._total(self.requests))})"

    def failed(self) -> str:
        """Errors: none where the requests of a process are measured and nothing has failed in it yet."""
        if isinstance(self.errors, Query) or isinstance(self.requests, Query):
            return self._as_query(self.errors)
        # A label that the requests' own counter lacks is misspelt: then nothing is known, and not that all is well.
        told = self.errors.demanded if self.errors.name == self.requests.name else ()
        total = f"{self._total(self.errors)} or 0 * {self._total(self.requests, told)}"
        return f"sum({self._grown(total)} and {self._grown(self._total(self.requests))})"

    def typed(self, types: Counter | Query, label: str, window: int, most: int) -> str:
        """Errors by the values of a label, over the `window` milliseconds that end where it is asked."""
        each = f"sum by ({label}) ({types.written(self.values, self.step)})" if isinstance(types, Query) else ""
        each = each or self._typed(types, label)
        # A hair less than the window, as some versions count what lies on its very beginning and others do not.
        return f"topk({most}, sum_over_time(({each})[{window - 1}ms:{self.step}ms]))"

    def _typed(self, types: Counter | Query, label: str) -> str:
        assert isinstance(types, Counter)
        by = (*self.process, label)
        total, before = self._sum(types, by), self._sum(types, by, f" offset {self.step}ms")
        grown = self._grown(total)
        if not isinstance(self.requests, Counter):
            return f"sum by ({label}) ({grown})"
        # The first errors of a type are the news, and make its series: in a process that was there before.
        was = self._sum(self.requests, self.process, f" offset {self.step}ms")
        return f"sum by ({label}) ({grown} or (({total} unless {before}) and on ({', '.join(self.process)}) {was}))"

    def _as_query(self, asked: Counter | Query) -> str:
        if isinstance(asked, Query):
            return asked.written(self.values, self.step)
        return f"sum({self._grown(self._total(asked))})"

    def _total(self, counter: Counter, also: tuple[str, ...] = ()) -> str:
        return self._sum(counter, self.process, also=also)

    def _sum(self, counter: Counter, by: tuple[str, ...], offset: str = "", also: tuple[str, ...] = ()) -> str:
        """What each process has counted so far, as it was last seen within one step: older is not known.

        A hair less than a step, as above: what was seen at its very beginning belongs to the one before it.
        """
        selected = counter.written(self.values, dict.fromkeys((*by, *also)))
        return f"sum by ({', '.join(by)}) (last_over_time({selected}[{self.step - 1}ms]{offset}))"

    def _grown(self, total: str) -> str:
        """By how much each of these grew in a step, exactly; nothing for those that began anew, or were not seen."""
        return f"(idelta(({total})[{self.step + 1}ms:{self.step}ms]) >= 0)"
