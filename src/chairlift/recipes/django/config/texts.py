"""The text of a configuration file as it is: line ends, byte order mark and encoding are kept."""

from __future__ import annotations

import codecs
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from chairlift.recipes.django.findings import Edit, apply
from chairlift.recipes.django.project import Project


@dataclass(frozen=True)
class Text:
    """`text` has the line ends of the file, and no byte order mark."""

    path: str
    text: str
    mark: bytes = b""
    encoding: str = "utf-8"

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(at + 1 for at, letter in enumerate(self.text) if letter == "\n")]

    def line(self, offset: int) -> int:
        """The number of the line, from 1, in which this offset lies."""
        return bisect_right(self._starts, offset)

    def start_of_line(self, offset: int) -> int:
        return self._starts[self.line(offset) - 1]

    def end_of_line(self, offset: int) -> int:
        """After the line's end, or the end of the text."""
        at = self.line(offset)
        return self._starts[at] if at < len(self._starts) else len(self.text)

    def indent(self, offset: int) -> str:
        """The blanks at the start of the line of this offset."""
        line = self.text[self.start_of_line(offset) : self.end_of_line(offset)]
        return line[: len(line) - len(line.lstrip(" \t"))]

    @property
    def newline(self) -> str:
        first = self.text.find("\n")
        return "\r\n" if first > 0 and self.text[first - 1] == "\r" else "\n"

    def encoded(self, text: str) -> bytes:
        return self.mark + text.encode(self.encoding)

    def edited(self, edits: Iterable[Edit]) -> Text:
        """The text with all of these made; none of them may overlap another."""
        wanted = list(edits)
        text, made = apply(self.text, wanted)
        assert len(made) == len(set(wanted)), f"edits of {self.path} overlap"
        return Text(self.path, text, self.mark, self.encoding)


_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def decode(path: str, data: bytes) -> Text | None:
    """None for what is no text in UTF-8 or, with a byte order mark, in UTF-16."""
    mark, encoding = next((each for each in _MARKS if data.startswith(each[0])), (b"", "utf-8"))
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else Text(path, text, mark, encoding)


def read(project: Project, path: str) -> Text | None:
    """None where there is no such file, or it is no text."""
    data = project.read(path)
    return None if data is None else decode(path, data)


@dataclass
class Overlay(Project):
    """A checkout with some files as they would be: what edits are judged by before anything is written."""

    over: Mapping[str, bytes] = field(default_factory=dict)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        return tuple(sorted({*Project(self.root).paths, *self.over}))

    def read(self, path: str) -> bytes | None:
        return self.over[path] if path in self.over else super().read(path)


def overlay(project: Project, over: Mapping[str, bytes]) -> Overlay:
    """`over` wins; an overlay is laid over an overlay."""
    before = project.over if isinstance(project, Overlay) else {}
    return Overlay(project.root, over={**before, **over})
