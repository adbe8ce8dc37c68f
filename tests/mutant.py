"""One bug to plant, and the tests that must see it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """`old` stands once in `file` and is replaced by `new`; `tests` must then fail. `breaks` is the law's number.

    It is 0 for a rule that is none of the laws.
    """

    breaks: int
    what: str
    file: str
    old: str
    new: str
    tests: str
