"""What Chairlift needs of the outside, as protocols; adapters answer them, `chairlift.testing.contracts` tests them.

An adapter never retries, logs, reads the clock or the database. It raises Unavailable when the world is away and
Refused when the world said no; anything else that it raises is a bug.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, runtime_checkable

from chairlift.core.budget import Call, Heard, Lane, Limits
from chairlift.core.judging.minutes import Minutes
from chairlift.core.judging.watch import Watches
from chairlift.core.unit import Outcome, Unit
from chairlift.core.upgrade import Deployment, Issue, PullRequest, RunState
from chairlift.core.verdict import Counts


class Unavailable(Exception):
    """The world is away: try again soon, or `after` so many seconds where it said so. The text says what and why."""

    def __init__(self, *words: object, after: float | None = None) -> None:
        super().__init__(*words)
        self.after = after


class Spent(Unavailable):
    """Nothing is away: no call is to be made for now, so that no limit is passed. `after` says how long."""


class Refused(Exception):
    """The world said no: a person must see it. The text says what, why and the remedy."""


class PartlyTold(Refused):
    """Some people cannot be told, and the others have been: to tell these once more would help nobody."""


@dataclass(frozen=True)
class Comment:
    """One comment on a pull request or issue; ids grow with time within a repository."""

    id: int
    number: int
    by: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Finding:
    """What came of looking at one thing that an adapter needs: `wrong` is empty where it is as it must be.

    `wrong` names cause and remedy, `note` what else is worth knowing. Neither holds a secret.
    """

    what: str
    wrong: str = ""
    note: str = ""


@dataclass(frozen=True)
class Watched:
    """What a forge is watched for: branches of a repository, and our issue under a key."""

    repo: str
    branches: tuple[str, ...]
    key: str = ""


@runtime_checkable
class Budget(Protocol):
    """What an identity may still ask of a forge, shared by all who work under it; adapters that ask for it get it.

    `identity` names whose limits are meant, such as 'github.com app 12'; it holds no secret.
    """

    def spend(self, identity: str, limits: Limits, lane: Lane, call: Call) -> None:
        """Take what a call costs before it is made; waits some seconds where that is enough.

        Spent, with `after`, where it is not: the call is not made then.
        """
        ...

    def heard(self, identity: str, heard: Heard) -> None:
        """What the forge said of the limits, after each answer that says something."""
        ...


@runtime_checkable
class Forge(Protocol):
    """Where repositories and pull requests live. `repo` is the forge's own name of a repository."""

    def git_url(self, repo: str) -> str:
        """What `git fetch` and `git push` are given."""
        ...

    def pull_for(self, repo: str, branch: str) -> PullRequest | None:
        """The open pull request from this branch, else the newest; with reviews, checks and its present head."""
        ...

    def ensure_pull(
        self, repo: str, branch: str, base: str, title: str, body: str, labels: Sequence[str] = ()
    ) -> PullRequest:
        """The open pull request from `branch`, opened if there is none. Opening twice gives the same one.

        So it does where this very head was merged in between.
        """
        ...

    def approve(self, repo: str, number: int, head: str, text: str) -> None:
        """Approve this very head; refused when the head has moved."""
        ...

    def merge(self, repo: str, number: int, expected_head: str, method: str) -> str:
        """Merge by squash, merge or rebase and return the commit on the base; the same again when already merged.

        Empty where the forge has put it into its queue or will merge it by itself: then `PullRequest.queued` says so.
        Refused when the head is not the expected one, the branch is protected, or it conflicts.
        """
        ...

    def withdraw(self, repo: str, number: int, expected_head: str) -> None:
        """Close our own without merging; nothing happens where it is closed or merged already.

        Refused when the head is not the expected one.
        """
        ...

    def ensure_comment(self, repo: str, number: int, key: str, text: str) -> None:
        """Our own comment under this key, edited in place when the text differs."""
        ...

    def comments(self, repo: str, after: int) -> Sequence[Comment]:
        """All comments of the repository with an id above `after`, oldest first; our own are left out."""
        ...

    def issue(self, repo: str, key: str) -> Issue | None:
        """Our issue under this key."""
        ...

    def ensure_issue(self, repo: str, key: str, title: str, body: str, closed: bool = False) -> Issue:
        """Our issue under this key with this text and state; made or edited only where it differs.

        `Issue.digest` is `digest(title, body)`.
        """
        ...

    def report_check(self, repo: str, head: str, name: str, state: str, summary: str) -> None:
        """Show a check (pending, passed, failed) on a commit."""
        ...

    def marks(self, watched: Sequence[Watched]) -> Sequence[str]:
        """A text for each that differs as soon as something does that a look would see; cheaper than looking.

        That is where the default branch and these branches are, their pull requests with reviews and checks, and
        comments on them and on the issue. Empty for what cannot be told, as of a repository that is gone.
        """
        ...


@runtime_checkable
class Keyring(Protocol):
    """A forge that lets git in by a key of its own, which is in no address and which may be another one in an hour."""

    def git_authorization(self, url: str) -> str:
        """The value of the header that opens this address, such as 'Basic …'; empty where it is none of this forge."""
        ...


@runtime_checkable
class Examined(Protocol):
    """An adapter of any port that can say, to whoever sets it up, whether it could do its work."""

    def examine(self) -> Sequence[Finding]:
        """Asks, and changes nothing: nobody is told anything. What goes wrong is in the findings, not raised."""
        ...


