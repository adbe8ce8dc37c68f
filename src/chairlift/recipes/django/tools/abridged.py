"""Runs the callbacks of django-upgrade over the tokens of an abridged file, and puts back what was left out.

Splitting a file into tokens costs twice as much as parsing it, and most of a file that changes stays as it is. So each
statement in which nothing is to be done is abridged to one that is as deep, as compound and as much of a neighbour: a
name, or an `if` with a `pass`. What stands between statements is kept, and so are the numbers of the lines.
"""

from __future__ import annotations

import ast
import bisect
import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from django_upgrade.main import fixup_dedent_tokens
from tokenize_rt import Token, reversed_enumerate, src_to_tokens, tokens_to_src

from chairlift.recipes.django.tools.visiting import Signed

Callbacks = Mapping[tuple[int | None, int | None], list[Signed]]

_MARK = "_left_out_by_chairlift_"
_STANDS_FOR = re.compile(
    rf"[ \t\f]*(?:if {_MARK}(?P<block>\d+):\r?\n[ \t\f]* pass|{_MARK}(?P<line>\d+))\r?\n", re.ASCII
)
#: A statement of fewer lines is not worth it.
_SHORT = 3
#: These put a decorator above a class or function, and do not care what is in it.
_ABOVE = frozenset({"admin_register", "admin_decorators"})


class Beyond(Exception):
    """The file cannot be abridged: only the whole of it will do, with new callbacks, as they have a memory."""


def rewrite(text: str, tree: ast.Module, callbacks: Callbacks, made: dict[str, int]) -> tuple[str, bool]:
    """The new text, and whether it can be parsed; changes are counted in `made`, by fixer.

    Raises Beyond, and what a callback raises.
    """
    if _MARK in text or ("\r" in text and text.count("\r") != text.count("\r\n")):
        raise Beyond("lines that end with a carriage return alone, or our own mark")
    lines = text.split("\n")
    lines = [line + "\n" for line in lines[:-1]] + lines[-1:]
    short = _Abridged(lines, callbacks)
    short.block(tree.body, 1, len(lines))
    new = _rewritten("".join(short.text), short.numbers, callbacks, made)
    sound = _parses(new)
    full, count = _STANDS_FOR.subn(lambda found: short.left_out[int(found["block"] or found["line"])], new)
    if count != len(short.left_out):
        raise Beyond("what was left out cannot be put back")
    return full, sound


def whole(text: str, callbacks: Callbacks, made: dict[str, int]) -> str:
    """The new text, by way of all its tokens."""
    return _rewritten(text, (), callbacks, made)


