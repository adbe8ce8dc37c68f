"""What the stand-in for GitHub remembers: accounts, repositories on real git, and what people do there."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pygit2

from chairlift.localforge import git as commits
from chairlift.ports import Refused

APPROVED, CHANGES, COMMENTED, DISMISSED = "APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED"
PASSED = ("success", "neutral", "skipped")


class Told(Exception):
    """An answer other than the one that was hoped for, as GitHub words it. `kind` is what GraphQL calls it."""

    def __init__(self, code: int, message: str, errors: Any = None, kind: str = "", **headers: str) -> None:
        super().__init__(message)
        self.code, self.message, self.errors, self.kind = code, message, errors, kind
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    @property
    def body(self) -> dict[str, Any]:
        told = {"message": self.message, "documentation_url": "https://docs.github.com/rest"}
        return told | ({"errors": self.errors} if self.errors else {})


@dataclass(frozen=True)
class Grant:
    """What a token lets its account do. `scopes` are a classic token's; `repos` are all where it is None.

    `ends` is when it does, in GitHub's words.
    """

    login: str
    scopes: str | None = None
    repos: frozenset[str] | None = None
    read_only: bool = False
    app: int = 0
    until: datetime | None = None
    ends: str = ""


@dataclass
class Protection:
    """What a branch asks for; shown as branch protection, or as a ruleset."""

    approvals: int = 0
    checks: tuple[str, ...] = ()
    dismiss_stale: bool = True
    code_owners: bool = False
    conversations: bool = False
    strict: bool = False
    nobody: bool = False
    ruleset: bool = False


@dataclass
class Review:
    by: str
    state: str
    head: str
    at: str
    text: str = ""
    id: int = 0


@dataclass
class Said:
    """A comment."""

    id: int
    number: int
    by: str
    text: str
    at: str


@dataclass
class Run:
    """A check run, or a commit status where `app` is 0."""

    id: int
    head: str
    name: str
    app: int
    status: str
    conclusion: str | None = None
    title: str | None = None
    summary: str | None = None


@dataclass
class Issue:
    """An issue, or a pull request where it has a branch; the head of that moves while it is open."""

    number: int
    title: str
    body: str
    by: str
    at: str
    state: str = "open"
    updated: str = ""
    labels: list[str] = field(default_factory=list)
    closed_by: str = ""
    closed_at: str = ""
    branch: str = ""
    base: str = ""
    head: str = ""
    draft: bool = False
    fork: bool = False
    reviews: list[Review] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    threads: list[bool] = field(default_factory=list)
    merged_commit: str = ""
    merged_at: str = ""
    queued: bool = False
    #: A person has told GitHub to merge it by itself later.
    auto_merge: bool = False
    computed: tuple[str, str] = ("", "")


@dataclass
class Repository:
    """`lazy` computes whether a pull request merges only after it was asked for once."""

    name: str
    git: pygit2.Repository
    private: bool = False
    archived: bool = False
    issues_enabled: bool = True
    lazy: bool = False
    fork: bool = False
    language: str = ""
    topics: tuple[str, ...] = ()
    items: dict[int, Issue] = field(default_factory=dict)
    comments: list[Said] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    protections: dict[str, Protection] = field(default_factory=dict)
    queues: set[str] = field(default_factory=set)
    methods: tuple[str, ...] = ("merge", "squash", "rebase")

    def tip(self, branch: str) -> str:
        return commits.tip(self.git, branch) or ""

    @property
    def default(self) -> str:
        """The name of its default branch, empty where nothing was pushed to it."""
        name = self.git.references.get("HEAD").target.removeprefix("refs/heads/")
        return name if self.tip(name) else ""

    def pull(self, number: int) -> Issue:
        found = self.items.get(number)
        if found is None or not found.branch:
            raise Told(404, "Not Found", kind="NOT_FOUND")
        return found

    def latest(self, head: str) -> list[Run]:
        """The last of each name and app on a commit."""
        return list({(run.name, run.app): run for run in self.runs if run.head == head}.values())


class Place:
    """One GitHub. `now` gives a later time each time it is read."""

    def __init__(self, root: Path, now: Callable[[], datetime]) -> None:
        self.root, self.now = root, now
        self.repositories: dict[str, Repository] = {}
        self.moved: dict[str, str] = {}
        self.grants: dict[str, Grant] = {}
        self._last = 100

    def create(self, name: str) -> Repository:
        git = pygit2.init_repository(str(self.root / f"{name}.git"), bare=True, initial_head="main")
        git.config["http.receivepack"] = "true"
        git.config["uploadpack.allowFilter"] = "true"
        git.config["uploadpack.allowAnySHA1InWant"] = "true"
        self.repositories[name.casefold()] = Repository(name, git)
        return self.repositories[name.casefold()]

    def next_id(self) -> int:
        self._last += 1
        return self._last

    def stamp(self) -> str:
        return self.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def repository(self, grant: Grant, name: str, follow: bool = False) -> Repository:
        """404 for what is not there and for what may not be seen alike, as GitHub does."""
        if follow:
            name = self.moved.get(name.casefold(), name)
        found = self.repositories.get(name.casefold())
        if found is None or (found.private and grant.repos is not None and found.name not in grant.repos):
            raise Told(404, "Not Found", kind="NOT_FOUND")
        for pull in found.items.values():
            self.settle(found, pull)
        return found

    def settle(self, repo: Repository, pull: Issue) -> None:
        """Follow the branches, as GitHub does with each push."""
        if not pull.branch or pull.state != "open" or pull.fork:
            return
        head, base = repo.tip(pull.branch), repo.tip(pull.base)
        if commits.contains(repo.git, base, pull.head):
            self.landed(repo, pull, commits.landed_as(repo.git, base, pull.head))
        elif not head or commits.contains(repo.git, base, head):
            self.close(pull, "ghost")
            pull.head = head or pull.head
        elif head != pull.head:
            pull.head, pull.updated, pull.queued = head, self.stamp(), False
            rule = repo.protections.get(pull.base)
            for review in pull.reviews if rule and rule.dismiss_stale else ():
                if review.state == APPROVED:
                    review.state = DISMISSED

    def landed(self, repo: Repository, pull: Issue, commit: str) -> None:
        pull.state, pull.merged_commit, pull.queued, pull.auto_merge = "closed", commit, False, False
        pull.merged_at = pull.closed_at = pull.updated = self.stamp()

    def close(self, item: Issue, by: str) -> None:
        item.state, item.closed_by = "closed", by
        item.closed_at = item.updated = self.stamp()

    def say(self, repo: Repository, number: int, by: str, text: str) -> Said:
        if number not in repo.items:
            raise Told(404, "Not Found")
        said = Said(self.next_id(), number, by, text, self.stamp())
        repo.comments.append(said)
        repo.items[number].updated = said.at
        return said

    def review(self, pull: Issue, by: str, state: str, text: str = "", head: str = "") -> Review:
        if by == pull.by and state != COMMENTED:
            word = "approve" if state == APPROVED else "request changes on"
            raise Told(422, "Unprocessable Entity", [f"Can not {word} your own pull request"])
        made = Review(by, state, head or pull.head, self.stamp(), text, self.next_id())
        pull.reviews.append(made)
        pull.updated = made.at
        return made

    def open(self, repo: Repository, by: str, title: str, body: str, branch: str = "", base: str = "") -> Issue:
        """An issue, or a pull request where there is a branch."""
        number = max(repo.items, default=0) + 1
        at = self.stamp()
        item = Issue(number, title, body, by, at, updated=at, branch=branch, base=base)
        if branch:
            item.head = repo.tip(branch)
            for name, where in ((branch, "head"), (base, "base")):
                if not repo.tip(name):
                    raise invalid(field=where, code="invalid")
            if any((p.branch, p.base, p.state, p.fork) == (branch, base, "open", False) for p in repo.items.values()):
                owner = repo.name.partition("/")[0]
                raise invalid(message=f"A pull request already exists for {owner}:{branch}.", code="custom")
            if commits.contains(repo.git, repo.tip(base), item.head):
                raise invalid(message=f"No commits between {base} and {branch}", code="custom")
        repo.items[number] = item
        return item

    def merge(self, repo: Repository, pull: Issue, method: str, expected: str | None) -> str:
        if pull.state != "open":
            raise Told(405, "Pull Request is not mergeable")
        if expected is not None and expected != pull.head:
            raise Told(409, "Head branch was modified. Review and try the merge again.")
        if method not in repo.methods:
            raise Told(405, f"{method.capitalize()} merges are not allowed on this repository.")
        if pull.base in repo.queues:
            raise Told(405, "Changes must be made through the merge queue")
        for why in lacking(repo, pull):
            raise Told(405, why)
        return self.put(repo, pull, method)

    def put(self, repo: Repository, pull: Issue, method: str) -> str:
        """Onto the base, whatever is asked for."""
        by = commits.signature("GitHub", self.now())
        onto = repo.tip(pull.base)
        try:
            text = commits.message(f"{pull.title} (#{pull.number})", pull.body)
            commit = commits.merge(repo.git, onto, pull.head, method, text, by)
        except Refused:
            raise Told(405, "Pull Request is not mergeable") from None
        commits.move(repo.git, pull.base, onto, commit)
        self.landed(repo, pull, commit)
        return commit


def invalid(**error: str) -> Told:
    return Told(422, "Validation Failed", [{"resource": "PullRequest", "field": "", "code": "invalid", **error}])


def conflicted(repo: Repository, pull: Issue) -> bool:
    return commits.conflicted(repo.git, repo.tip(pull.base), pull.head)


def opinions(pull: Issue) -> dict[str, Review]:
    """The last that counts of each reviewer; a remark takes nothing back."""
    return {review.by: review for review in pull.reviews if review.state != COMMENTED}


def decision(repo: Repository, pull: Issue) -> str | None:
    """What GitHub concludes from the reviews; None where none is required."""
    rule = repo.protections.get(pull.base)
    if rule is None or not (rule.approvals or rule.code_owners):
        return None
    last = opinions(pull).values()
    if any(review.state == CHANGES for review in last):
        return CHANGES
    approved = {review.by for review in last if review.state == APPROVED}
    owners = owners_of(repo, pull) if rule.code_owners else set()
    if len(approved) < rule.approvals or (owners and not owners & approved):
        return "REVIEW_REQUIRED"
    return APPROVED


def owners_of(repo: Repository, pull: Issue) -> set[str]:
    """Those whom CODEOWNERS of the base names for what the pull request changes."""
    tree = repo.git[repo.tip(pull.base)].tree
    if "CODEOWNERS" not in tree:
        return set()
    rules = [line.split() for line in tree["CODEOWNERS"].data.decode().splitlines() if line.strip()]
    diff = tree.diff_to_tree(repo.git[pull.head].tree)
    found: set[str] = set()
    for delta in diff.deltas:
        names = [rule[1:] for rule in rules if fnmatch.fnmatch(delta.new_file.path, rule[0].lstrip("/"))]
        found |= {name.lstrip("@") for name in (names[-1] if names else [])}
    return found


def lacking(repo: Repository, pull: Issue) -> Iterator[str]:
    """Why it is not merged, in GitHub's words."""
    if pull.draft:
        yield "Pull Request is still a draft"
    if conflicted(repo, pull):
        yield "Pull Request is not mergeable"
    yield from blocking(repo, pull)


