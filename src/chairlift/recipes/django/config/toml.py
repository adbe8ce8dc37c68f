"""TOML by its text: every string, with its path and its place, so that one can be changed and nothing else."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r'(?P<comment>\#[^\n]*)|(?P<text>"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\')'
    r"|(?P<mark>[\[\]{},=.])|(?P<line>\r?\n)|(?P<bare>[^\s\[\]{},=.#\"']+)|(?P<blank>[ \t]+)",
    re.DOTALL,
)


class NotToml(Exception):
    """The text is no TOML, or written in a way that is not followed here."""


@dataclass(frozen=True)
class Scalar:
    """A string by its place; `start` and `end` are those of what is between its quotes."""

    path: Path
    value: str
    start: int
    end: int


@dataclass
class Toml:
    """`data` is the whole as tomllib reads it; `scalars` are its strings and the keys of tables in order."""

    data: Mapping[str, Any]
    scalars: list[Scalar] = field(default_factory=list)

    def below(self, *path: str) -> Iterator[Scalar]:
        yield from (each for each in self.scalars if each.path[: len(path)] == path)

    def at(self, *path: str | int) -> Any:
        found: Any = self.data
        for key in path:
            try:
                found = found[key]
            except (KeyError, IndexError, TypeError):
                return None
        return found


def parse(text: str) -> Toml:
    """Raises NotToml. Places are believed only where tomllib finds the same string at the same path."""
    try:
        data = tomllib.loads(text.replace("\r\n", "\n"))
    except (ValueError, RecursionError) as error:
        raise NotToml(f"it is no TOML: {error}") from None
    whole = Toml(data)
    try:
        found = list(_Scanner(text).scalars())
    except (IndexError, KeyError) as error:
        raise NotToml("it is written in an unusual way") from error
    whole.scalars = [each for each in found if whole.at(*each.path) == each.value]
    return whole


class _Scanner:
    """One walk over the tokens; it trusts that the text is TOML."""

    def __init__(self, text: str) -> None:
        wanted = ("text", "mark", "line", "bare")
        self.tokens = [each for each in _TOKEN.finditer(text) if each.lastgroup in wanted]
        self.at = 0
        self.counts: dict[Path, int] = {}

    def scalars(self) -> Iterator[Scalar]:
        table: Path = ()
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.lastgroup == "line":
                self.at += 1
            elif token[0] == "[":
                table = self._header()
            else:
                path = (*table, *self._key())
                self.at += 1
                yield from self._value(path)

    def _header(self) -> Path:
        double = self.tokens[self.at + 1][0] == "[" and self.tokens[self.at + 1].start() == self.tokens[self.at].end()
        self.at += 2 if double else 1
        path = self._resolved(self._key())
        self.at += 2 if double else 1
        if double:
            self.counts[path] = self.counts.get(path, -1) + 1
            return (*path, self.counts[path])
        return path

    def _resolved(self, keys: Path) -> Path:
        """A header below an array of tables is of its newest one."""
        path: Path = ()
        for place, key in enumerate(keys):
            path = (*path, key)
            if path in self.counts and place < len(keys) - 1:
                path = (*path, self.counts[path])
        return path

    def _key(self) -> Path:
        keys: list[str | int] = []
        while True:
            token = self.tokens[self.at]
            keys.append(_unquoted(token[0]) if token.lastgroup == "text" else token[0])
            self.at += 1
            if self.tokens[self.at][0] != ".":
                return tuple(keys)
            self.at += 1

    def _skip_lines(self) -> None:
        while self.tokens[self.at].lastgroup == "line":
            self.at += 1

    def _value(self, path: Path) -> Iterator[Scalar]:
        token = self.tokens[self.at]
        if token.lastgroup == "text":
            width = 3 if token[0][:3] in ('"""', "'''") else 1
            start = token.start() + width
            self.at += 1
            yield Scalar(path, _unquoted(token[0]), start, token.end() - width)
        elif token[0] == "[":
            yield from self._array(path)
        elif token[0] == "{":
            yield from self._inline(path)
        else:
            # A number, a date or a boolean, whose dot is a token by itself.
            while self.at < len(self.tokens) and (
                self.tokens[self.at].lastgroup == "bare" or self.tokens[self.at][0] == "."
            ):
                self.at += 1

    def _array(self, path: Path) -> Iterator[Scalar]:
        self.at += 1
        place = 0
        while True:
            self._skip_lines()
            if self.tokens[self.at][0] == "]":
                self.at += 1
                return
            if self.tokens[self.at][0] == ",":
                self.at += 1
                place += 1
                continue
            yield from self._value((*path, place))

    def _inline(self, path: Path) -> Iterator[Scalar]:
        self.at += 1
        while True:
            self._skip_lines()
            if self.tokens[self.at][0] == "}":
                self.at += 1
                return
            if self.tokens[self.at][0] == ",":
                self.at += 1
                continue
            keys = self._key()
            self.at += 1
            yield from self._value((*path, *keys))


def _unquoted(text: str) -> str:
    read: str = tomllib.loads("x = " + text.replace("\r\n", "\n"))["x"]
    return read
