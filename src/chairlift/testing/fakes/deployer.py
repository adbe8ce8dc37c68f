"""Environments in memory, where a deployment can go wrong in all the ways that it does in the world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chairlift.core.upgrade import Deployment
from chairlift.ports import Refused, Unavailable


@dataclass
class MemoryDeployer:
    """Fulfils `chairlift.ports.Deployer`.

    `away` and `failing`, when not empty, are the reasons why nothing can be seen, and why no deployment succeeds.
    `instead` maps a commit that is asked for to the one that is run. What is deployed arrives after `delay`.
    """

    now: Callable[[], datetime]
    away: str = ""
    failing: str = ""
    instead: dict[str, str] = field(default_factory=dict)
    delay: timedelta = timedelta()
    history: dict[tuple[str, str], list[Deployment]] = field(default_factory=dict)

    def running(self, service: str, environment: str) -> Deployment | None:
        self._reach()
        arrived = [d for d in self.history.get((service, environment), ()) if d.since <= self.now()]
        return arrived[-1] if arrived else None

    def deploy(self, service: str, environment: str, commit: str) -> None:
        self._reach()
        if self.failing:
            raise Refused(self.failing)
        history = self.history.setdefault((service, environment), [])
        run = self.instead.get(commit, commit)
        if not history or history[-1].commit != run:
            history.append(Deployment(environment, run, self.now() + self.delay))

    def _reach(self) -> None:
        if self.away:
            raise Unavailable(self.away)
