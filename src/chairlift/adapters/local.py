"""The local forge, as Chairlift's own hands on it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pygit2

from chairlift.core.listing import Listed
from chairlift.core.upgrade import Issue, PullRequest
from chairlift.localforge.forge import Forge
from chairlift.localforge.reviews import APPROVED
from chairlift.ports import Comment, Refused, Unavailable, Watched


@dataclass(frozen=True)
class Settings:
    """Where the forge lies, and as whom Chairlift works there: a forge lets nobody approve what they opened.

    `patience` is how many seconds a write waits for other writers.
    """

    root: Path = Path("forge")
    identity: str = "chairlift"
    reviewer: str = "chairlift-reviewer"
    patience: float = 20


#: Where CODEOWNERS lies: the first counts.
_OWNERS = ("CODEOWNERS", "docs/CODEOWNERS")
_LONGEST_TEXT = 1 << 20


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError, pygit2.GitError) as error:
        remedy = "is its folder there, writable, with space left, and no git process stuck in it?"
        raise Unavailable(f"the local forge does not answer ({error}): {remedy}") from error


class LocalForge:
    """Fulfils `Forge` and `Directory` on `chairlift.localforge`."""

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._forge = Forge(settings.root, now, settings.patience)

    @_reachable()
    def git_url(self, repo: str) -> str:
        return str(self._forge.repositories.get(repo).path)

    @_reachable()
    def pull_for(self, repo: str, branch: str) -> PullRequest | None:
        return self._forge.pulls.newest(repo, branch)

    @_reachable()
    def ensure_pull(
        self, repo: str, branch: str, base: str, title: str, body: str, labels: Sequence[str] = ()
    ) -> PullRequest:
        return self._forge.pulls.open(repo, branch, base, title, body, labels, self._settings.identity)

    @_reachable()
    def approve(self, repo: str, number: int, head: str, text: str) -> None:
        self._forge.pulls.review(repo, number, self._settings.reviewer, APPROVED, text, head)

    @_reachable()
    def merge(self, repo: str, number: int, expected_head: str, method: str) -> str:
        return self._forge.pulls.merge(repo, number, self._settings.identity, method, expected_head)

    @_reachable()
    def withdraw(self, repo: str, number: int, expected_head: str) -> None:
        if self._forge.pulls.get(repo, number).state == "open":
            self._forge.pulls.close(repo, number, self._settings.identity, expected_head)

    @_reachable()
    def ensure_comment(self, repo: str, number: int, key: str, text: str) -> None:
        self._forge.talk.keep(repo, number, self._settings.identity, key, text)

    @_reachable()
    def comments(self, repo: str, after: int) -> Sequence[Comment]:
        return self._forge.talk.heard(repo, after, (self._settings.identity, self._settings.reviewer))

    @_reachable()
    def issue(self, repo: str, key: str) -> Issue | None:
        return self._forge.talk.topic(repo, key)

    @_reachable()
    def ensure_issue(self, repo: str, key: str, title: str, body: str, closed: bool = False) -> Issue:
        return self._forge.talk.raise_topic(repo, key, title, body, self._settings.identity, closed)

    @_reachable()
    def report_check(self, repo: str, head: str, name: str, state: str, summary: str) -> None:
        self._forge.pulls.check(repo, head, name, state, summary)

    @_reachable()
    def repositories(self, owner: str, topic: str = "", words: str = "") -> Sequence[Listed]:
        if topic:
            raise Refused("the local forge knows no topics: leave the topic out")
        names = [name for name in self._forge.repositories.names() if words.casefold() in name.casefold()]
        found = [self._listed(name) for name in names if not owner or name.startswith(f"{owner}/")]
        if not found and not words:
            raise Refused(f"the local forge has no repository in {owner[:100]!r}: check the name, or leave it out")
        return found

    @_reachable()
    def present_names(self, repos: Sequence[str]) -> Sequence[str]:
        """The same: nothing is renamed here but by moving its folder, and that leaves no word of it."""
        there = set(self._forge.repositories.names())
        return [repo if repo in there else "" for repo in repos]

    def _listed(self, name: str) -> Listed:
        git = self._forge.repositories.get(name).open()
        if git.head_is_unborn:
            return Listed(name)
        tree = git.head.peel(pygit2.Tree)
        owners = next(filter(None, (_text(tree, place) for place in _OWNERS)), "")
        return Listed(name, git.head.shorthand, owners=owners, catalog=_text(tree, "catalog-info.yaml"))

    @_reachable()
    def marks(self, watched: Sequence[Watched]) -> Sequence[str]:
        return [self._mark(each) for each in watched]

    def _mark(self, watched: Watched) -> str:
        try:
            repository = self._forge.repositories.get(watched.repo)
        except Refused:
            return ""
        git = repository.open()
        names = ["HEAD", *(f"refs/heads/{branch}" for branch in watched.branches)]
        heads = [str(git.references[name].resolve().target) if name in git.references else "" for name in names]
        pulls = [self._forge.pulls.newest(watched.repo, branch) for branch in watched.branches]
        last = max((comment.id for comment in self.comments(watched.repo, 0)), default=0)
        return sha256(repr((heads, pulls, self.issue(watched.repo, watched.key), last)).encode()).hexdigest()


def _text(tree: pygit2.Tree, path: str) -> str:
    """A file's text; empty where there is none, and for what is no text."""
    try:
        blob = tree[path]
    except KeyError:
        return ""
    if not isinstance(blob, pygit2.Blob) or blob.is_binary or blob.size > _LONGEST_TEXT:
        return ""
    return blob.data.decode("utf-8", "replace")
