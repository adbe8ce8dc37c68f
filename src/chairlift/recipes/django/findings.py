"""What fixers and detectors say: edits of a text, and findings for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """How a finding is to be taken."""

    #: It breaks on the target, and nothing here mends it.
    MUST = "must be mended"
    #: Behaviour changes silently, or may: somebody has to look.
    LOOK = "look at it"
    #: Good to know.
    NOTE = "note"


@dataclass(frozen=True, order=True)
class Finding:
    """Something for a person: where, what, how to go on, and the release note. `line` 0 is the whole file."""

    path: str
    line: int
    code: str
    text: str
    how: str = ""
    link: str = ""
    weight: Weight = Weight.LOOK


@dataclass(frozen=True)
class Edit:
    """The characters from `start` up to `end` become `text`. Edits of one group are made together or not at all."""

    start: int
    end: int
    text: str
    fixer: str = ""
    group: int = 0


def apply(text: str, edits: Iterable[Edit]) -> tuple[str, tuple[Edit, ...]]:
    """The text with the edits made, and those that were: of two that overlap the first wins, with all of its group.

    Equal insertions at one place are one (two fixers that need the same import).
    """
    made = _without_clashes(list(dict.fromkeys(edits)))
    for edit in sorted(made, key=lambda each: (each.start, each.end), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text, tuple(made)


def _without_clashes(edits: Sequence[Edit]) -> list[Edit]:
    groups: dict[tuple[str, int], list[Edit]] = {}
    for place, edit in enumerate(edits):
        groups.setdefault((edit.fixer, edit.group or -place - 1), []).append(edit)
    taken: list[Edit] = []
    for group in groups.values():
        fresh = [edit for edit in group if (edit.start, edit.end, edit.text) not in {_key(each) for each in taken}]
        if not any(_clash(edit, other) for edit in fresh for other in taken):
            taken += fresh
    return taken


def _key(edit: Edit) -> tuple[int, int, str]:
    return edit.start, edit.end, edit.text


def _clash(one: Edit, other: Edit) -> bool:
    if one.start == one.end == other.start == other.end:
        return False
    return (one.start < other.end and other.start < one.end) or one.start == other.start
