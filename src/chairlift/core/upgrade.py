"""The worlds that the ladder decides about: Upgrade is what is wanted and was said, Seen is what is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from chairlift.core.decision import Party, StepName
from chairlift.core.menu import DEPLOY_DOCS, Campaign, Change, ServiceLevel
from chairlift.core.schedule import ALWAYS, Calendar, due, latest_start
from chairlift.core.unit import Unit
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

    `voices` are its people's names, on forges too, case folded. `suggested`, who has none, is asked without a contact.
    """

    name: str
    people: tuple[str, ...] = ()
    contact: str = ""
    backup: str = ""
    lead: str = ""
    calendar: Calendar = ALWAYS
    voices: frozenset[str] = frozenset()
    suggested: str = ""


@dataclass(frozen=True)
class Service:
    """Something with a repository, an owning squad and perhaps a deployment.

    `tests` is the repository's own test command, run in a checkout. Empty are `environments` where the campaign's hold,
    `deployer` and `monitor` (a kind and its settings) where there is none, `pool` where all of its forge share one CI.
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
    pool: str = ""

    def lacks(self, level: ServiceLevel, today: date) -> tuple[str, ...]:
        """Why it may not have this level: needs that the level does not give; then documentation of how to deploy.

        A promise of that counts until its day is past.
        """
        missing = sorted(self.needs & set(level.not_for))
        documented = self.deploy_docs or (self.docs_promised and self.docs_promised >= today)
        return (*missing, *([DEPLOY_DOCS] if DEPLOY_DOCS in level.needs and not documented else []))


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
    """What people chose, said and promised, and what Chairlift has announced, pushed and seen: a fold over the log.

    Keys of mappings start with the slug of the change they are about. `running` is when a merged commit was first seen
    in an environment, `verdicts` the final ones there, by (change, environment, merged commit). `withdrawn` are those
    that Chairlift closed, by (change, `PullRequest.key`), `deeds` how often it did what since the last wish to retry.
    """

    level: str = ""
    chosen_by: str = ""
    chosen_at: datetime | None = None
    chosen_why: str = ""
    begun: Mapping[tuple[str, StepName], str] = field(default_factory=dict)
    planned: frozenset[str] = frozenset()
    announcing: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    announced: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    approved: frozenset[tuple[str, str]] = frozenset()
    ours: frozenset[str] = frozenset()
    withdrawn: frozenset[tuple[str, str]] = frozenset()
    hold: SignOff | None = None
    blockers: tuple[Blocker, ...] = ()
    problems: tuple[Blocker, ...] = ()
    deployed: Mapping[tuple[str, str], SignOff] = field(default_factory=dict)
    tested: Mapping[str, tuple[SignOff, ...]] = field(default_factory=dict)
    running: Mapping[tuple[str, str, str], datetime] = field(default_factory=dict)
    verdicts: Mapping[tuple[str, str, str], Verdict] = field(default_factory=dict)
    attempts: Mapping[str, int] = field(default_factory=dict)
    deeds: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    retries: int = 0
    exempt_until: datetime | None = None
    exempt_why: str = ""
    asked: Mapping[str, datetime] = field(default_factory=dict)
    reminded: frozenset[str] = frozenset()
    heard: datetime | None = None


@dataclass(frozen=True)
class Upgrade:
    """One service's passage through one campaign: the unit of everything.

    `team` are all names that the project team's people go by. `paused`, `braked` and `alarmed` hold the reason, if any.
    """

    campaign: Campaign
    service: Service
    said: Said = Said()
    admitted: bool = True
    admitted_why: str = ""
    paused: str = ""
    braked: str = ""
    alarmed: str = ""
    team: frozenset[str] = frozenset()

    @property
    def level(self) -> ServiceLevel | None:
        """The level chosen now; None until the squad has chosen."""
        return self.campaign.level(self.said.level) if self.said.level else None

    def level_of(self, change: Change, step: StepName) -> ServiceLevel:
        """The level under which this step began, else the one chosen now: a later choice moves no step that began."""
        begun = self.said.begun.get((change.slug, step))
        level = self.campaign.level(begun) if begun else self.level
        assert level is not None, "nobody does a step before a level is chosen"
        return level

    def who(self, change: Change, step: StepName) -> Party:
        """Who does this step of this change."""
        return self.level_of(change, step).who(step)

    @property
    def environments(self) -> tuple[str, ...]:
        return self.service.environments or self.campaign.environments

    @property
    def calendar(self) -> Calendar:
        """The squad's hours, with the campaign's freezes on top."""
        return self.service.squad.calendar.with_freezes(self.campaign.freezes)

    def branch(self, change: Change, revert: bool = False) -> str:
        return self.campaign.branch(change.slug, self.said.attempts.get(change.slug, 1), revert)

    def due(self, step: StepName, start: datetime) -> datetime:
        """When the squad's step is due: as promised, and early enough for what comes after it before the deadline."""
        latest = latest_start(self.campaign.deadline, self.campaign.times_after.get(step, ()), self.calendar)
        return due(start, self.campaign.times.of(step), self.calendar, latest)

    def unmet(self, change: Change) -> str:
        """The first condition of the merging level that the service does not meet, in words; empty if none."""
        needs = self.level_of(change, StepName.MERGE).needs
        if DEPLOY_DOCS in needs and not self.service.deploy_docs:
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

    `commit` holds the change on top of `base`; the same each time, it proves whose a branch is. `report` is Markdown.
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
    report: str = ""


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
    """A review on one head; `by` is a name on the forge, `id` its own there, empty where a comment holds its text."""

    by: str
    state: str
    head: str
    at: datetime
    text: str = ""
    id: str = ""


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
    """A pull request as its forge shows it; `state` is open, closed or merged.

    `waits` is what its forge asks for besides approvals and checks, in words; `queued`: it merges by itself in time.
    """

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
    waits: tuple[str, ...] = ()
    queued: bool = False
    reviews: tuple[Review, ...] = ()
    checks: tuple[Check, ...] = ()
    url: str = ""

    @property
    def key(self) -> str:
        """This pull request at this head: what was said of it holds until somebody pushes."""
        return f"{self.number} {self.head}"


