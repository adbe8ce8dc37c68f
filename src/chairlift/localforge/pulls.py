"""Pull requests: opened, reviewed, merged, closed; where they stand is read from the branches each time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

import pygit2

from chairlift.core.upgrade import PullRequest
from chairlift.localforge import git as commits
from chairlift.localforge.protection import Protection
from chairlift.localforge.repositories import Repositories, Repository, Unknown
from chairlift.localforge.reviews import CHECK_STATES, COMMENTED, OPINIONS, checks_of, reviews_of, unmet
from chairlift.localforge.store import Store, storable
from chairlift.localforge.talk import Talk, instant
from chairlift.ports import Refused

_ALL = "SELECT * FROM pulls WHERE repo = ? ORDER BY number DESC"
_NEWEST = "SELECT * FROM pulls WHERE repo = ? AND branch = ? ORDER BY state = 'open' DESC, number DESC LIMIT 1"
_OPEN = "SELECT * FROM pulls WHERE repo = ? AND branch = ? AND state = 'open'"
_NUMBERED = "SELECT * FROM pulls WHERE repo = ? AND number = ?"
_INSERT = """
INSERT INTO pulls (repo, number, title, body, labels, author, branch, base, draft, state, opened_at,
                   head, base_seen, fork, conflicted)
VALUES (:repo, :number, :title, :body, :labels, :author, :branch, :base, :draft, 'open', :opened_at,
        :head, :base_seen, :fork, :conflicted)
