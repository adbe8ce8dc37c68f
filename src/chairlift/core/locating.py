"""Where things stand in a TOML file: tomllib gives the values, this gives the line of each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping

#: Keys and, inside arrays of tables, positions from 0: `("level", 1, "name")`.
Place = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_KEY = rf"""(?:{_BARE.pattern}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')"""
_ASSIGNMENT = re.compile(rf"({_KEY}(?:[ \t]*\.[ \t]*{_KEY})*)[ \t]*=")
_TOKEN = re.compile(
    r'''"""(?:\\.|[^\\])*?"{3,5}|\'{3}.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*|[^"'\#\[\]{}\n]+|.''', re.DOTALL
)


def locate(text: str) -> Mapping[Place, int]:
    """The line, from 1, of each table and key of a valid TOML text; what is inside a value has its key's line."""
    lines: dict[Place, int] = {}
    lengths: dict[Place, int] = {}
    here: Place = ()
    for line, statement in _statements(text):
        if statement.startswith("[["):
            *above, name = _parts(statement[2:-2])
            array = (*_resolve(above, lengths), name)
            lengths[array] = lengths.get(array, 0) + 1
            here = (*array, lengths[array] - 1)
            lines.setdefault(array, line)
            lines[here] = line
        elif statement.startswith("["):
            here = _resolve(_parts(statement[1:-1]), lengths)
            lines.setdefault(here, line)
        elif found := _ASSIGNMENT.match(statement):
            parts = _parts(found[1])
            for depth in range(1, len(parts) + 1):
                lines.setdefault((*here, *parts[:depth]), line)
    return lines


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Headers and assignments without their comments, each with the line that it begins on."""
    line = first = 1
    depth = 0
    words: list[str] = []
    for token in _TOKEN.findall(f"{text}\n"):
        if token == "\n" and not depth:
            yield first, "".join(words).strip()
            words.clear()
            first = line + 1
        elif not token.startswith("#"):
            words.append(token)
            depth += (token in ("[", "{")) - (token in ("]", "}"))
        line += token.count("\n")


def _parts(key: str) -> list[str]:
    """A dotted key, quoted or not, as its parts."""
    if _BARE.fullmatch(key):
        return [key]
    table: object = tomllib.loads(f"{key} = 0")
    parts: list[str] = []
    while isinstance(table, dict):
        ((part, table),) = table.items()
        parts.append(part)
    return parts


def _resolve(parts: list[str], lengths: Mapping[Place, int]) -> Place:
    """A header's key as a place: an array of tables on the way means its newest table."""
    place: Place = ()
    for part in parts:
        place = (*place, part)
        if place in lengths:
            place = (*place, lengths[place] - 1)
    return place
