"""Comments on pull requests and issues, and the issues themselves."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from chairlift.core.upgrade import Issue, digest
from chairlift.localforge.repositories import Repositories, Unknown
from chairlift.localforge.store import Store, storable
from chairlift.ports import Comment, Refused


@dataclass(frozen=True)
class Topic(Issue):
    """An issue with its text."""

    key: str = ""
    title: str = ""
    body: str = ""
    by: str = ""
    at: datetime | None = None


class Talk:
    """What people and programs say, by the number of a pull request or issue."""

    def __init__(self, store: Store, repositories: Repositories, now: Callable[[], datetime]) -> None:
        self._store = store
        self._repositories = repositories
        self._now = now

    def say(self, repo: str, number: int, by: str, text: str) -> int:
        """Add a comment and return its id. Refused for an unknown number, and for nothing said."""
        if not text.strip():
            raise Refused("an empty comment says nothing: give it a text")
        with self._store.writing() as db:
            repository = self._repositories.get(repo)
            self._must_exist(repository.id, repo, number)
            values = (repository.id, number, storable(by), storable(text), instant(self._now()))
            done = db.execute("INSERT INTO comments (repo, number, person, text, at) VALUES (?, ?, ?, ?, ?)", values)
            assert done.lastrowid is not None
            return done.lastrowid

    def keep(self, repo: str, number: int, by: str, key: str, text: str) -> None:
        """The one comment under this key, made or edited in place; nothing is written when it says this already."""
        with self._store.writing() as db:
            repository = self._repositories.get(repo)
            self._must_exist(repository.id, repo, number)
            db.execute(
                "INSERT INTO comments (repo, number, key, person, text, at) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (repo, number, key) DO UPDATE SET text = excluded.text WHERE text <> excluded.text",
                (repository.id, number, storable(key), storable(by), storable(text), instant(self._now())),
            )

    def heard(self, repo: str, after: int, ours: Sequence[str]) -> list[Comment]:
        """Comments with an id above `after`, oldest first, without kept ones and those by `ours`."""
        marks = ", ".join("?" * len(ours))
        query = (
            f"SELECT * FROM comments WHERE repo = ? AND id > ? AND key IS NULL AND person NOT IN ({marks}) ORDER BY id"
        )
        rows = self._store.db.execute(query, (self._repositories.get(repo).id, after, *ours))
        return [_comment(row) for row in rows]

    def said(self, repo: str, number: int) -> list[Comment]:
        """All comments under one number, oldest first."""
        query = "SELECT * FROM comments WHERE repo = ? AND number = ? ORDER BY id"
        return [_comment(row) for row in self._store.db.execute(query, (self._repositories.get(repo).id, number))]

    def numbered(self, repo: str, number: int) -> Topic:
        """The issue of this number. Unknown when it is none."""
        for topic in self.topics(repo):
            if topic.number == number:
                return topic
        raise Unknown(f"{repo} has no issue {number}: `forge issues {repo}` lists them")

    def topic(self, repo: str, key: str) -> Topic | None:
        """The issue under this key."""
        repository = self._repositories.get(repo)
        query = "SELECT * FROM issues WHERE repo = ? AND key = ?"
        row = self._store.db.execute(query, (repository.id, storable(key))).fetchone()
        return _topic(row, repository.path.as_uri()) if row else None

    def topics(self, repo: str) -> list[Topic]:
        """All issues, newest first."""
        repository = self._repositories.get(repo)
        rows = self._store.db.execute("SELECT * FROM issues WHERE repo = ? ORDER BY number DESC", (repository.id,))
        return [_topic(row, repository.path.as_uri()) for row in rows]

    def raise_topic(self, repo: str, key: str, title: str, body: str, by: str, closed: bool = False) -> Topic:
        """The issue under this key with this text and state; made, or changed where it differs."""
        state = "closed" if closed else "open"
        key, title, body = storable(key), storable(title), storable(body)
        with self._store.writing() as db:
            repository = self._repositories.get(repo)
            if self.topic(repo, key) is None:
                number = self._repositories.next_number(repository)
                values = (repository.id, number, key, storable(by), title, body, state, instant(self._now()))
                db.execute("INSERT INTO issues VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
            else:
                where = (title, body, state, repository.id, key)
                db.execute("UPDATE issues SET title = ?, body = ?, state = ? WHERE repo = ? AND key = ?", where)
            topic = self.topic(repo, key)
        assert topic is not None
        return topic

    def _must_exist(self, id: int, repo: str, number: int) -> None:
        query = (
            "SELECT 1 FROM pulls WHERE repo = :repo AND number = :number"
            " UNION SELECT 1 FROM issues WHERE repo = :repo AND number = :number"
        )
        if self._store.db.execute(query, {"repo": id, "number": number}).fetchone() is None:
            raise Unknown(f"{repo} has no pull request or issue {number}: `forge prs` and `forge issues` list them")


def instant(at: datetime) -> str:
    """A time as the store holds it."""
    return at.astimezone(UTC).isoformat()


def _comment(row: sqlite3.Row) -> Comment:
    return Comment(row["id"], row["number"], row["person"], row["text"], datetime.fromisoformat(row["at"]))


def _topic(row: sqlite3.Row, url: str) -> Topic:
    return Topic(
        row["number"],
        row["state"],
        digest(row["title"], row["body"]),
        f"{url}#{row['number']}",
        key=row["key"],
        title=row["title"],
        body=row["body"],
        by=row["person"],
        at=datetime.fromisoformat(row["at"]),
    )
