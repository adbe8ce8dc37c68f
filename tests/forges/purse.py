"""A budget for tests of adapters, that notes what it is asked."""

from __future__ import annotations

from chairlift.core.budget import Call, Heard, Lane, Limits
from chairlift.ports import Spent


class Purse:
    """`spent` are all calls that were let through, by whom and in which lane; no more than `left` are."""

    def __init__(self, left: int = 10_000) -> None:
        self.left = left
        self.spent: list[tuple[str, Lane, Call]] = []
        self.told: list[Heard] = []

    def spend(self, identity: str, limits: Limits, lane: Lane, call: Call) -> None:
        if not self.left:
            raise Spent("the budget is used up", after=5)
        self.left -= 1
        self.spent.append((identity, lane, call))

    def heard(self, identity: str, heard: Heard) -> None:
        self.told.append(heard)

    def count(self, *calls: Call) -> int:
        return sum(call in calls for _, _, call in self.spent)
