"""The worlds that the ladder decides about: Upgrade is what is wanted and was said, Seen is what is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from chairlift.core.decision import Party, StepName
from chairlift.core.menu import DEPLOY_DOCS, Campaign, Change, ServiceLevel
from chairlift.core.schedule import ALWAYS, Calendar
from chairlift.core.verdict import Verdict


@dataclass(frozen=True)
class Person:
    """Somebody who may speak: `handles` are their names on forges."""

    name: str
    email: str = ""
    handles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Squad:
    """The people who own services; `contact` and `backup` are names of people in it.

    `voices` are all names that its people go by, on forges too, case folded.
    """

    name: str
    people: tuple[str, ...] = ()
    contact: str = ""
    backup: str = ""
    lead: str = ""
    calendar: Calendar = ALWAYS
    voices: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Service:
    """Something with a repository, an owning squad and perhaps a deployment.

    `tests` is the repository's own test command, run in a checkout. `environments` is empty where the campaign's hold.
    `deployer` and `monitor` are a kind and its settings; an empty mapping means that there is none.
    """

    name: str
    squad: Squad
    repo: str
    forge: str = "local"
    tests: str = ""
    deploy_docs: str = ""
    docs_promised: date | None = None
    needs: frozenset[str] = frozenset()
    library: bool = False
    after: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    deployer: Mapping[str, object] = field(default_factory=dict)
    monitor: Mapping[str, object] = field(default_factory=dict)
    wave: int = 0


@dataclass(frozen=True)
class Blocker:
    """A recorded reason not to go on; `due` is when its owner promised an answer."""

    id: str
    text: str
    owner: Party
    by: str
    at: datetime
    due: datetime | None = None


@dataclass(frozen=True)
class SignOff:
    """A named person's word: that the running version was tested, or deployed to `where`."""

    by: str
    at: datetime
    note: str = ""
    where: str = ""


@dataclass(frozen=True)
class Said:
    """What people chose, said and promised, and what Chairlift has announced and pushed: a fold over the log.

    Keys of `announced`, `begun` and `sign_offs` start with the change's slug.
    """

    level: str = ""
    chosen_by: str = ""
    chosen_at: datetime | None = None
    begun: Mapping[tuple[str, StepName], str] = field(default_factory=dict)
    announced: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    ours: frozenset[str] = frozenset()
    hold: SignOff | None = None
    blockers: tuple[Blocker, ...] = ()
    deployed: Mapping[str, SignOff] = field(default_factory=dict)
    tested: Mapping[str, tuple[SignOff, ...]] = field(default_factory=dict)
    attempts: Mapping[str, int] = field(default_factory=dict)
    rolled_back: frozenset[str] = frozenset()
    retried: Mapping[str, datetime] = field(default_factory=dict)
    closed_because: Mapping[int, str] = field(default_factory=dict)
    exempt_until: datetime | None = None
    exempt_why: str = ""
    reminded: frozenset[str] = frozenset()
    heard: datetime | None = None


@dataclass(frozen=True)
class Upgrade:
    """One service's passage through one campaign: the unit of everything."""

    campaign: Campaign
    service: Service
    said: Said = Said()
    admitted: bool = True
    admitted_why: str = ""
    paused: str = ""
    braked: str = ""
    problems: tuple[str, ...] = ()

    @property
    def level(self) -> ServiceLevel | None:
        """The level chosen now; None until the squad has chosen."""
        return self.campaign.level(self.said.level) if self.said.level else None

    def who(self, change: Change, step: StepName) -> Party:
        """Who does this step of this change: by the level under which it began, else by the level chosen now."""
        begun = self.said.begun.get((change.slug, step))
        level = self.campaign.level(begun) if begun else self.level
        assert level is not None, "nobody does a step before a level is chosen"
        return level.who(step)

    def notice(self, change: Change) -> bool:
        """Whether the merge of this change is announced first."""
        begun = self.said.begun.get((change.slug, StepName.MERGE))
        level = self.campaign.level(begun) if begun else self.level
        return level is not None and level.notice

    @property
    def environments(self) -> tuple[str, ...]:
        return self.service.environments or self.campaign.environments

    @property
    def calendar(self) -> Calendar:
        """The squad's hours, with the campaign's freezes on top."""
        return self.service.squad.calendar.with_freezes(self.campaign.freezes)

    def branch(self, change: Change, revert: bool = False) -> str:
        return self.campaign.branch(change.slug, self.said.attempts.get(change.slug, 1), revert)

    def unmet(self) -> str:
        """The first condition of the level that the service does not meet, in words; empty if none."""
        level = self.level
        if level and DEPLOY_DOCS in level.needs and not self.service.deploy_docs:
            promised = self.service.docs_promised
            return f"deploy documentation, promised for {promised}" if promised else "deploy documentation"
        return ""


