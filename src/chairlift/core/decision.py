"""What a look at an upgrade can conclude, and all that Chairlift ever does to the world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Party(StrEnum):
    """Who does a step."""

    PROJECT_TEAM = "project team"
    SQUAD = "squad"


class StepName(StrEnum):
    """The six steps, in the order of the ladder."""

    PLAN = "plan"
    CREATE = "create"
    REVIEW = "review"
    MERGE = "merge"
    DEPLOY = "deploy"
    TEST = "test"

    @property
    def rank(self) -> int:
        return list(StepName).index(self)


class Verb(StrEnum):
    """What Chairlift does; `about` of its Do names the commit, text or pull request that it is done to."""

    PLAN = "plan"
    VERIFY = "verify"
    OPEN = "open"
    UPDATE = "update"
    REBASE = "rebase"
    FILE = "file"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    ANNOUNCE = "announce"
    MERGE = "merge"
    DEPLOY = "deploy"
    ALARM = "alarm"
    REVERT = "revert"
    ROLL_BACK = "roll back"
    REPORT = "report"
    REMIND = "remind"


#: The step that must be the project team's before Chairlift may do this to a repository or a deployment.
STEP_OF: dict[Verb, StepName] = {
    Verb.OPEN: StepName.CREATE,
    Verb.UPDATE: StepName.CREATE,
    Verb.REBASE: StepName.CREATE,
    Verb.WITHDRAW: StepName.CREATE,
    Verb.APPROVE: StepName.REVIEW,
    Verb.MERGE: StepName.MERGE,
    Verb.DEPLOY: StepName.DEPLOY,
    Verb.REVERT: StepName.MERGE,
    Verb.ROLL_BACK: StepName.DEPLOY,
}

#: What even a paused or braked campaign does.
UNDOING = frozenset({Verb.REVERT, Verb.ROLL_BACK})

#: And what it says.
URGENT = UNDOING | {Verb.ALARM}

#: Touches nothing but our own mirror, so that a paused campaign may still think.
THINKING = frozenset({Verb.PLAN, Verb.VERIFY})

#: What somebody else's program may take back again and again.
CONTESTED = frozenset(
    {Verb.UPDATE, Verb.REBASE, Verb.FILE, Verb.WITHDRAW, Verb.APPROVE, Verb.ANNOUNCE, Verb.MERGE, Verb.REPORT}
)

#: So often the same is done before a person is asked who takes it back.
ROUNDS = 3


@dataclass(frozen=True)
class Satisfied:
    """Go on to the next step."""

    why: str


@dataclass(frozen=True)
class Do:
    """Change the world once; safe to do twice. `where` is the environment, for a deployment.

    `since` is when it was meant for the first time, for what must say the same when it is done twice.
    """

    verb: Verb
    about: str
    why: str
    where: str = ""
    since: datetime | None = None


@dataclass(frozen=True)
class Wait:
    """Nothing to do before `until`, which lies in the future.

    `told` says that its end is told: the mark of the forge differs, or who ends it nudges. Where marks are watched,
    nobody looks for it.
    """

    until: datetime
    why: str
    told: bool = False


@dataclass(frozen=True)
class Ask:
    """Only a person can say or do it. `about` is the stable name of the question: while it stays, the reminders run on.

    `since` is when the turn began in the world's own time (a merge, say), or None for "when we first saw it".
    """

    whom: Party
    about: str
    why: str
    due: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class Stop:
    """Over, without success, until somebody asks again."""

    why: str


Decision = Satisfied | Do | Wait | Ask | Stop
