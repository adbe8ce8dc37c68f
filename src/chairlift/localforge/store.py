"""The SQLite file of a forge: safe for many threads and processes, and for being killed at any moment."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE = "forge.sqlite3"

_VERSION = 1

# Times are ISO 8601 in UTC; labels, checks and people are JSON lists. Pull requests and issues share their numbers.
_SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS repositories (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, numbers INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS pulls (
    id INTEGER PRIMARY KEY, repo INTEGER NOT NULL REFERENCES repositories, number INTEGER NOT NULL,
    title TEXT NOT NULL, body TEXT NOT NULL, labels TEXT NOT NULL, author TEXT NOT NULL,
    branch TEXT NOT NULL, base TEXT NOT NULL, draft INTEGER NOT NULL, state TEXT NOT NULL, opened_at TEXT NOT NULL,
    head TEXT NOT NULL, base_seen TEXT NOT NULL, fork TEXT NOT NULL, conflicted INTEGER NOT NULL,
    merged_commit TEXT NOT NULL DEFAULT '', merged_by TEXT NOT NULL DEFAULT '', merged_at TEXT,
    closed_by TEXT NOT NULL DEFAULT '', closed_at TEXT,
    UNIQUE (repo, number)
);
CREATE INDEX IF NOT EXISTS pulls_by_branch ON pulls (repo, branch, number);
CREATE UNIQUE INDEX IF NOT EXISTS one_open_pull_per_branch ON pulls (repo, branch) WHERE state = 'open';
CREATE TABLE IF NOT EXISTS reviews (
    id INTEGER PRIMARY KEY, pull INTEGER NOT NULL REFERENCES pulls, person TEXT NOT NULL, state TEXT NOT NULL,
    head TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS reviews_by_pull ON reviews (pull, id);
CREATE TABLE IF NOT EXISTS checks (
    repo INTEGER NOT NULL REFERENCES repositories, head TEXT NOT NULL, name TEXT NOT NULL,
    state TEXT NOT NULL, summary TEXT NOT NULL,
    PRIMARY KEY (repo, head, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS protections (
    repo INTEGER NOT NULL REFERENCES repositories, branch TEXT NOT NULL,
    approvals INTEGER NOT NULL, checks TEXT NOT NULL, pushers TEXT NOT NULL,
    PRIMARY KEY (repo, branch)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS comments (
    id INTEGER PRIMARY KEY AUTOINCREMENT, repo INTEGER NOT NULL REFERENCES repositories, number INTEGER NOT NULL,
    key TEXT, person TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL,
    UNIQUE (repo, number, key)
);
CREATE INDEX IF NOT EXISTS comments_by_repo ON comments (repo, id);
CREATE TABLE IF NOT EXISTS issues (
    repo INTEGER NOT NULL REFERENCES repositories, number INTEGER NOT NULL, key TEXT NOT NULL, person TEXT NOT NULL,
    title TEXT NOT NULL, body TEXT NOT NULL, state TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (repo, number), UNIQUE (repo, key)
);
PRAGMA user_version = {_VERSION};
COMMIT;
"""


class Store:
    """One connection per thread and process. Raises sqlite3.Error and OSError as they come.

    A writer waits `patience` seconds for another before the store is said to be locked.
    """

    def __init__(self, root: Path, patience: float) -> None:
        self.root = root
        self._patience = patience
        self._mine = threading.local()

    @property
    def db(self) -> sqlite3.Connection:
        """This thread's connection; each statement outside `writing` stands for itself."""
        if getattr(self._mine, "pid", None) != os.getpid():
            self._mine.connection = self._connect()
            self._mine.pid = os.getpid()
        connection: sqlite3.Connection = self._mine.connection
        return connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, alone among all writers of all processes; inside of another it is part of that."""
        db = self.db
        if db.in_transaction:
            yield db
            return
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")

    def close(self) -> None:
        """Close this thread's connection; the next use opens another."""
        if getattr(self._mine, "pid", None) == os.getpid():
            self._mine.connection.close()
            self._mine.pid = None

    def _connect(self) -> sqlite3.Connection:
        self.root.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self.root / FILE, timeout=self._patience, isolation_level=None)
        db.row_factory = sqlite3.Row
        if db.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(_SCHEMA)
        # With WAL this loses nothing when a process is killed, and saves a sync for each write.
        db.execute("PRAGMA synchronous = NORMAL")
        return db


def storable(text: str) -> str:
    """Text as SQLite can hold it: what is no Unicode (half a surrogate pair, say) becomes a question mark."""
    return text.encode("utf-8", "replace").decode()
