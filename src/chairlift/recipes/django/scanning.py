"""Finds which of many literals a file holds, in one pass over its bytes: what holds none of them is never parsed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cached_property

from ahocorasick_rs import BytesAhoCorasick, Implementation

from chairlift.recipes.django.source import cookie

#: Encodings in which ASCII is written as itself. In any other one a name may hide from a search of the bytes.
_PLAIN = ("utf-8", "ascii", "us-ascii", "iso-8859-", "latin", "cp125", "windows-125", "koi8-")


class Scanner:
    """Made once for a run. `literals` are searched as substrings."""

    def __init__(self, literals: Iterable[bytes]) -> None:
        #: An empty one would be in every file.
        self.literals = tuple(sorted({each for each in literals if each}))
        self._everything = frozenset(self.literals)
        # As an automaton its time does not grow with the number of literals, as that of `in` does.
        self._automaton = BytesAhoCorasick(self.literals, implementation=Implementation.DFA)

    def found(self, data: bytes) -> frozenset[bytes]:
        """The literals that are in the file, or in what Python makes of it.

        Python reads a name as its NFKC form (`ｕｔｃ` is `utc`), and a cookie may name an encoding that hides ASCII.
        """
        held = self._held(data)
        if not is_plain(data):
            if not _hides_nothing(data):
                return self._everything
            text = unicodedata.normalize("NFKC", data.decode("utf-8", errors="replace"))
            held |= self._held(text.encode("utf-8", errors="replace"))
        return frozenset(self.literals[place] for place in held)

    def _held(self, data: bytes) -> set[int]:
        return {match[0] for match in self._automaton.find_matches_as_indexes(data, overlapping=True)}


_WORD = re.compile(rb"\w+")


class Held:
    """What stands in a file, asked for more closely than by literals: whole words, made out only where they are needed.

    `words` is None where the names that Python reads cannot be told by the bytes.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data

    @cached_property
    def words(self) -> frozenset[bytes] | None:
        return frozenset(_WORD.findall(self.data)) if is_plain(self.data) else None

    def holds(self, what: Asked) -> bool:
        """Whether all these words stand here, wherever, or this text as it is, or what matches; True if untold."""
        if self.words is None:
            return True
        if isinstance(what, frozenset):
            return what <= self.words
        return what in self.data if isinstance(what, bytes) else what.search(self.data) is not None


#: Words that must all stand in a file, a text that must stand there as it is, or a pattern of its bytes.
Asked = frozenset[bytes] | bytes | re.Pattern[bytes]
_NAME = re.compile(r"\w+(?:\.\w+)*")


def asked(text: str | re.Pattern[bytes]) -> Asked:
    """Of a name or a dotted name its words, as there may be space around its dots; of any other text its bytes."""
    if isinstance(text, re.Pattern):
        return text
    return frozenset(_WORD.findall(text.encode())) if _NAME.fullmatch(text) else text.encode()


class Lines:
    """Finds the lines on which one of some words stands."""

    def __init__(self, words: Iterable[bytes]) -> None:
        self._automaton = BytesAhoCorasick(sorted(words), implementation=Implementation.DFA)

    def found(self, data: bytes) -> list[int] | None:
        """Their numbers in order, from 1; None where lines or names cannot be told by the bytes."""
        if not is_plain(data) or (b"\r" in data and data.count(b"\r") != data.count(b"\r\n")):
            return None
        numbers: list[int] = []
        at, line = 0, 1
        for _, start, _ in self._automaton.find_matches_as_indexes(data):
            line += data.count(b"\n", at, start)
            at = start
            numbers.append(line)
        return numbers


def is_plain(data: bytes) -> bool:
    """Whether every name that Python reads in the file is there byte for byte."""
    if not _hides_nothing(data):
        return False
    return data.isascii() or unicodedata.is_normalized("NFKC", data.decode("utf-8", errors="replace"))


def _hides_nothing(data: bytes) -> bool:
    try:
        return (cookie(data) or "utf-8").startswith(_PLAIN)
    except SyntaxError:
        return False
