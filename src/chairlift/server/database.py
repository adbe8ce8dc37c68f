"""Where the database is: SQLite in the home, or the PostgreSQL that CHAIRLIFT_DATABASE_URL names."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

VARIABLE = "CHAIRLIFT_DATABASE_URL"


#: Any number that no other program on the same PostgreSQL takes for its lock.
_ALONE = 0x636C6966


class BadAddress(Exception):
    """What the variable says is no address of a database that Chairlift can use."""


def database(home: Path) -> dict[str, Any]:
    """SQLite in the home; PostgreSQL where CHAIRLIFT_DATABASE_URL says so. Raises BadAddress for any other."""
    url = os.environ.get(VARIABLE, "")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(home / "db.sqlite3"),
            "OPTIONS": {
                "timeout": 30,
                # A transaction that reads first and writes later would fail under another writer instead of waiting.
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    try:
        parts = urlsplit(url)
        port = str(parts.port or "")
    except ValueError:
        parts, port = urlsplit(""), ""
    if parts.scheme not in ("postgres", "postgresql"):
        # Not what it says: there may be a password in it.
        raise BadAddress(
            f"{VARIABLE} is no address of a PostgreSQL database: "
            "write postgresql://user:password@host:5432/name, or leave it out for SQLite in the home"
        )
    # As libpq has them: `?host=/var/run/postgresql` for a socket, `?sslmode=verify-full`, and so on.
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "chairlift",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "") or options.pop("host", ""),
        "PORT": port,
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def mark(home: Path) -> Path:
    """The file in the home that says which version this very database was made ready for."""
    url = os.environ.get(VARIABLE, "")
    if not url:
        return home / "schema"
    parts = urlsplit(url)
    where = f"{parts.hostname}:{parts.port}{parts.path}?{parts.query}"
    return home / f"schema-{hashlib.sha256(where.encode()).hexdigest()[:12]}"


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Of all machines on one database, one at a time; on SQLite the lock of the home does that already."""
    from django.db import connection

    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_ALONE])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ALONE])
