"""INI files by their text: where each value stands, so that one word can be changed and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SECTION = re.compile(r"\[([^\]\r\n]+)\]")
_KEY = re.compile(r"([^\s=:#;\[][^=:\r\n]*)[=:][ \t]*")
_COMMENT = re.compile(r"(?:^|\s)[#;].*")


@dataclass(frozen=True)
class Item:
    """One line of a value without its comment, by its place in the text."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True)
class Entry:
    """`key` of `section`: the line where it begins, and its value as lines."""

    section: str
    key: str
    start: int
    items: tuple[Item, ...]

    @property
    def value(self) -> str:
        return "\n".join(item.text for item in self.items)


@dataclass(frozen=True)
class Ini:
    """All entries in order, and where sections begin; `base` is added to every place (a text within a text)."""

    entries: tuple[Entry, ...]
    sections: tuple[tuple[str, int], ...]

    def get(self, section: str, key: str) -> Entry | None:
        return next((each for each in self.entries if (each.section, each.key) == (section, key)), None)

    def of(self, section: str) -> Iterator[Entry]:
        yield from (each for each in self.entries if each.section == section)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.sections)


def parse(text: str, base: int = 0) -> Ini:
    """Never fails: lines that are nothing are of no entry."""
    entries: list[Entry] = []
    sections: list[tuple[str, int]] = []
    section, at = "", 0
    for line in text.splitlines(keepends=True):
        start, at = at, at + len(line)
        bare = line.strip()
        if not bare or bare[0] in "#;":
            continue
        if line[0] in " \t":
            if entries and entries[-1].section == section:
                _append(entries, line, start + base)
        elif found := _SECTION.match(line):
            section = found[1].strip()
            sections.append((section, start + base))
        elif found := _KEY.match(line):
            entries.append(Entry(section, found[1].strip(), start + base, ()))
            _append(entries, line, start + base, found.end())
    return Ini(tuple(entries), tuple(sections))


def _append(entries: list[Entry], line: str, start: int, after: int = 0) -> None:
    text = _COMMENT.sub("", line[after:]).rstrip()
    blanks = len(text) - len(text.lstrip())
    if text.strip():
        last = entries[-1]
        item = Item(text.strip(), start + after + blanks)
        entries[-1] = Entry(last.section, last.key, last.start, (*last.items, item))