"""
_MOVE = "UPDATE pulls SET head = :head, base_seen = :base_seen, fork = :fork, conflicted = :conflicted WHERE id = :id"
_MERGED = """
UPDATE pulls SET state = 'merged', head = ?, merged_commit = ?, merged_by = ?, merged_at = ?, conflicted = 0
WHERE id = ?
"""


@dataclass(frozen=True)
class Pull(PullRequest):
    """A pull request with its words."""

    title: str = ""
    body: str = ""
    labels: tuple[str, ...] = ()
    merged_by: str = ""


class Pulls:
    """All pull requests. Every method raises Unknown, which is Refused, where there is no such repository or number."""

    def __init__(
        self, store: Store, repositories: Repositories, protection: Protection, talk: Talk, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._repositories = repositories
        self._protection = protection
        self._talk = talk
        self._now = now

    def get(self, repo: str, number: int) -> Pull:
        repository = self._repositories.get(repo)
        return self._pull(repository, repository.open(), self._numbered(repository, number))

    def newest(self, repo: str, branch: str) -> Pull | None:
        """The open one from this branch, else the newest."""
        repository = self._repositories.get(repo)
        row = self._store.db.execute(_NEWEST, (repository.id, storable(branch))).fetchone()
        return self._pull(repository, repository.open(), row) if row else None

    def all(self, repo: str) -> list[Pull]:
        """Newest first."""
        repository = self._repositories.get(repo)
        git = repository.open()
        return [self._pull(repository, git, row) for row in self._store.db.execute(_ALL, (repository.id,)).fetchall()]

    def patch(self, repo: str, number: int) -> str:
        """What it changes, as a diff."""
        repository = self._repositories.get(repo)
        git = repository.open()
        row = self._seen(git, self._numbered(repository, number))
        return commits.patch(git, row["fork"], row["head"])

    def open(
        self,
        repo: str,
        branch: str,
        base: str,
        title: str,
        body: str,
        labels: Sequence[str],
        by: str,
        draft: bool = False,
    ) -> Pull:
        """The open pull request from this branch, opened if there is none; or the one that merged this very head.

        Refused when a branch is missing, or there is nothing to merge.
        """
        with self._store.writing() as db:
            repository = self._repositories.get(repo)
            git = repository.open()
            row = db.execute(_NEWEST, (repository.id, storable(branch))).fetchone()
            if row and (row := self._seen(git, row))["state"] == "open":
                return self._pull(repository, git, row)
            ends = _ends(git, repo, branch, base)
            if row and (row["state"], row["head"]) == ("merged", ends["head"]):
                return self._pull(repository, git, row)
            if ends["fork"] == ends["head"]:
                raise Refused(f"{branch!r} of {repo} holds nothing that {base!r} has not: push commits to it first")
            number = self._repositories.next_number(repository)
            git.references.create(_head_ref(number), ends["head"], force=True)
            words = {"title": storable(title), "body": storable(body), "author": storable(by)}
            words |= {"labels": json.dumps([storable(label) for label in labels])}
            known = {"repo": repository.id, "number": number, "branch": branch, "base": base, "draft": draft}
            db.execute(_INSERT, {**known, **words, **ends, "opened_at": instant(self._now())})
            return self._pull(repository, git, self._numbered(repository, number))

    def review(self, repo: str, number: int, by: str, state: str, text: str = "", head: str = "") -> None:
        """Review the present head. Saying the same again changes nothing; a text is a comment too.

        Refused when it is no longer `head`, when the pull request is not open, and for an author's own verdict.
        """
        assert state in OPINIONS, state
        by, text = storable(by), storable(text)
        with self._store.writing() as db:
            repository = self._repositories.get(repo)
            row = self._seen(repository.open(), self._numbered(repository, number))
            if row["state"] != "open":
                raise Refused(f"pull request {number} of {repo} is {row['state']}: there is nothing left to review")
            _must_be(head, row["head"], repo, number)
            if state != COMMENTED and by.casefold() == row["author"].casefold():
                raise Refused(f"{by} opened pull request {number} of {repo}: somebody else must judge it")
            query = "SELECT state, head, text FROM reviews WHERE pull = ? AND person = ? ORDER BY id DESC LIMIT 1"
            last = db.execute(query, (row["id"], by)).fetchone()
            if last and tuple(last) == (state, row["head"], text):
                return
            values = (row["id"], by, state, row["head"], text, instant(self._now()))
            db.execute("INSERT INTO reviews (pull, person, state, head, text, at) VALUES (?, ?, ?, ?, ?, ?)", values)
            if text.strip():
                self._talk.say(repo, number, by, text)

    def check(self, repo: str, head: str, name: str, state: str, summary: str) -> None:
        """Show a check on a commit, in the place of the last one of this name. Refused for an unknown commit."""
        assert state in CHECK_STATES, state
        repository = self._repositories.get(repo)
        if not commits.known(repository.open(), head):
            raise Refused(f"{repo} has no commit {head[:40]!r} to show a check on: push it first")
        values = (repository.id, head, storable(name), state, storable(summary))
        self._store.db.execute(
            "INSERT INTO checks (repo, head, name, state, summary) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET state = excluded.state, summary = excluded.summary",
            values,
        )

    def merge(self, repo: str, number: int, by: str, method: str, expected_head: str = "") -> str:
        """Merge and return the commit on the base; the same again when this head is merged already.

        Refused when the head is another, protection asks for more, it conflicts, is a draft, or is closed.
        """
        if method not in commits.METHODS:
            raise Refused(f"there is no merging by {method!r}: say {', '.join(commits.METHODS)}")
        with self._store.writing() as db:
            repository = self._repositories.get(repo)
            git = repository.open()
            row = self._seen(git, self._numbered(repository, number))
            pull = self._pull(repository, git, row)
            _must_be(expected_head, pull.head, repo, number)
            if pull.state == "merged":
                return pull.merged_commit
            if pull.state == "closed":
                raise Refused(f"pull request {number} of {repo} was closed by {pull.closed_by}: reopen it first")
            if row["fork"] == pull.head:
                raise Refused(f"pull request {number} of {repo} holds nothing new: push commits to {pull.branch!r}")
            if lacks := unmet(pull, self._protection.rule(repository, pull.base)):
                raise Refused(f"pull request {number} of {repo} cannot be merged: {lacks}")
            commit = self._merged(git, pull, _existing(git, repo, pull.base), method, by)
            db.execute(_MERGED, (pull.head, commit, storable(by), instant(self._now()), row["id"]))
            return commit

    def _merged(self, git: pygit2.Repository, pull: Pull, onto: str, method: str, by: str) -> str:
        if method == "squash":
            text = commits.message(f"{pull.title} (#{pull.number})", pull.body)
        else:
            text = commits.message(f"Merge pull request #{pull.number} from {pull.branch}", pull.title)
        commit = commits.merge(git, onto, pull.head, method, text, commits.signature(by, self._now()))
        # Killed between here and the end of the transaction, the next look finds by this ref what was done.
        git.references.create(_merge_ref(pull.number), commit, force=True)
        commits.move(git, pull.base, onto, commit)
        return commit

    def close(self, repo: str, number: int, by: str, expected_head: str = "") -> None:
        """Close without merging; closing twice is closing once. Refused when it is merged, or at another head."""
        with self._store.writing() as db:
            repository = self._repositories.get(repo)
            row = self._seen(repository.open(), self._numbered(repository, number))
            if row["state"] == "merged":
                raise Refused(f"pull request {number} of {repo} is merged: revert the merge instead")
            if row["state"] == "open":
                _must_be(expected_head, row["head"], repo, number)
                values = (storable(by), instant(self._now()), row["id"])
                db.execute("UPDATE pulls SET state = 'closed', closed_by = ?, closed_at = ? WHERE id = ?", values)

    def reopen(self, repo: str, number: int) -> None:
        """Open a closed one again, at the present head of its branch.

        Refused when it is merged, its branch is gone, or another one from this branch is open.
        """
        with self._store.writing() as db:
            repository = self._repositories.get(repo)
            git = repository.open()
            row = self._seen(git, self._numbered(repository, number))
            if row["state"] == "merged":
                raise Refused(f"pull request {number} of {repo} is merged: open a new one")
            other = db.execute(_OPEN, (repository.id, row["branch"])).fetchone()
            if other and other["number"] != number:
                raise Refused(f"pull request {other['number']} of {repo} is open for this branch: close it first")
            ends = _ends(git, repo, row["branch"], row["base"])
            git.references.create(_head_ref(number), ends["head"], force=True)
            db.execute(_MOVE, {**ends, "id": row["id"]})
            db.execute("UPDATE pulls SET state = 'open', closed_by = '', closed_at = NULL WHERE id = ?", (row["id"],))

    def set_draft(self, repo: str, number: int, draft: bool) -> None:
        """Mark as a draft, or as ready."""
        row = self._numbered(self._repositories.get(repo), number)
        self._store.db.execute("UPDATE pulls SET draft = ? WHERE id = ?", (draft, row["id"]))

    def _numbered(self, repository: Repository, number: int) -> sqlite3.Row:
        row = self._store.db.execute(_NUMBERED, (repository.id, number)).fetchone()
        if row is None:
            raise Unknown(f"{repository.name} has no pull request {number}: `forge prs {repository.name}` lists them")
        assert isinstance(row, sqlite3.Row)
        return row

    def _seen(self, git: pygit2.Repository, row: sqlite3.Row) -> sqlite3.Row:
        """The row as the branches say now; where neither has moved, two refs are read and nothing is written."""
        if row["state"] != "open":
            return row
        head = commits.tip(git, row["branch"]) or row["head"]
        base = commits.tip(git, row["base"]) or row["base_seen"]
        if (head, base) == (row["head"], row["base_seen"]):
            return row
        with self._store.writing() as db:
            again = "SELECT * FROM pulls WHERE id = ?"
            row = db.execute(again, (row["id"],)).fetchone()
            if row["state"] == "open":
                if landed := _landed(git, row, head, base):
                    by = commits.committer(git, landed[1])
                    db.execute(_MERGED, (*landed, storable(by), instant(self._now()), row["id"]))
                else:
                    git.references.create(_head_ref(row["number"]), head, force=True)
                    db.execute(_MOVE, {**_between(git, head, base), "id": row["id"]})
                row = db.execute(again, (row["id"],)).fetchone()
        assert isinstance(row, sqlite3.Row)
        return row

    def _pull(self, repository: Repository, git: pygit2.Repository, row: sqlite3.Row) -> Pull:
        row = self._seen(git, row)
        rule = self._protection.rule(repository, row["base"])
        return Pull(
            number=row["number"],
            branch=row["branch"],
            base=row["base"],
            head=row["head"],
            state=row["state"],
            opened_at=_time(row["opened_at"]),
            opened_by=row["author"],
            merged_commit=row["merged_commit"],
            merged_at=_time(row["merged_at"]),
            closed_by=row["closed_by"],
            closed_at=_time(row["closed_at"]),
            draft=bool(row["draft"]),
            conflicted=bool(row["conflicted"]),
            needs_approvals=rule.approvals if rule else 0,
            reviews=reviews_of(self._store.db, row["id"]),
            checks=checks_of(self._store.db, repository.id, row["head"], rule),
            url=f"{repository.path.as_uri()}#{row['number']}",
            title=row["title"],
            body=row["body"],
            labels=tuple(json.loads(row["labels"])),
            merged_by=row["merged_by"],
        )


class _Ends(TypedDict):
    head: str
    base_seen: str
    fork: str
    conflicted: bool


def _head_ref(number: int) -> str:
    # Keeps the head when its branch is deleted, and lets people fetch it.
    return f"refs/pull/{number}/head"


def _merge_ref(number: int) -> str:
    return f"refs/pull/{number}/merge"


def _ends(git: pygit2.Repository, repo: str, branch: str, base: str) -> _Ends:
    return _between(git, _existing(git, repo, branch), _existing(git, repo, base))


def _existing(git: pygit2.Repository, repo: str, branch: str) -> str:
    commit = commits.tip(git, branch)
    if commit is None:
        raise Refused(f"{repo} has no branch {branch[:200]!r}: push it first")
    return commit


def _between(git: pygit2.Repository, head: str, base: str) -> _Ends:
    fork, clash = commits.fork(git, base, head), commits.conflicted(git, base, head)
    return {"head": head, "base_seen": base, "fork": fork, "conflicted": clash}


def _landed(git: pygit2.Repository, row: sqlite3.Row, head: str, base: str) -> tuple[str, str] | None:
    """The head that the base holds by now, and the commit that brought it; None while it does not."""
    ours = commits.resolved(git, _merge_ref(row["number"]))
    if ours and commits.contains(git, base, ours):
        # Our own merge, killed before it was written down: squashed or rebased, only its ref tells.
        return commits.resolved(git, _head_ref(row["number"])) or row["head"], ours
    was_ahead = row["fork"] != row["head"]
    if was_ahead and commits.contains(git, base, row["head"]) and commits.contains(git, base, head):
        return head, commits.landed_as(git, base, head)
    return None


def _must_be(expected: str, head: str, repo: str, number: int) -> None:
    if expected and expected != head:
        raise Refused(f"pull request {number} of {repo} is at {head[:10]}, not at {expected[:10]}: look at it again")


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
