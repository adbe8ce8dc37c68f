"""Runs pytest with a PostgreSQL of its own, which ends with it: `python -m tests.postgresql PYTEST-ARGUMENTS`."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from chairlift.server.database import VARIABLE

#: PostgreSQL does not run as root; Debian's package brings this user.
_USER = "postgres"


def programs() -> Path | None:
    """Where initdb is: the newest of Debian's, or what PATH has."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: int(each.parts[-3]))
    where = shutil.which("initdb")
    return found[-1].parent if found else Path(where).parent if where else None


@contextmanager
def server(folder: Path, bin: Path) -> Iterator[str]:
    """The address of an empty database, reached by a socket in the folder: there is no port that could be taken."""
    user = _USER if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    run = {"check": True, "user": user, "cwd": folder, "stdout": subprocess.DEVNULL, "env": {"LC_ALL": "C.UTF-8"}}
    subprocess.run([bin / "initdb", "-D", data, "-U", "chairlift", "-A", "trust", "-E", "UTF8"], **run)
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c max_connections=200"
    subprocess.run([bin / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start"], **run)
    try:
        yield f"postgresql://chairlift@/postgres?host={folder}"
    finally:
        subprocess.run([bin / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"], **run)


def fresh_database(url: str) -> str:
    """The address of a new database on the same server."""
    name = f"home_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as running:
        running.execute(f"CREATE DATABASE {name}")
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def main(arguments: list[str]) -> int:
    bin = programs()
    if bin is None:
        print("SKIPPED: no PostgreSQL here, so nothing was tried on it; 'apt-get install postgresql' brings one")
        return 0
    with tempfile.TemporaryDirectory(prefix="chairlift-pg-") as folder, server(Path(folder), bin) as url:
        os.environ[VARIABLE] = url
        return int(pytest.main(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
