"""Two editions of a file as people compare them: what is in, what is out, and a few lines around."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import islice, takewhile
from typing import Literal

from django.utils.html import escape

from chairlift.server.web.diffs import LONGEST, Line, Piece

#: Lines of a comparison that one page shows.
MOST = 800
_AROUND = 3
#: Larger pieces without a line in common are shown as a whole taken out and put in.
_MOST_PAIRS = 4_000_000
#: How a piece is changed, and where it begins and ends on both sides.
_Op = tuple[str, int, int, int, int]
_Found = tuple[Literal["replace", "delete", "insert", "equal"], int, int, int, int]


@dataclass(frozen=True)
class Comparison:
    """`left` lines are not shown, since the page is full."""

    pieces: tuple[Piece, ...]
    added: int
    removed: int
    left: int = 0


@lru_cache(maxsize=4)
def compare(before: str, after: str) -> Comparison:
    """The differences, line by line."""
    old, new = before.splitlines(), after.splitlines()
    # Most of a large file is the same, and comparing what is not is what costs.
    head = max(_same(old, new) - _AROUND, 0)
    tail = max(_same(old[head:][::-1], new[head:][::-1]) - _AROUND, 0)
    a, b = old[head : len(old) - tail], new[head : len(new) - tail]
    pieces: list[Piece] = []
    added = removed = left = 0
    room = MOST
    for group in _Matcher(a, b).get_grouped_opcodes(_AROUND) if a != b else ():
        lines = list(islice(_lines(group, a, b, head), room))
        if lines:
            pieces.append(Piece(f"line {group[0][3] + head + 1}", tuple(lines)))
        added += sum(j2 - j1 for tag, _, _, j1, j2 in group if tag != "equal")
        removed += sum(i2 - i1 for tag, i1, i2, _, _ in group if tag != "equal")
        room -= len(lines)
        left += sum(_length(op) for op in group) - len(lines)
    return Comparison(tuple(pieces), added, removed, left)


class _Matcher(SequenceMatcher[str]):
    """Groups what was found elsewhere: by itself it would take a time that grows with the square of the file."""

    def __init__(self, a: list[str], b: list[str]) -> None:
        super().__init__(None, a, b)
        self._both = a, b

    def get_opcodes(self) -> list[_Found]:
        return list(_merged(_ops(*self._both)))


def _ops(a: list[str], b: list[str]) -> Iterator[_Found]:
    """Between lines that both sides have once and in the same order, what differs is small."""
    i = j = 0
    for x, y in [*_anchors(a, b), (len(a), len(b))]:
        if (x - i) * (y - j) > _MOST_PAIRS:
            yield ("replace", i, x, j, y)
        elif (x, y) != (i, j):
            for tag, i1, i2, j1, j2 in SequenceMatcher(None, a[i:x], b[j:y], autojunk=False).get_opcodes():
                yield (tag, i + i1, i + i2, j + j1, j + j2)
        if x < len(a):
            yield ("equal", x, x + 1, y, y + 1)
        i, j = x + 1, y + 1


def _anchors(a: list[str], b: list[str]) -> list[tuple[int, int]]:
    """The longest run of unique common lines that is in order on both sides (patience sorting)."""
    once = {line for line, count in Counter(a).items() if count == 1}
    once &= {line for line, count in Counter(b).items() if count == 1}
    places = {line: place for place, line in enumerate(b) if line in once}
    ends: list[int] = []
    last: list[int] = []
    before: dict[int, int] = {}
    pairs = [(place, places[line]) for place, line in enumerate(a) if line in once]
    for number, (_, place) in enumerate(pairs):
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
        last[at : at + 1] = [number]
        if at:
            before[number] = last[at - 1]
    found: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        found.append(pairs[number])
        number = before.get(number, -1)
    return found[::-1]


def _merged(ops: Iterator[_Found]) -> Iterator[_Found]:
    """Neighbours that are the same are one."""
    kept: _Found | None = None
    for tag, i1, i2, j1, j2 in ops:
        if kept and kept[0] == tag == "equal":
            kept = (tag, kept[1], i2, kept[3], j2)
            continue
        if kept:
            yield kept
        kept = (tag, i1, i2, j1, j2)
    if kept:
        yield kept


def _lines(group: Sequence[_Op], a: Sequence[str], b: Sequence[str], head: int) -> Iterator[Line]:
    for tag, i1, i2, j1, j2 in group:
        if tag == "equal":
            yield from (_line(" ", i + head + 1, i - i1 + j1 + head + 1, a[i]) for i in range(i1, i2))
        else:
            yield from (_line("-", i + head + 1, 0, a[i]) for i in range(i1, i2))
            yield from (_line("+", 0, j + head + 1, b[j]) for j in range(j1, j2))


def _length(op: _Op) -> int:
    tag, i1, i2, j1, j2 = op
    return i2 - i1 if tag == "equal" else i2 - i1 + j2 - j1


def _same(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def _line(sign: str, old: int, new: int, text: str) -> Line:
    return Line(sign, old, new, escape(text[:LONGEST]), max(len(text) - LONGEST, 0))