class PlanState(StrEnum):
    """How a recipe's run ended."""

    RUNNING = "running"
    PLANNED = "planned"
    NOTHING = "nothing to change"
    FAILED = "failed"


@dataclass(frozen=True)
class Plan:
    """What the recipe found and would do for one change on one base commit, with the evidence.

    `commit` holds the change on top of `base`; it is the same each time, so it proves whose a branch is.
    """

    state: PlanState
    base: str = ""
    commit: str = ""
    tree: str = ""
    files: int = 0
    insertions: int = 0
    deletions: int = 0
    why: str = ""
    findings: tuple[str, ...] = ()


class RunState(StrEnum):
    """How a run of the tests ended; UNPROVEN means green, but nothing shows that the right version ran."""

    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    UNPROVEN = "unproven"
    ABSENT = "no tests configured"


@dataclass(frozen=True)
class Verification:
    """What the tests said about one commit."""

    state: RunState
    why: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Review:
    """A review on one head; `by` is a name on the forge."""

    by: str
    state: str
    head: str
    at: datetime
    text: str = ""


@dataclass(frozen=True)
class Check:
    """A check on one head: `state` is pending, passed or failed."""

    name: str
    state: str
    head: str
    summary: str = ""
    required: bool = True


@dataclass(frozen=True)
class PullRequest:
    """A pull request as its forge shows it; `state` is open, closed or merged."""

    number: int
    branch: str
    base: str
    head: str
    state: str = "open"
    opened_at: datetime | None = None
    opened_by: str = ""
    merged_commit: str = ""
    merged_at: datetime | None = None
    closed_by: str = ""
    closed_at: datetime | None = None
    draft: bool = False
    conflicted: bool = False
    needs_approvals: int = 0
    reviews: tuple[Review, ...] = ()
    checks: tuple[Check, ...] = ()
    url: str = ""


@dataclass(frozen=True)
class Issue:
    """Our issue on a service's forge; `digest` is that of the text it holds now."""

    number: int
    state: str
    digest: str
    url: str = ""


@dataclass(frozen=True)
class Deployment:
    """What runs in one environment: `holds` says whether the change is in it. `by` is empty when it was seen, not told."""

    environment: str
    commit: str
    since: datetime
    holds: bool = False
    by: str = ""
    undone: bool = False


@dataclass(frozen=True)
class Seen:
    """What the steps have seen so far, in one walk for one change."""

    base: str = ""
    default_branch: str = ""
    plan: Plan | None = None
    before: Verification | None = None
    after: Verification | None = None
    pull: PullRequest | None = None
    revert: PullRequest | None = None
    issue: Issue | None = None
    issue_digest: str = ""
    deployments: Mapping[str, Deployment] = field(default_factory=dict)
    deploying: Mapping[str, str] = field(default_factory=dict)
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    no_deployer: bool = False

    @property
    def landed(self) -> bool:
        """The default branch holds the change: merged by whomever, or nothing is left for the recipe to do."""
        if self.reverted:
            return False
        return bool(self.pull and self.pull.state == "merged") or self.rescanned

    @property
    def rescanned(self) -> bool:
        return bool(self.plan and self.plan.state is PlanState.NOTHING)

    @property
    def reverted(self) -> bool:
        return bool(self.revert and self.revert.state == "merged")
