"""Finds the oldest newer release of a distribution with which something works, with as few tries as can be."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from packaging.version import Version

#: More tries than these cost more than the smaller step is worth.
MOST = 7


def oldest_that_works(
    candidates: Sequence[Version], works: Callable[[Version], bool], most: int = MOST
) -> Version | None:
    """The newest is tried first: if it does not work, none is taken to. Then halves, as far as `most` tries go.

    Where the tries run out, the oldest that was seen to work is the answer: nothing is returned untried.
    """
    if not candidates or not works(candidates[-1]):
        return None
    low, high, tries = 0, len(candidates) - 1, 1
    while low < high and tries < most:
        middle = (low + high) // 2
        tries += 1
        if works(candidates[middle]):
            high = middle
        else:
            low = middle + 1
    return candidates[high]
