"""Runs the callbacks of django-upgrade over the tokens of the statements that they are for, instead of the whole file.

Splitting a file into tokens costs twice as much as parsing it, and most of a file that changes stays as it is. A region
is a run of whole top-level statements: one that changes, and one on each side, as far as any callback looks.
"""

from __future__ import annotations

import ast
import bisect
import itertools
from collections.abc import Iterable, Iterator, Mapping

from django_upgrade.main import fixup_dedent_tokens
from tokenize_rt import Token, reversed_enumerate, src_to_tokens, tokens_to_src

from chairlift.recipes.django.tools.visiting import Signed

Callbacks = Mapping[tuple[int | None, int | None], list[Signed]]


class Beyond(Exception):
    """The lines of the file cannot be told apart, or a callback is for none of its statements."""


def rewrite(text: str, tree: ast.Module, callbacks: Callbacks, made: dict[str, int]) -> tuple[str, bool]:
    """The new text, and whether it can be parsed as far as it is new; changes are counted in `made`, by fixer.

    Raises Beyond, and what a callback raises when it looks further than its region; then only the whole file will do,
    with new callbacks: they have a memory.
    """
    if "\r" in text and text.count("\r") != text.count("\r\n"):
        raise Beyond("lines that end with a carriage return alone")
    lines = text.split("\n")
    lines = [line + "\n" for line in lines[:-1]] + lines[-1:]
    starts = _starts(tree)
    touched = {bisect.bisect_right(starts, line or 0) - 1 for line, _ in callbacks}
    if not starts or -1 in touched:
        raise Beyond("a callback before the first statement")
    parts: list[str] = []
    sound, end = True, len(lines)
    # Backwards, as django-upgrade goes: what is done to calls decides what is done to imports above them.
    for first, last in reversed([*_runs(touched, len(starts))]):
        # Comments above the first statement of all belong to it.
        begin = starts[first] - 1 if first else 0
        until = starts[last + 1] - 1 if last + 1 < len(starts) else len(lines)
        old = "".join(lines[begin:until])
        new = _rewritten(old, begin, callbacks, made)
        sound = sound and (new == old or _parses(new, last=until == len(lines)))
        parts += ["".join(lines[until:end]), new]
        end = begin
    parts.append("".join(lines[:end]))
    return "".join(reversed(parts)), sound


def whole(text: str, callbacks: Callbacks, made: dict[str, int]) -> str:
    """The new text, by way of all its tokens."""
    return _rewritten(text, 0, callbacks, made)


def _starts(tree: ast.Module) -> list[int]:
    """The line on which each run of statements that share no line with others begins."""
    starts: list[int] = []
    busy = 0
    for node in tree.body:
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
        if first > busy:
            starts.append(first)
        busy = max(busy, node.end_lineno or first)
    return starts


def _runs(touched: Iterable[int], count: int) -> Iterator[tuple[int, int]]:
    """First and last of each run, with one neighbour on each side."""
    wide = sorted({near for at in touched for near in (at - 1, at, at + 1) if 0 <= near < count})
    for _, run in itertools.groupby(enumerate(wide), lambda pair: pair[1] - pair[0]):
        members = [at for _, at in run]
        yield members[0], members[-1]


def _rewritten(text: str, shift: int, callbacks: Callbacks, made: dict[str, int]) -> str:
    tokens = src_to_tokens(text)
    if shift:
        tokens = [Token(name, src, (line or 0) + shift, column) for name, src, line, column in tokens]
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


def _parses(text: str, *, last: bool) -> bool:
    """Whether it may stand where whole statements stood."""
    if text and not last and not text.endswith("\n"):
        return False
    try:
        ast.parse(text.encode())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
