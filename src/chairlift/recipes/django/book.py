"""Keeps account of what one change does to a checkout: which files, by whom and why."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from chairlift.recipes.django.dependencies import locks, native
from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.report.model import Reason, Touched

#: Of a file's diff in the report.
_DIFF = 20_000


@dataclass(frozen=True)
class Because:
    """Who changed something, and why: a name, a line, a release note, in so many places."""

    name: str
    title: str
    link: str = ""
    places: int = 1


@dataclass
class Book:
    """One change of the checkout at `root`. Everything is written through it."""

    root: Path
    findings: list[Finding] = field(default_factory=list)
    _before: dict[str, bytes | None] = field(default_factory=dict)
    _why: dict[str, dict[str, Because]] = field(default_factory=dict)

    def write(self, path: str, data: bytes, because: Iterable[Because]) -> None:
        """Put `data` there; a link, or what lies outside of the checkout, is left alone and a finding says so."""
        file = self.root / path
        if file.is_symlink() or not file.resolve().is_relative_to(self.root.resolve()):
            self.findings.append(Finding(path, 0, "link", "left alone: it is a link, or lies outside of the checkout"))
            return
        was = file.read_bytes() if file.is_file() else None
        if was == data:
            return
        self._before.setdefault(path, was)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        self._say(path, because)

    def wrote(self, path: str, because: Because) -> None:
        """A new file that something else has put there."""
        self._before.setdefault(path, None)
        self._say(path, (because,))

    def _say(self, path: str, because: Iterable[Because]) -> None:
        known = self._why.setdefault(path, {})
        for each in because:
            before = known.get(each.name)
            places = each.places + (before.places if before else 0)
            known[each.name] = Because(each.name, each.title, each.link, places)

    def pins(self) -> dict[str, tuple[str, str]]:
        """Distributions whose pins differ now: name -> version before and after, empty where it was or is not there."""
        moved: dict[str, tuple[str, str]] = {}
        for path in sorted(self._before):
            file, before = self.root / path, self._before[path] or b""
            if path.endswith((".txt", ".pip")) and file.is_file():
                old, new = (locks.read(data.decode("utf-8", "replace")) for data in (before, file.read_bytes()))
                # A file without it must not hide that another one had it.
                moved = {**locks.changes(old, new), **{name: each for name, each in moved.items() if all(each)}}
            elif path.endswith(native.LOCKS) and file.is_file():
                was, now = (native.packages(data.decode("utf-8", "replace")) for data in (before, file.read_bytes()))
                names = sorted(name for name in was.keys() | now.keys() if was.get(name) != now.get(name))
                moved |= {name: (was.get(name, ""), now.get(name, "")) for name in names}
        return moved

    def touched(self) -> tuple[Touched, ...]:
        """The files that differ now from how they were found."""
        return tuple(each for path in sorted(self._before) if (each := self._touched(path)) is not None)

    def _touched(self, path: str) -> Touched | None:
        file = self.root / path
        before, after = self._before[path] or b"", file.read_bytes() if file.is_file() else b""
        if before == after and self._before[path] is not None:
            return None
        old, new = (data.decode("utf-8", "surrogateescape").splitlines(keepends=True) for data in (before, after))
        lines = [*difflib.unified_diff(old, new, path, path, n=3)]
        body = [line for line in lines[2:] if line[:1] in "+-"]
        added = sum(line.startswith("+") for line in body)
        diff = "".join(line if line.endswith("\n") else line + "\n" for line in lines)
        by = tuple(sorted(self._why.get(path, ())))
        shown = diff[:_DIFF].encode("utf-8", "replace").decode()
        return Touched(path, added, len(body) - added, by, shown)

    def reasons(self) -> tuple[Reason, ...]:
        """Each once, with all of its files."""
        files: dict[str, list[str]] = {}
        one: dict[str, Because] = {}
        for path in sorted(self._why):
            for name, each in self._why[path].items():
                files.setdefault(name, []).append(path)
                places = each.places + (one[name].places if name in one else 0)
                one[name] = Because(name, each.title, each.link, places)
        return tuple(Reason(name, each.title, each.link, each.places, tuple(files[name])) for name, each in one.items())