@runtime_checkable
class Workspace(Protocol):
    """Where a checkout is changed: a warm bare mirror per repository, and worktrees of it."""

    def heads(self, url: str) -> Mapping[str, str]:
        """Branch name to commit, as the remote says now; the key 'HEAD' holds the *name* of the default branch.

        Refused when the repository is gone, empty, or has no default branch; Unavailable when it does not answer.
        """
        ...

    def fetch(self, url: str, commit: str) -> None:
        """Bring this commit into the mirror; nothing is asked of the remote when it is there already."""
        ...

    def checkout(self, url: str, commit: str) -> AbstractContextManager[Path]:
        """A worktree at this commit, gone afterwards however it ends."""
        ...

    def commit(self, url: str, path: Path, base: str, message: str) -> Written | None:
        """All that differs in the worktree from `base`, untracked files too, as a commit that is the same each time.

        None when nothing differs.
        """
        ...

    def push(self, url: str, commit: str, branch: str, ours: frozenset[str], there: str | None = None) -> None:
        """Make the remote branch this commit. Refused when the branch holds a commit that is not in `ours`.

        `there` is what a look saw there a moment ago, empty for no branch: then nobody is asked, and where the branch
        has moved since it stays as it is, which is Unavailable.
        """
        ...

    def tree(self, url: str, commit: str) -> str:
        """The id of the commit's tree: two commits with one tree need one run of the tests. Fetches where it must."""
        ...

    def contains(self, url: str, commit: str, part: str) -> bool:
        """Whether `part` is `commit` or one of its ancestors. False where the remote does not know `commit`."""
        ...

    def rebase(self, url: str, head: str, ours: frozenset[str], onto: str) -> str | None:
        """A commit with, on top of `onto`, what others put on top of the newest of `ours` that `head` holds.

        The same each time; whose commits they are stays. None where that conflicts, where one of them is a merge, and
        where `head` holds none of `ours`.
        """
        ...

    def revert(self, url: str, commit: str, onto: str, message: str) -> Written:
        """A commit on top of `onto` that undoes `commit`. Refused when that conflicts."""
        ...

    def patch(self, url: str, base: str, commit: str) -> str:
        """The change as `git am` takes it; may hold anything at all."""
        ...


@dataclass(frozen=True)
class Written:
    """A commit that was made, and how much it changes."""

    commit: str
    tree: str
    files: int
    insertions: int
    deletions: int


@runtime_checkable
class Deployer(Protocol):
    """What releases a commit into an environment of a service, and knows what runs there."""

    def running(self, service: str, environment: str) -> Deployment | None:
        """What runs now; None when nothing does, or nothing is known."""
        ...

    def deploy(self, service: str, environment: str, commit: str) -> None:
        """Release this commit; may take minutes, so only a unit calls it. Deploying twice is deploying once."""
        ...


@runtime_checkable
class Monitor(Protocol):
    """Counts requests and errors. Unavailable when it is away: never zeros instead."""

    def minutes(self, service: str, environment: str, start: datetime, end: datetime, step: timedelta) -> Minutes:
        """Of each minute that lies in [start, end), at most MOST of them; both ends are whole minutes of `step`.

        What was not measured for all of a minute is missing. Where the world counts by longer times than minutes,
        those are spread evenly over them.
        """
        ...

    def counts(self, service: str, environment: str, start: datetime, end: datetime) -> Counts:
        """Of the window [start, end), with errors by type."""
        ...


@dataclass(frozen=True)
class Message:
    """Something to tell people. `key` and `at` are the same each time the same thing is told.

    `html`, where given, says the same as `text`, for channels that show it.
    """

    key: str
    to: tuple[str, ...]
    subject: str
    text: str
    at: datetime | None = None
    html: str = ""


@runtime_checkable
class Notifier(Protocol):
    """Tells people."""

    def tell(self, message: Message) -> None:
        """At least once; where the channel lets us check, not twice under one key. Raises PartlyTold, too."""
        ...


@runtime_checkable
class Recipe(Protocol):
    """What makes the change in a checkout."""

    name: str
    version: str

    def apply(self, checkout: Path, settings: Mapping[str, object], seconds: int) -> Applied:
        """Change the checkout in place, in at most so many seconds. Raises RecipeFailed when it cannot."""
        ...


class RecipeFailed(Exception):
    """The recipe crashed, hung, or says that it cannot: the text is for the project team."""


@dataclass(frozen=True)
class Applied:
    """What a recipe has to say of its run. `done` is True when its detector finds that nothing is left to do.

    `report` is Markdown for the pull request, if there is more to say than the summary.
    """

    summary: str = ""
    findings: tuple[str, ...] = ()
    done: bool | None = None
    report: str = ""


@dataclass(frozen=True)
class Proven:
    """How a run of a service's own tests ended, in one line, and the end of what it printed."""

    state: RunState
    why: str
    output: str = ""


@runtime_checkable
class Prover(Protocol):
    """A recipe that also runs a service's own tests: it finds their command and builds what they run in."""

    def order(self, settings: Mapping[str, object], changed: bool) -> Mapping[str, object]:
        """What decides a run besides the files, as JSON: `changed` says whether they hold this change already."""
        ...

    def prove(self, checkout: Path, order: Mapping[str, object], seconds: int) -> Proven:
        """Run the tests, for at most so many seconds; the checkout stays as it is. Raises RecipeFailed for an order."""
        ...


@runtime_checkable
class Engine(Protocol):
    """Runs units outside of looks."""

    def find(self, unit: Unit) -> Outcome | None:
        """How it stands; None when it was never asked for."""
        ...

    def start(self, unit: Unit) -> None:
        """Ask for it; asking twice is asking once."""
        ...


@dataclass(frozen=True)
class Ports:
    """The outside of one service. `deployer` and `monitor` are None where the service has none.

    `watches` is what this process remembers of watches under way.
    """

    forge: Forge
    workspace: Workspace
    engine: Engine
    notifier: Notifier
    recipe: Recipe
    deployer: Deployer | None = None
    monitor: Monitor | None = None
    watches: Watches = field(default_factory=Watches)
