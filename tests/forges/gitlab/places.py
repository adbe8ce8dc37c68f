"""What the stand-in for GitLab remembers: users, groups, and projects with merge requests and issues on real git."""

from __future__ import annotations

import itertools
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pygit2

from chairlift.localforge import git as commits

GUEST, REPORTER, DEVELOPER, MAINTAINER, OWNER = 10, 20, 30, 40, 50
#: What GitLab runs of what somebody writes, where it stands on a line of its own.
ACTIONS = ("close", "reopen", "approve", "merge", "title", "draft", "request_changes", "label")


class Wrong(Exception):
    """An answer that is no success."""

    def __init__(self, code: int, message: Any = "", **headers: str) -> None:
        super().__init__(str(message))
        words = {401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed"}
        self.code, self.body = code, {"message": message or f"{code} {words.get(code, 'Unprocessable Entity')}"}
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass
class User:
    id: int
    name: str
    admin: bool = False


@dataclass
class Token:
    user: User
    scopes: frozenset[str] = frozenset({"api"})
    #: Why GitLab does not take it any more.
    ended: str = ""
    until: str | None = None


@dataclass
class Note:
    id: int
    by: User
    body: str
    at: datetime
    system: bool = False
    edited: datetime | None = None


@dataclass
class Version:
    id: int
    head: str
    base: str
    at: datetime


@dataclass
class Topic:
    """An issue, or what a merge request shares with one."""

    id: int
    iid: int
    title: str
    text: str
    by: User
    at: datetime
    updated: datetime
    state: str = "opened"
    labels: list[str] = field(default_factory=list)
    closed_by: User | None = None
    closed_at: datetime | None = None
    notes: list[Note] = field(default_factory=list)

    @property
    def said(self) -> list[Note]:
        return [note for note in self.notes if not note.system]


@dataclass
class Pull(Topic):
    """`checking` is for how many readings GitLab still looks whether it can be merged."""

    branch: str = ""
    base: str = ""
    fork: bool = False
    versions: list[Version] = field(default_factory=list)
    approvals: dict[int, datetime] = field(default_factory=dict)
    reviewers: dict[int, str] = field(default_factory=dict)
    people: dict[int, User] = field(default_factory=dict)
    unresolved: int = 0
    auto_merge: bool = False
    train: bool = False
    blocked: str = ""
    checking: int = 0
    looked_at: tuple[str, str] = ("", "")
    answers: dict[tuple[str, int], str] = field(default_factory=dict)
    merged_by: User | None = None
    merged_at: datetime | None = None
    merge_commit: str = ""
    squash_commit: str = ""

    @property
    def head(self) -> str:
        return self.versions[-1].head

    def reviewed(self, by: User, state: str) -> None:
        """Who says something of it is one of its reviewers from then on."""
        self.reviewers[by.id], self.people[by.id] = state, by

    @property
    def draft(self) -> bool:
        return self.title.lower().startswith(("draft:", "[draft]", "(draft)"))


@dataclass
class Status:
    id: int
    sha: str
    name: str
    status: str
    text: str
    by: User
    at: datetime
    pipeline: int
    allow_failure: bool = False


@dataclass
class Rule:
    id: int
    name: str
    required: int
    users: tuple[int, ...] = ()
    kind: str = "regular"


@dataclass
class Project:
    id: int
    path: str
    folder: Path
    owner: User
    private: bool = False
    archived: bool = False
    issues: bool = True
    fork: bool = False
    default: str = "main"
    topics: tuple[str, ...] = ()
    language: str = ""
    members: dict[int, int] = field(default_factory=dict)
    pulls: dict[int, Pull] = field(default_factory=dict)
    tickets: dict[int, Topic] = field(default_factory=dict)
    statuses: list[Status] = field(default_factory=list)
    events: list[tuple[Topic, Note]] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    approvals: int = 0
    reset_approvals: bool = False
    rules: list[Rule] = field(default_factory=list)
    checks: dict[int, str] = field(default_factory=dict)
    mergers: dict[str, int] = field(default_factory=dict)
    #: Who may not approve, such as those who have committed to it.
    barred: set[int] = field(default_factory=set)
    trains: bool = False

    @property
    def git(self) -> pygit2.Repository:
        return pygit2.Repository(str(self.folder))

    def access(self, user: User) -> int:
        if user.admin or user is self.owner:
            return OWNER
        return self.members.get(user.id, 0 if self.private else GUEST)

    def tip(self, branch: str) -> str:
        return commits.tip(self.git, branch) or ""

    def latest(self, sha: str) -> list[Status]:
        """The last of each name in each pipeline."""
        return list({(each.name, each.pipeline): each for each in self.statuses if each.sha == sha}.values())

    def pipeline(self, sha: str) -> tuple[int, str, datetime] | None:
        """The newest of a commit: its id, how it stands, and since when."""
        newest = max((each.pipeline for each in self.statuses if each.sha == sha), default=0)
        jobs = [each for each in self.latest(sha) if each.pipeline == newest]
        if not jobs:
            return None
        states = {each.status for each in jobs if not each.allow_failure}
        order = ("failed", "canceled", "running", "pending", "manual")
        return newest, next((state for state in order if state in states), "success"), max(each.at for each in jobs)


class Places:
    """One GitLab. `now` gives a later time each time it is read; `late` is how long it looks whether one can merge."""

    def __init__(self, root: Path, now: Callable[[], datetime]) -> None:
        self.root, self.now = root, now
        self.lock = threading.RLock()
        self.ids = itertools.count(1000)
        self.users: dict[str, User] = {}
        self.tokens: dict[str, Token] = {}
        self.groups: dict[str, int] = {}
        self.projects: dict[int, Project] = {}
        self.moved: dict[str, int] = {}
        self.late = 0

    def add_user(self, name: str, admin: bool = False) -> User:
        self.users[name.casefold()] = User(next(self.ids), name, admin)
        return self.users[name.casefold()]

    def add_token(self, user: User, *scopes: str) -> str:
        token = f"glpat-{secrets.token_hex(10)}"
        self.tokens[token] = Token(user, frozenset(scopes or ("api",)))
        return token

    def add_project(self, path: str, owner: User, private: bool = False) -> Project:
        folder = self.root / f"{path}.git"
        git = pygit2.init_repository(str(folder), bare=True, initial_head="main")
        git.config["http.receivepack"] = True
        git.config["uploadpack.allowFilter"] = True
        made = Project(next(self.ids), path, folder, owner, private)
        self.projects[made.id] = made
        parts = path.split("/")[:-1]
        for depth in range(len(parts)):
            if parts[0].casefold() not in self.users:
                self.groups.setdefault("/".join(parts[: depth + 1]), next(self.ids))
        return made

    def project(self, name: str) -> Project | None:
        if name.isdigit():
            return self.projects.get(int(name))
        return next((each for each in self.projects.values() if each.path.casefold() == name.casefold()), None)

    # ---- what is said ----

    def noted(self, topic: Topic, by: User, words: str) -> Note:
        """A note that GitLab itself makes."""
        note = Note(next(self.ids), by, words, self.now(), system=True)
        topic.notes.append(note)
        topic.updated = note.at
        return note

    def say(self, of: Project, topic: Topic, by: User, text: str) -> Note | None:
        """None where there is nothing in it but quick actions, which are done."""
        text, orders = self.quiet(text)
        note = Note(next(self.ids), by, text, self.now()) if text.strip() else None
        if note:
            topic.notes.append(note)
            topic.updated = note.at
            of.events.append((topic, note))
        self.obey(of, topic, by, orders)
        return note

    def quiet(self, text: str) -> tuple[str, list[tuple[str, str]]]:
        """As it is stored: without carriage returns, and without the lines that are obeyed, which come beside it."""
        kept, orders, fenced = [], [], False
        for line in text.replace("\r", "").split("\n"):
            fenced ^= line.startswith("```")
            word = line[1:].split(" ")[0].strip().casefold() if line.startswith("/") else ""
            if word in ACTIONS and not fenced:
                orders.append((word, line.partition(" ")[2].strip()))
            else:
                kept.append(line)
        return "\n".join(kept).rstrip(), orders

    def obey(self, of: Project, topic: Topic, by: User, orders: list[tuple[str, str]]) -> None:
        for word, rest in orders:
            self.act(of, topic, by, word, rest)

    def act(self, of: Project, topic: Topic, by: User, word: str, rest: str) -> None:
        if word in ("close", "reopen"):
            self.turn(topic, by, "closed" if word == "close" else "opened")
        elif word == "title":
            topic.title = rest
        elif isinstance(topic, Pull):
            if word == "approve":
                self.approve(of, topic, by)
            elif word == "request_changes":
                topic.approvals.pop(by.id, None)
                topic.reviewed(by, "requested_changes")
                self.noted(topic, by, "requested changes")
            elif word == "merge":
                topic.auto_merge = True

    def turn(self, topic: Topic, by: User, state: str) -> None:
        if topic.state == state:
            return
        topic.state = state
        at = self.now()
        topic.closed_by, topic.closed_at = (by, at) if state == "closed" else (None, None)
        self.noted(topic, by, state.replace("opened", "reopened"))

    def approve(self, of: Project, pull: Pull, by: User) -> None:
        if of.access(by) < DEVELOPER:
            raise Wrong(403)
        if by is pull.by or by.id in pull.approvals or by.id in of.barred:
            raise Wrong(401)
        pull.approvals[by.id] = self.now()
        pull.reviewed(by, "approved")
        self.noted(pull, by, "approved this merge request")

    # ---- following branches ----

    def look(self, of: Project) -> None:
        """What GitLab's workers do after pushes."""
        for pull in of.pulls.values():
            if pull.state == "opened" and not pull.fork:
                self._look(of, pull)

    def _look(self, of: Project, pull: Pull) -> None:
        head, base = of.tip(pull.branch), of.tip(pull.base)
        # The source of nothing, with which no push of the base can have merged it.
        some = pull.versions[-1].base != pull.head
        if some and base != pull.looked_at[1] and commits.contains(of.git, base, pull.head):
            pull.state, pull.merged_by, pull.merged_at = "merged", pull.by, self.now()
            pull.merge_commit = commits.landed_as(of.git, base, pull.head)
            self.noted(pull, pull.by, "merged")
            return
        if not head:
            self.turn(pull, pull.by, "closed")
            return
        if head != pull.head:
            pull.versions.append(self.version(of, head, base))
            self.noted(pull, pull.by, "added 1 commit")
            pull.auto_merge, pull.train = pull.auto_merge and not pull.train, False
            if of.reset_approvals and pull.approvals:
                pull.approvals.clear()
                self.noted(pull, pull.by, "reset approvals by pushing to the branch")
        if (head, base) != pull.looked_at:
            pull.looked_at, pull.checking = (head, base), self.late

    def version(self, of: Project, head: str, base: str) -> Version:
        return Version(next(self.ids), head, commits.fork(of.git, base, head), self.now())
