"""What the stand-in remembers: users, and repositories with pull requests, issues, comments and rules on real git."""

from __future__ import annotations

import itertools
import secrets
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

import pygit2

from chairlift.localforge import git as commits


def now() -> datetime:
    """In whole seconds, as Gitea keeps time."""
    return datetime.now(UTC).replace(microsecond=0)


@dataclass
class User:
    id: int
    login: str
    password: str = ""
    admin: bool = False


@dataclass
class Token:
    user: User
    scopes: frozenset[str] = frozenset({"all"})


@dataclass
class Said:
    """A comment or an event in the timeline of a pull request or issue."""

    id: int
    kind: str
    by: User
    body: str
    created: datetime
    updated: datetime


@dataclass
class Review:
    id: int
    by: User
    state: str
    body: str
    commit: str
    official: bool
    at: datetime
    stale: bool = False
    dismissed: bool = False


@dataclass
class Topic:
    """An issue, or what a pull request shares with one."""

    number: int
    title: str
    body: str
    by: User
    created: datetime
    updated: datetime
    state: str = "open"
    closed: datetime | None = None
    said: list[Said] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)

    @property
    def comments(self):
        return [each for each in self.said if each.kind == "comment"]


@dataclass
class Pull(Topic):
    """`head` is where its own reference is; `checking` for how many readings it is still looked at for conflicts."""

    branch: str = ""
    base: str = ""
    head: str = ""
    merge_base: str = ""
    based_on: str = ""
    status: str = "mergeable"
    checking: int = 0
    merged: bool = False
    merged_commit: str = ""
    merged_at: datetime | None = None
    merged_by: User | None = None
    reviews: list[Review] = field(default_factory=list)

    @property
    def draft(self):
        return self.title.lower().startswith(("wip:", "[wip]"))


@dataclass
class Status:
    id: int
    context: str
    state: str
    description: str
    by: User
    at: datetime


@dataclass
class Repository:
    id: int
    owner: User
    name: str
    path: Path
    private: bool = False
    archived: bool = False
    default: str = "main"
    fork: bool = False
    language: str = ""
    about: tuple[str, ...] = ()
    collaborators: dict[int, str] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    statuses: dict[str, list[Status]] = field(default_factory=dict)
    rules: dict[str, dict] = field(default_factory=dict)
    labels: dict[int, dict] = field(default_factory=dict)
    styles: frozenset[str] = frozenset({"merge", "rebase", "squash"})

    @property
    def full_name(self):
        return f"{self.owner.login}/{self.name}"

    @property
    def git(self):
        return pygit2.Repository(str(self.path))

    def rule(self, branch):
        """The rule of this very name, else the first whose pattern fits."""
        for name, rule in self.rules.items():
            if name.lower() == branch.lower():
                return rule
        return next((rule for name, rule in self.rules.items() if fnmatchcase(branch, name)), None)

    def access(self, user):
        """admin, write, read or nothing."""
        if user.admin or user is self.owner:
            return "admin"
        return self.collaborators.get(user.id, "" if self.private else "read")

    def may_write(self, user):
        return self.access(user) in ("admin", "write")

    def pulls(self):
        return [each for each in self.topics.values() if isinstance(each, Pull)]


class Places:
    """All of it; `late` is for how many readings Gitea looks for conflicts before it says."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lock = threading.RLock()
        self.ids = itertools.count(1)
        self.users: dict[str, User] = {}
        self.tokens: dict[str, Token] = {}
        self.repositories: dict[str, Repository] = {}
        self.moved: dict[str, str] = {}
        self.late = 0

    def add_user(self, login, password="", admin=False):
        user = User(next(self.ids), login, password, admin)
        self.users[login.lower()] = user
        return user

    def add_token(self, user, scopes=("all",)):
        token = secrets.token_hex(20)
        self.tokens[token] = Token(user, frozenset(scopes))
        return token

    def add_repository(self, owner, name, private=False):
        path = self.root / owner.login / f"{name}.git"
        git = pygit2.init_repository(str(path), bare=True, initial_head="main")
        git.config["http.receivepack"] = True
        repository = Repository(next(self.ids), owner, name, path, private)
        self.repositories[repository.full_name.lower()] = repository
        return repository

    def say(self, topic, kind, by, body=""):
        at = now()
        topic.said.append(Said(next(self.ids), kind, by, body, at, at))
        topic.updated = at
        return topic.said[-1]

    def look(self, repository):
        """What Gitea's queues do after pushes: move the references of open pull requests and look for conflicts."""
        git = repository.git
        for pull in repository.pulls():
            if pull.state == "open":
                self._look(repository, git, pull)

    def _look(self, repository, git, pull):
        head, base = commits.tip(git, pull.branch), commits.tip(git, pull.base)
        if head and head != pull.head:
            forced = not commits.contains(git, head, pull.head)
            ids = f'["{pull.head}","{head}"]' if forced else f'["{head}"]'
            body = f'{{"is_force_push":{str(forced).lower()},"commit_ids":{ids}}}'
            self.say(pull, "pull_push", pull.by, body)
            self._outdate(repository, pull)
            pull.head = head
        elif base == pull.based_on:
            return
        git.references.create(f"refs/pull/{pull.number}/head", pull.head, force=True)
        pull.based_on, pull.merge_base = base, commits.fork(git, base, pull.head)
        pull.checking = self.late
        conflict = commits.conflicted(git, base, pull.head)
        pull.status = "ancestor" if pull.merge_base == pull.head else "conflict" if conflict else "mergeable"

    def _outdate(self, repository, pull):
        rule = repository.rule(pull.base) or {}
        for review in pull.reviews:
            review.stale = review.state in ("APPROVED", "REQUEST_CHANGES")
            if rule.get("dismiss_stale_approvals") and review.state == "APPROVED":
                review.dismissed, review.official = True, False
