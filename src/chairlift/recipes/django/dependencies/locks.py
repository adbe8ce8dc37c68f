"""Compiled requirements files: read into entries, and patched in place in the tool's own format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from packaging.utils import canonicalize_name

#: The pin of a distribution at the start of a line, with what follows the version.
_PIN = re.compile(
    r"(?P<name>[A-Za-z0-9][\w.-]*)(?P<extras>\s*\[[^\]]*\])?\s*==\s*(?P<version>[^\s;\\,#]+)(?P<rest>[^\r\n]*)"
)
_HASH = re.compile(r"--hash[=\s](\w+:\w+)")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
#: Comments that say why a pin is there, below it or behind it.
_VIA = re.compile(r"\s+#")


@dataclass(frozen=True)
class Pin:
    """One pinned distribution: its lines in the file, `first` up to before `end`."""

    name: str
    version: str
    first: int
    end: int
    hashes: tuple[str, ...] = ()
    marker: str = ""

    @property
    def key(self) -> str:
        return canonicalize_name(self.name)


@dataclass(frozen=True)
class Lock:
    """A compiled file as its lines and pins; what is no pin (headers, editable installs, options) is left alone."""

    lines: tuple[str, ...]
    pins: tuple[Pin, ...] = field(default=())

    @property
    def text(self) -> str:
        return "".join(self.lines)

    @property
    def versions(self) -> dict[str, str]:
        return {pin.key: pin.version for pin in self.pins}

    @property
    def hashed(self) -> bool:
        return any(pin.hashes for pin in self.pins)


def read(text: str) -> Lock:
    """Every line that pins with `==`, with its continuation lines, hashes and the comments that belong to it."""
    lines = tuple(found[0] for found in _LINE.finditer(text))
    return Lock(lines, tuple(_pins(lines)))


def _pins(lines: Sequence[str]) -> Iterator[Pin]:
    at = 0
    while at < len(lines):
        found = _PIN.match(lines[at])
        if not found:
            at += 1
            continue
        end = at + 1
        while end < len(lines) and (lines[end - 1].rstrip("\r\n").endswith("\\") or _VIA.match(lines[end])):
            end += 1
        hashes = tuple(_HASH.findall("".join(lines[at:end])))
        marker = found["rest"].partition("#")[0].partition("--hash")[0].partition(";")[2].strip(" \\")
        yield Pin(found["name"], found["version"], at, end, hashes, marker)
        at = end


def patch(lock: Lock, wanted: Lock, names: frozenset[str]) -> str:
    """The lock's text with these distributions as `wanted` has them: other versions, new ones, and ones that go.

    `names` are canonical. Nothing else changes: no header, no annotation, no order, no line end.
    """
    there = {pin.key: pin for pin in lock.pins}
    new = {pin.key: pin for pin in wanted.pins}
    lines: list[str] = list(lock.lines)
    for pin in sorted(lock.pins, key=lambda each: each.first, reverse=True):
        if pin.key not in names:
            continue
        if pin.key not in new:
            del lines[pin.first : pin.end]
        elif new[pin.key].version != pin.version:
            lines[pin.first : pin.end] = _moved(lines[pin.first : pin.end], pin, new[pin.key])
    text = "".join(lines)
    for key in sorted(names & new.keys() - there.keys()):
        text = _with(text, [*wanted.lines[new[key].first : new[key].end]])
    return text


def _moved(lines: list[str], pin: Pin, new: Pin) -> list[str]:
    """The version and the hashes change; a comment behind the version stays in its column where it can."""
    found = _PIN.match(lines[0])
    assert found, "it was read as a pin"
    head = lines[0][: found.start("version")] + new.version
    rest = lines[0][found.end("version") :]
    gap = re.match(r"( {2,})#", rest)
    if gap:
        width = len(gap[1]) + len(pin.version) - len(new.version)
        rest = " " * max(width, 2) + rest[len(gap[1]) :]
    lines = [head + rest, *lines[1:]]
    return _rehashed(lines, new.hashes) if pin.hashes else lines


def _rehashed(lines: list[str], hashes: Sequence[str]) -> list[str]:
    """Other hashes in the places of the old ones, as pip-compile writes them."""
    places = [at for at, line in enumerate(lines) if _HASH.search(line)]
    if not hashes or not places or places[0] == 0:
        return lines
    first = lines[places[0]]
    indent, end = first[: len(first) - len(first.lstrip())], "\r\n" if first.endswith("\r\n") else "\n"
    fresh = [f"{indent}--hash={each} \\{end}" for each in sorted(hashes)]
    fresh[-1] = fresh[-1].replace(f" \\{end}", end)
    return lines[: places[0]] + fresh + lines[places[-1] + 1 :]


def _with(text: str, entry: list[str]) -> str:
    """One more entry, where the order of names has its place for it."""
    lock = read(text)
    name = canonicalize_name(read("".join(entry)).pins[0].name)
    end = "\r\n" if lock.lines and lock.lines[0].endswith("\r\n") else "\n"
    entry = [line.rstrip("\r\n") + end for line in entry]
    lines = list(lock.lines)
    at = next((pin.first for pin in lock.pins if pin.key > name), lock.pins[-1].end if lock.pins else len(lines))
    if at > 0 and lines[at - 1 : at] and not lines[at - 1].endswith("\n"):
        lines[at - 1] += end
    return "".join(lines[:at] + entry + lines[at:])


def changes(before: Lock, after: Lock) -> Mapping[str, tuple[str, str]]:
    """Canonical name -> version before and after; empty for one that is not there."""
    old, new = before.versions, after.versions
    names = sorted(old.keys() | new.keys())
    return {name: (old.get(name, ""), new.get(name, "")) for name in names if old.get(name) != new.get(name)}