def behind(repo: Repository, pull: Issue) -> bool:
    rule = repo.protections.get(pull.base)
    return bool(rule and rule.strict) and not commits.contains(repo.git, pull.head, repo.tip(pull.base))


def blocking(repo: Repository, pull: Issue) -> Iterator[str]:
    """What protection asks for and is not there."""
    rule = repo.protections.get(pull.base)
    if rule is None:
        return
    if rule.nobody:
        yield "Repository rule violations found\n\nCannot update this protected ref."
    found = decision(repo, pull)
    if found == CHANGES:
        yield "Changes have been requested."
    elif found == "REVIEW_REQUIRED":
        owners = owners_of(repo, pull) if rule.code_owners else set()
        if owners:
            yield f"Waiting on code owner review from {', '.join(sorted(owners))}."
        yield f"At least {rule.approvals} approving review is required by reviewers with write access."
    yield from unchecked(repo, pull, rule)
    if rule.conversations and not all(pull.threads):
        yield "A conversation must be resolved before this pull request can be merged."
    if behind(repo, pull):
        yield "Head branch is out of date"


def unchecked(repo: Repository, pull: Issue, rule: Protection) -> Iterator[str]:
    shown = {run.name: run for run in repo.latest(pull.head)}
    for name in rule.checks:
        if name not in shown or shown[name].status != "completed":
            yield f'Required status check "{name}" is expected.'
        elif shown[name].conclusion not in PASSED:
            yield f'Required status check "{name}" is failing.'
