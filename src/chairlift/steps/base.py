"""What a step is: a home for looking, deciding and acting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chairlift.core.decision import Decision, Do, StepName
from chairlift.core.menu import Change
from chairlift.core.upgrade import PullRequest, Seen, Upgrade
from chairlift.ports import Ports


@dataclass(frozen=True)
class Done:
    """What came of an act, in words for the log; `opened` is the pull request that was, where nothing else was done."""

    words: str
    opened: PullRequest | None = None


class Step(Protocol):
    """One rung of the ladder. `look` only reads, `decide` is pure, `act` changes the world once and may be repeated."""

    name: StepName

    def look(self, up: Upgrade, change: Change, seen: Seen, ports: Ports, now: datetime) -> Seen:
        """What this step needs to know, added to what the steps before it saw."""
        ...

    def decide(self, up: Upgrade, change: Change, seen: Seen, now: datetime) -> Decision:
        """Where this step stands."""
        ...

    def act(self, up: Upgrade, change: Change, seen: Seen, do: Do, ports: Ports) -> Done:
        """Do it, and say what came of it."""
        ...
