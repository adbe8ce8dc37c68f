"""The menu of a campaign as values: who does which step at each service level, and what each side promises.

`core/files.py` reads these from a campaign file. Nothing here or anywhere else knows the names of the levels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from types import MappingProxyType
from typing import Any

from chairlift.core.decision import Party, StepName
from chairlift.core.schedule import Duration, Freeze

_NOTHING: Mapping[str, object] = MappingProxyType({})

#: A need that a level may have of its services: documentation of how to deploy, or the promised date of it.
DEPLOY_DOCS = "deploy-docs"
#: A service that needs this is refused at levels that are `not_for` it.
FINE_GRAINED_TESTING = "fine-grained-testing"


@dataclass(frozen=True)
class ServiceLevel:
    """One row of the menu."""

    name: str
    squad: frozenset[StepName]
    notice: bool = False
    needs: tuple[str, ...] = ()
    not_for: tuple[str, ...] = ()
    asks: str = ""
    promises: str = ""

    def who(self, step: StepName) -> Party:
        """Who does this step at this level."""
        return Party.SQUAD if step in self.squad else Party.PROJECT_TEAM

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "name": self.name,
            "steps": {step: self.who(step) for step in StepName},
            "notice": self.notice,
            "needs": list(self.needs),
            "not_for": list(self.not_for),
            "asks": self.asks,
            "promises": self.promises,
        }


@dataclass(frozen=True)
class Times:
    """What a squad promises, and what it is promised.

    After a deployment errors are watched for `watch`, and are *healthy* after `healthy` at the earliest; what is
    ordinary is known from the `baseline` before it. `minute` is what these are counted by: demos have shorter ones.
    """

    notice: Duration = Duration(working_days=3)
    advice: Duration = Duration(seconds=7 * 86_400)
    review: Duration = Duration(seconds=14 * 86_400)
    merge: Duration = Duration(seconds=14 * 86_400)
    deploy: Duration = Duration(seconds=14 * 86_400)
    test: Duration = Duration(seconds=14 * 86_400)
    silence: Duration = Duration(seconds=14 * 86_400)
    watch: Duration = Duration(seconds=8 * 86_400)
    healthy: Duration = Duration(seconds=86_400)
    baseline: Duration = Duration(seconds=28 * 86_400)
    minute: Duration = Duration(seconds=60)
    soak: Duration = Duration(seconds=86_400)
    recipe: Duration = Duration(seconds=1800)
    tests: Duration = Duration(seconds=3600)
    poll: Duration = Duration(seconds=300)

    def of(self, step: StepName) -> Duration:
        """What a squad has promised for one of its steps."""
        return {
            StepName.CREATE: self.review,
            StepName.REVIEW: self.review,
            StepName.MERGE: self.merge,
            StepName.DEPLOY: self.deploy,
            StepName.TEST: self.test,
        }.get(step, self.advice)


@dataclass(frozen=True)
class Change:
    """One pull request of an upgrade, as the campaign declares it.

    `after` is how far the change before it must have come before this one starts. `recipe` holds the recipe's own
    settings for this change. `proof` must appear in the output of the tests (a regular expression; `{…}` are settings
    of the campaign), so that an exit code alone is never believed.
    """

    slug: str
    title: str
    deploys: bool = True
    after: StepName = StepName.TEST
    transitional: bool = False
    proof: str = ""
    recipe: Mapping[str, object] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True)
class Brake:
    """The campaign pauses itself after so many reverts, or so many upgrades that are stuck at once."""

    reverts: int = 2
    stuck: int = 10


@dataclass(frozen=True)
class Campaign:
    """One change wanted in many repositories, as its file says.

    `building` is how many pull requests of one CI pool may be on their way to green at once; 0 is for no limit.
    """

    slug: str
    title: str
    recipe: str
    choose_by: datetime
    deadline: datetime
    levels: tuple[ServiceLevel, ...]
    changes: tuple[Change, ...]
    environments: tuple[str, ...]
    lead: str
    manager: str
    reviewers: tuple[str, ...] = ()
    settings: Mapping[str, object] = field(default_factory=lambda: _NOTHING)
    times: Times = Times()
    zone: tzinfo = UTC
    freezes: tuple[Freeze, ...] = ()
    waves: tuple[int, ...] = (5,)
    building: int = 0
    brake: Brake = Brake()
    merge_method: str = "squash"
    chairlift_approves: bool = False
    why: str = ""
    links: tuple[str, ...] = ()
    weekly_report: bool = True

    def level(self, name: str) -> ServiceLevel:
        """Raises KeyError, with what there is, for an unknown name; case and outer blanks do not matter."""
        wanted = " ".join(name.split()).casefold()
        for level in self.levels:
            if level.name.casefold() == wanted:
                return level
        known = ", ".join(f"'{level.name}'" for level in self.levels)
        raise KeyError(f"no service level called {name!r} in campaign {self.slug}; the menu has {known}")

    def change(self, slug: str) -> Change:
        return next(c for c in self.changes if c.slug == slug)

    def branch(self, change: str, attempt: int = 1, revert: bool = False) -> str:
        """The computed name of a change's branch: never stored, so a retry cannot open a second PR."""
        again = "" if attempt == 1 else f"-{attempt}"
        return f"chairlift/{self.slug}/{change}{again}{'-revert' if revert else ''}"

    @property
    def times_after(self) -> Mapping[StepName, tuple[Duration, ...]]:
        """What must still fit before the deadline once a step is over."""
        watch = self.times.watch if self.times.watch.rough < self.times.test.rough else self.times.test
        return {
            StepName.CREATE: (watch, self.times.deploy, self.times.review),
            StepName.REVIEW: (watch, self.times.deploy),
            StepName.MERGE: (watch, self.times.deploy),
            StepName.DEPLOY: (watch,),
            StepName.TEST: (),
        }
