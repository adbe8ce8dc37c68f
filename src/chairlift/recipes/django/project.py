"""The checkout as fixers see it: which files there are, and what is in them. Nothing here writes."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from chairlift.recipes.django.source import NotPython, Source

#: Folders that hold other people's code, or what tools left.
SKIPPED = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        ".tox",
        ".nox",
        ".venv",
        "venv",
        "env",
        "node_modules",
        "__pycache__",
        ".eggs",
        ".mypy_cache",
    }
)
#: A file of more bytes is data, not source.
LARGEST = 2_000_000

_Fact = TypeVar("_Fact")


@dataclass
class Project:
    """`root` is the checkout; paths are relative to it, with slashes."""

    root: Path
    _sources: dict[str, Source | None] = field(default_factory=dict, repr=False)
    _facts: dict[Callable[..., object], Any] = field(default_factory=dict, repr=False)
    _vendored: list[str] = field(default_factory=list, repr=False)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Regular files, sorted; no links (an editor that follows one changes a file twice, or one outside)."""
        return tuple(sorted(self._below(self.root, "")))

    def _below(self, folder: str | Path, before: str) -> Iterator[str]:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = before + entry.name
                if entry.is_symlink():
                    continue
                if entry.is_dir():
                    if entry.name == "django" and _is_django(entry.path):
                        self._vendored.append(name)
                    elif entry.name not in SKIPPED and not os.path.lexists(os.path.join(entry.path, ".git")):
                        yield from self._below(entry.path, name + "/")
                elif entry.is_file():
                    yield name

    @property
    def vendored(self) -> tuple[str, ...]:
        """Folders with a copy of Django itself, which is nobody's here to change."""
        _ = self.paths
        return tuple(sorted(self._vendored))

    def matching(self, *patterns: str) -> Iterator[str]:
        """Paths whose last part matches, or that match as a whole if the pattern has a slash."""
        for path in self.paths:
            last = path.rpartition("/")[2]
            if any(fnmatch.fnmatchcase(path if "/" in each else last, each) for each in patterns):
                yield path

    def read(self, path: str) -> bytes | None:
        """None where there is no such regular file, or it is too large to be source."""
        file = self.root / path
        try:
            if file.is_symlink() or not file.is_file() or file.stat().st_size > LARGEST:
                return None
            return file.read_bytes()
        except OSError:
            return None

    def is_too_large(self, path: str) -> bool:
        """Whether it is here, and so large that it is not read."""
        file = self.root / path
        try:
            return file.is_file() and not file.is_symlink() and file.stat().st_size > LARGEST
        except OSError:
            return False

    def source(self, path: str) -> Source | None:
        """The parsed file; None where it is missing or is not Python 3."""
        if path not in self._sources:
            self._sources[path] = self._parsed(path)
        return self._sources[path]

    def _parsed(self, path: str) -> Source | None:
        data = self.read(path)
        if data is None:
            return None
        try:
            source = Source(path, data)
            _ = source.tree
        except NotPython:
            return None
        return source

    def once(self, question: Callable[[Project], _Fact]) -> _Fact:
        """What a function says about the checkout, asked once: fixers see one file at a time."""
        if question not in self._facts:
            self._facts[question] = question(self)
        answer: _Fact = self._facts[question]
        return answer


def _is_django(folder: str) -> bool:
    """Whether it is Django itself, and no package of the service's that is called the same."""
    try:
        with open(os.path.join(folder, "__init__.py"), "rb") as file:
            head = file.read(LARGEST)
    except OSError:
        return False
    return b"VERSION" in head and b"get_version" in head
