"""Where a service stands, as everybody is told: on the command line, on the pages, and over the network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

#: Kinds of `decision` that need a person, and those that are trouble.
NEEDS_PERSON = frozenset({"ask", "stop", "refused"})
TROUBLE = frozenset({"unavailable", "bug"})
#: Kinds of `decision` after which nothing goes on before the project team has looked.
STUCK = frozenset({"refused", "bug", "stop"})
#: Whose turn it is where nobody has to do anything.
OURS = "Chairlift"


@dataclass(frozen=True)
class Standing:
    """One row of `status`: where a service stands, whose turn it is, since when, until when and why."""

    service: str
    squad: str
    level: str
    change: str
    step: str
    decision: str
    turn: str
    since: datetime | None
    due: datetime | None
    why: str
    pull: str
    done: bool
    overdue: bool

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in vars(self).items()}


@dataclass(frozen=True)
class Reasoning:
    """All that `why` shows of one service."""

    standing: Standing
    level: str
    chosen: str
    steps: tuple[tuple[str, str], ...]
    evidence: dict[str, Any]
    blockers: tuple[str, ...]
    units: tuple[dict[str, Any], ...]
    log: tuple[dict[str, Any], ...]
    next_look: datetime | None


def in_order(found: Iterable[Standing]) -> list[Standing]:
    """Those that need a person first."""
    return sorted(found, key=lambda s: (s.done, not s.overdue, s.decision not in NEEDS_PERSON, s.service.casefold()))


def exit_code(found: Iterable[Standing]) -> int:
    """0 fine, 1 something needs a person, 3 trouble."""
    kinds = {each.decision for each in found}
    if kinds & TROUBLE:
        return 3
    return 1 if kinds & NEEDS_PERSON else 0
