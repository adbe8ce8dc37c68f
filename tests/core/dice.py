"""Chance for random worlds, from bytes that hypothesis draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


#: More than any world rolls.
ROLLS = 200


class Dice:
    """Chance from bytes: where all of them are zero everything is fine, and that is where hypothesis shrinks to."""

    def __init__(self, rolls: bytes) -> None:
        self._rolls = iter(rolls)

    def pick(self, options: Sequence[T]) -> T:
        return options[next(self._rolls) % len(options)]

    def usually(self, good: T, *others: T, but: int) -> T:
        """`good`, and in `but` of a hundred rolls one of the others."""
        return good if next(self._rolls) * 100 < (100 - but) * 256 else self.pick(others)