@dataclass(frozen=True)
class Issue:
    """Our issue on a service's forge; `digest` is that of the text it holds now."""

    number: int
    state: str
    digest: str
    url: str = ""


def digest(title: str, body: str) -> str:
    """What the text of an issue is compared by."""
    return hashlib.sha256(f"{title}\n\n{body}".encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True)
class Deployment:
    """What runs in one environment, as the deployer says, or as the person in `by` said where there is no deployer."""

    environment: str
    commit: str
    since: datetime
    by: str = ""


class Holds(StrEnum):
    """Whether what runs holds the merged change; DIVERGED is neither: deploying the merge would take something away."""

    YES = "yes"
    NO = "no"
    NOTHING_RUNS = "nothing runs"
    DIVERGED = "diverged"
    REVERTED = "reverted"
    UNKNOWN = "still finding out"


@dataclass(frozen=True)
class Running:
    """One environment: what runs, whether it holds the change, and when it was first seen to."""

    environment: str
    holds: Holds
    deployment: Deployment | None = None
    since: datetime | None = None
    releasing: str = ""
    failed: str = ""


@dataclass(frozen=True)
class Seen:
    """What the steps have seen so far, in one walk for one change.

    `heads` are the remote's branches. `ahead` are plans of later changes, stacked on this one, made for the squad to
    choose by. `rebased` is the plan with others' commits on top, where those are in the way. `head` is the
    verification of the pull request's head, `before` that of the default branch.
    """

    base: str = ""
    default_branch: str = ""
    heads: Mapping[str, str] = field(default_factory=dict)
    pull: PullRequest | None = None
    revert: PullRequest | None = None
    plan: Plan | None = None
    before: Verification | None = None
    after: Verification | None = None
    head: Verification | None = None
    ahead: tuple[tuple[str, Plan, Verification], ...] = ()
    todo: tuple[Unit, ...] = ()
    rebased: str = ""
    issue: Issue | None = None
    issue_digest: str = ""
    environments: tuple[Running, ...] = ()
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)

    @property
    def reverted(self) -> bool:
        return bool(self.revert and self.revert.state == "merged")

    @property
    def merged(self) -> bool:
        """Our pull request is merged, and into the default branch."""
        return bool(self.pull and self.pull.state == "merged" and self.pull.base == self.default_branch)

    @property
    def past_merge(self) -> bool:
        """Merged, by whomever: our pull request was, or the re-scan finds nothing left to do; or merged and undone."""
        return self.merged or bool(self.plan and self.plan.state is PlanState.NOTHING)

    @property
    def moot(self) -> bool:
        """Our pull request is open, and its change is on the default branch without it."""
        return self.past_merge and bool(self.pull and self.pull.state == "open")

    @property
    def merged_commit(self) -> str:
        """The commit that brought the change; empty when it came without our pull request."""
        return self.pull.merged_commit if self.pull and self.merged else ""

    @property
    def exact(self) -> bool:
        """The head is a commit that the recipe made: the same inputs give the same commit."""
        return bool(self.pull and self.plan and self.pull.head == self.plan.commit)