class _Abridged:
    """`text` in lines, the `numbers` that these had, and the texts that were `left_out`."""

    def __init__(self, lines: Sequence[str], callbacks: Callbacks) -> None:
        self.text: list[str] = []
        self.numbers: list[int] = []
        self.left_out: list[str] = []
        self._lines = lines
        self._points = sorted(line or 0 for line, _ in callbacks)
        self._whole = {at for at, signed in callbacks.items() if any(name not in _ABOVE for name, _, _ in signed)}

    def block(self, body: Iterable[ast.stmt], first: int, last: int) -> None:
        """Take in the lines of a block."""
        at = first
        for with_points, run in itertools.groupby(_units(body), lambda unit: self._has_point(unit[0], unit[1])):
            units = [*run]
            if with_points:
                for begin, end, node in units:
                    self._keep(at, begin - 1)
                    if node is None or not self._open(node, begin, end):
                        self._keep(begin, end)
                    at = end + 1
                continue
            # The first and the last are neighbours of something; those between go with the first.
            self._keep(at, units[0][0] - 1)
            if len(units) > 1:
                self._leave_out(units[0][0], units[-2][1], units[0][2])
                self._keep(units[-2][1] + 1, units[-1][0] - 1)
            self._leave_out(*units[-1])
            at = units[-1][1] + 1
        self._keep(at, last)

    def _has_point(self, first: int, last: int) -> bool:
        place = bisect.bisect_left(self._points, first)
        return place < len(self._points) and self._points[place] <= last

    def _keep(self, first: int, last: int) -> None:
        self.text += self._lines[first - 1 : last]
        self.numbers += range(first, last + 1)

    def _leave_out(self, first: int, last: int, node: ast.stmt | None) -> None:
        end = self._lines[last - 1]
        if last - first + 1 < _SHORT or node is None or not end.endswith("\n"):
            self._keep(first, last)
            return
        line = self._lines[first - 1]
        indent = line[: len(line) - len(line.lstrip(" \t\f"))]
        newline = "\r\n" if end.endswith("\r\n") else "\n"
        mark = f"{_MARK}{len(self.left_out)}"
        self.left_out.append("".join(self._lines[first - 1 : last]))
        stand = (
            [f"{indent}if {mark}:{newline}", f"{indent} pass{newline}"] if _is_deep(node) else [indent + mark + newline]
        )
        self.text += stand
        self.numbers += [first] * len(stand)

    def _open(self, node: ast.stmt, first: int, last: int) -> bool:
        """Abridge what is in a compound statement; False where all of it is wanted, or it has no lines of its own."""
        head = {(node.lineno, node.col_offset), *((each.lineno, each.col_offset) for each in _decorators(node))}
        bodies = [*_bodies(node, self._lines)]
        if not bodies or not self._whole.isdisjoint(head):
            return False
        at = first
        spans = []
        for body in bodies:
            begin = _first(body[0])
            # On the line of its own head: `if x: y`.
            if self._lines[begin - 1][: body[0].col_offset].strip() and not _decorators(body[0]):
                return False
            spans.append((body, begin, max(each.end_lineno or 0 for each in body)))
        for body, begin, end in spans:
            self._keep(at, begin - 1)
            self.block(body, begin, end)
            at = end + 1
        self._keep(at, last)
        return True


def _decorators(node: ast.stmt) -> Collection[ast.expr]:
    return getattr(node, "decorator_list", ())


def _first(node: ast.stmt) -> int:
    return min([node.lineno, *(each.lineno for each in _decorators(node))])


def _units(body: Iterable[ast.stmt]) -> Iterator[tuple[int, int, ast.stmt | None]]:
    """First and last line of each statement, or of those that share lines with others; then there is no node."""
    first = last = 0
    one: ast.stmt | None = None
    for node in body:
        begin, end = _first(node), node.end_lineno or node.lineno
        if first and begin <= last:
            one, last = None, max(last, end)
            continue
        if first:
            yield first, last, one
        first, last, one = begin, end, node
    if first:
        yield first, last, one


def _is_deep(node: ast.stmt) -> bool:
    return hasattr(node, "body") or isinstance(node, ast.Match)


def _bodies(node: ast.AST, lines: Sequence[str]) -> Iterator[list[ast.stmt]]:
    """The blocks of a compound statement, in the order of their lines."""
    if isinstance(node, ast.Match):
        yield from (case.body for case in node.cases)
        return
    yield from (body for body in [getattr(node, "body", [])] if body)
    for handler in getattr(node, "handlers", ()):
        yield handler.body
    other = getattr(node, "orelse", [])
    if other and isinstance(other[0], ast.If) and lines[other[0].lineno - 1].lstrip().startswith("elif"):
        # To Python an `elif` is an `if` below, but it has no block of its own.
        yield from _bodies(other[0], lines)
    elif other:
        yield other
    if final := getattr(node, "finalbody", []):
        yield final


def _rewritten(text: str, numbers: Sequence[int], callbacks: Callbacks, made: dict[str, int]) -> str:
    tokens = src_to_tokens(text)
    if numbers:
        after = numbers[-1] + 1
        places = [0, *numbers, after, after]
        tokens = [Token(name, src, places[line], column) for name, src, line, column in tokens]
    fixup_dedent_tokens(tokens)
    for place, token in reversed_enumerate(tokens):
        # The place of a token is its last two fields; asking for it as an Offset costs as much as the rest of this.
        signed = callbacks.get(token[2:])
        if signed and token.src:
            for name, callback, _ in signed:
                before = tokens[:]
                callback(tokens, place)
                if tokens != before:
                    made[name] = made.get(name, 0) + 1
    return str(tokens_to_src(tokens))


def _parses(text: str) -> bool:
    try:
        ast.parse(text.encode())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
