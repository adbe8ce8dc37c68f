"""Reads a TOML file that people wrote, and notes all that is wrong with it: file, line, cause and remedy."""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from functools import cached_property
from typing import TypeVar

from chairlift.core.locating import Place, locate

T = TypeVar("T")

_LONGEST_NAME = 120
_LONGEST_TEXT = 10_000
_LARGEST = 1_000_000
_YEARS = range(1990, 2200)
_SHOWN = 80
#: What would break a terminal, a mail's head or a page: controls, line separators, overrides of writing direction.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SYNTAX_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_KINDS: Mapping[type, str] = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
    date: "a date",
    datetime: "a date with a time",
    time: "a time",
}


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong with a file; `line` counts from 1, in a sheet it is the row."""

    file: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}; {self.remedy}"


class FileProblems(Exception):
    """All that is wrong with a file, by line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


def fold(name: str) -> str:
    """What two names have in common when they are the same to people: case and blanks do not matter."""
    return " ".join(name.split()).casefold()


def quoted(word: str) -> str:
    """A word from outside, fit for one line of a message."""
    return repr(word if len(word) <= _SHOWN else f"{word[: _SHOWN - 1]}…")


def nearest(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """The remedy for a word that is not known: the nearest one that is, or else what there is."""
    by_fold = {fold(each): each for each in known}
    for found in difflib.get_close_matches(fold(word[:_LONGEST_NAME]), by_fold, 1):
        return f"did you mean {quoted(by_fold[found])}?"
    some = sorted(by_fold.values())[:12]
    listed = ", ".join(map(quoted, some)) + (", …" if len(by_fold) > len(some) else "")
    return otherwise or (f"use one of: {listed}" if some else "leave it out")


def wrong_name(name: str) -> str:
    """What is wrong with the name of a service, squad, person or level; empty where nothing is."""
    if _CONTROLS.search(name):
        return "has a control character"
    if not name.strip():
        return "is empty"
    return f"is longer than {_LONGEST_NAME} characters" if len(name) > _LONGEST_NAME else ""


def read(text: str, file: str) -> Table:
    """The root table of a file. Raises FileProblems for what is no TOML; the rest is noted, and raised by `finish`."""
    text = text.removeprefix("\ufeff")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _SYNTAX_LINE.search(str(error))
        line = int(found[1]) if found and found[1] else len(text.splitlines()) or 1
        what = _SYNTAX_LINE.sub("", str(error))
        raise FileProblems([Problem(file, line, f"this is no TOML: {what}", "see https://toml.io")]) from error
    except (ValueError, RecursionError) as error:
        remedy = "shorten its numbers, and nest its lists and tables less deeply"
        raise FileProblems([Problem(file, 1, "this is more than TOML is meant for", remedy)]) from error
    return Table(data, (), _Source(text, file))


class _Source:
    """One file under reading: its tables so far, and what is wrong with it so far."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.tables: list[Table] = []
        self.problems: set[Problem] = set()

    @cached_property
    def _lines(self) -> Mapping[Place, int]:
        return locate(self.text)

    def line(self, place: Place) -> int:
        """The line of the nearest thing around this place that has one."""
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place, 1)


class Table:
    """One table of a file. Reading never raises: what is wrong is noted, and a fallback returned."""

    def __init__(self, data: Mapping[str, object], place: Place, source: _Source) -> None:
        self.data, self._place, self._source = data, place, source
        self._asked: dict[str, None] = {}
        source.tables.append(self)

    def __str__(self) -> str:
        name = ".".join(part for part in self._place if isinstance(part, str))
        return (
            f"[[{name}]]" if self._place and isinstance(self._place[-1], int) else f"[{name}]" if name else "the file"
        )

    @property
    def line(self) -> int:
        return self._source.line(self._place)

    def problem(self, key: str, what: str, remedy: str) -> None:
        """Note what is wrong with the value of this key, or with the table where there is no such key."""
        line = self._source.line((*self._place, key))
        self._source.problems.add(Problem(self._source.file, line, what, remedy))

    def finish(self) -> None:
        """Raises FileProblems if anything was wrong anywhere in the file; a key that nobody asked for is."""
        for table in self._source.tables:
            for key in table.data.keys() - table._asked.keys():
                known = ", ".join(map(repr, table._asked))
                table.problem(
                    key, f"unknown key {quoted(key)} in {table}", nearest(key, table._asked, f"known: {known}")
                )
        if self._source.problems:
            raise FileProblems(self._source.problems)

    def _value(self, key: str, kind: type[T], fallback: T, example: str, required: bool = False) -> T:
        self._asked[key] = None
        if key not in self.data:
            if required:
                self.problem(key, f"{self} has no {key}", f"add {key} = {example}")
            return fallback
        value = self.data[key]
        # Exact, since to Python true is a whole number and a date with a time is a date.
        if type(value) is not kind:
            is_, wanted = _KINDS[type(value)], _KINDS[kind]
            self.problem(key, f"{key} is {is_}, not {wanted}", f"write {key} = {example}")
            return fallback
        return value

    def text(self, key: str, required: bool = False, example: str = '"…"') -> str:
        """Words, perhaps in several lines; empty where there are none."""
        value = self._value(key, str, "", example, required)
        if len(value) > _LONGEST_TEXT or "\0" in value:
            self.problem(key, f"{key} is longer than {_LONGEST_TEXT} characters or holds a NUL", "shorten it")
            return ""
        if required and key in self.data and type(self.data[key]) is str and not value.strip():
            self.problem(key, f"{key} is empty", f"write {key} = {example}")
        return value.strip()

    def name(self, key: str, required: bool = False) -> str:
        """A name of one line, with single blanks; empty where there is none."""
        value = self._value(key, str, "", '"…"', required)
        if key not in self.data or type(self.data[key]) is not str:
            return ""
        return value and self._named(key, value) if value or required else ""

    def _named(self, key: str, name: str) -> str:
        if wrong := wrong_name(name):
            self.problem(
                key, f"{key} {quoted(name)} {wrong}", f"use 1 to {_LONGEST_NAME} characters that can be printed"
            )
            return ""
        return " ".join(name.split())

    def names(self, key: str, required: bool = False) -> tuple[str, ...]:
        """A list of names, each there once."""
        found: dict[str, str] = {}
        items = self._value(key, list, [], '["…"]', required)
        for item in items:
            if not isinstance(item, str):
                self.problem(key, f"{key} holds {_KINDS[type(item)]}, not only texts", f'write {key} = ["…", "…"]')
                continue
            name = self._named(key, item)
            if fold(name) in found:
                self.problem(key, f"{key} has {quoted(name)} twice", "remove one")
            if name:
                found[fold(name)] = name
        if required and key in self.data and self.data[key] == []:
            self.problem(key, f"{key} is empty", f'write {key} = ["…"]')
        return tuple(found.values())

    def words(self, key: str, known: Collection[str]) -> tuple[str, ...]:
        """A list of words of which all are known."""
        found = self.names(key)
        for word in found:
            if word not in known:
                self.problem(key, f"{key} has no {quoted(word)}", nearest(word, known))
        return tuple(word for word in found if word in known)

    def word(self, key: str, known: Sequence[str]) -> str:
        """One of these words; the first where the file says nothing."""
        value = self._value(key, str, known[0], f'"{known[0]}"')
        if value not in known:
            self.problem(key, f"{key} cannot be {quoted(value)}", nearest(value, known))
            return known[0]
        return value

    def flag(self, key: str, fallback: bool = False) -> bool:
        return self._value(key, bool, fallback, "true")

    def number(self, key: str, fallback: int, least: int = 0) -> int:
        return self._in_range(key, self._value(key, int, fallback, str(max(least, 1))), least)

    def numbers(self, key: str, fallback: Sequence[int], least: int = 0) -> tuple[int, ...]:
        """A list of at least one whole number."""
        values = self._value(key, list, list(fallback), str(list(fallback)))
        if not values or any(type(value) is not int for value in values):
            self.problem(key, f"{key} is no list of whole numbers", f"write {key} = {list(fallback)}")
            return tuple(fallback)
        return tuple(self._in_range(key, value, least) for value in values)

    def _in_range(self, key: str, value: int, least: int) -> int:
        if not least <= value <= _LARGEST:
            self.problem(key, f"{key} is out of range", f"write a number from {least} to {_LARGEST}")
            return least
        return value

    def parsed(self, key: str, parse: Callable[[str], T], fallback: T) -> T:
        """A text with a meaning; `parse` raises ValueError with 'what: remedy'."""
        text = self._value(key, str, "", '"…"')
        if key not in self.data or type(self.data[key]) is not str:
            return fallback
        try:
            return parse(text)
        except ValueError as error:
            what, _, remedy = str(error).rpartition(": ")
            self.problem(key, f"{key}: {what}", remedy)
            return fallback

    def day(self, key: str, required: bool = False) -> date | None:
        """A date without a time."""
        example = "2021-10-15"
        value = self._value(key, date, date.min, example, required)
        return None if value == date.min else self._dated(key, value, example)

    def days(self, key: str) -> tuple[date, ...]:
        """A list of dates."""
        values = self._value(key, list, [], "[2021-12-24]")
        if any(type(value) is not date for value in values):
            self.problem(key, f"{key} holds something that is no date", f"write {key} = [2021-12-24], without quotes")
            return ()
        return tuple(day for value in values if (day := self._dated(key, value, "[2021-12-24]")))

    def _dated(self, key: str, day: date, example: str) -> date | None:
        if day.year not in _YEARS:
            self.problem(key, f"{key} lies in the year {day.year}", f"write a date such as {example}")
            return None
        return day

    def moment(self, key: str, zone: tzinfo, fallback: datetime) -> datetime:
        """An instant, in UTC: a date with time and offset, or the last second of a date in this zone."""
        example = "2021-10-15"
        if type(self.data.get(key)) is not datetime:
            day = self.day(key, required=True)
            return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC) if day else fallback
        value = self._value(key, datetime, fallback, example)
        if value.tzinfo is None:
            remedy = f"write {key} = {value.isoformat()}+02:00, or only the date for the end of that day"
            self.problem(key, f"{key} has a time without an offset", remedy)
            return fallback
        return value.astimezone(UTC) if self._dated(key, value, example) else fallback

    def table(self, key: str, required: bool = False) -> Table:
        """The table under this key; an empty one where there is none."""
        data: dict[str, object] = self._value(key, dict, {}, "{ … }, or a table of this name")
        if required and key not in self.data:
            self.problem(key, f"{self} has no [{key}]", f"add a table [{key}]")
        return Table(data, (*self._place, key), self._source)

    def tables(self, key: str, required: bool = False) -> list[Table]:
        """The array of tables under this key."""
        self._asked[key] = None
        values = self.data.get(key, [])
        if not isinstance(values, list) or any(type(value) is not dict for value in values):
            self.problem(key, f"{key} is no list of tables", f"begin each one with a line [[{key}]]")
            return []
        if required and not values:
            self.problem(key, f"{self} has no [[{key}]]", "add at least one")
        return [Table(value, (*self._place, key, i), self._source) for i, value in enumerate(values)]

    def plain(self) -> dict[str, object]:
        """All of this table, which is somebody else's to understand: texts, numbers, truths, lists and tables."""
        for key, value in self.data.items():
            self._asked[key] = None
            if strange := _strange(value):
                self.problem(key, f"{key} holds {strange}, which cannot be passed on", "put it in quotes")
        return dict(self.data)


def _strange(value: object) -> str:
    """What in a value is no plain data, in words; empty where all is."""
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return next(filter(None, map(_strange, parts)), "")
    if isinstance(value, float) and not math.isfinite(value):
        return "a number without end"
    return "" if isinstance(value, str | int | float) else _KINDS[type(value)]


def unique(tables: Iterable[tuple[Table, str]], what: str, key: str = "name") -> None:
    """Notes each name that an earlier table has too."""
    seen: dict[str, Table] = {}
    for table, name in tables:
        first = seen.setdefault(fold(name), table) if name else table
        if first is not table:
            remedy = f"remove one, or give it another {key}; the first is in line {first.line}"
            table.problem(key, f"there are two {what} called {quoted(name)}", remedy)
