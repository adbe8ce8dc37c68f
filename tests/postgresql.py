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


class Server:
    """An empty PostgreSQL in a folder, reached by a socket there: there is no port that could be taken."""

    def __init__(self, folder: Path, bin: Path) -> None:
        self._folder, self._bin = folder, bin
        self._user = _USER if os.geteuid() == 0 else None
        self.url = f"postgresql://chairlift@/postgres?host={folder}"
        if self._user:
            shutil.chown(folder, self._user)
        self._run("initdb", "-U", "chairlift", "-A", "trust", "-E", "UTF8")

    def start(self) -> None:
        options = f"-k {self._folder} -c listen_addresses= -c fsync=off -c max_connections=200"
        self._run("pg_ctl", "-o", options, "-l", str(self._folder / "log"), "-w", "start")

    def stop(self) -> None:
        """Without a word to anybody, as when the machine goes off."""
        self._run("pg_ctl", "-m", "immediate", "-w", "stop")

    def _run(self, program: str, *words: str) -> None:
        argv = [self._bin / program, "-D", self._folder / "data", *words]
        subprocess.run(
            argv, check=True, user=self._user, cwd=self._folder, stdout=subprocess.DEVNULL, env={"LC_ALL": "C.UTF-8"}
        )


@contextmanager
def running(bin: Path) -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="chairlift-pg-") as folder:
        server = Server(Path(folder), bin)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def fresh_database(url: str) -> str:
    """The address of a new database on the same server."""
    name = f"home_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def main(arguments: list[str]) -> int:
    bin = programs()
    if bin is None:
        print("SKIPPED: no PostgreSQL here, so nothing was tried on it; 'apt-get install postgresql' brings one")
        return 0
    with running(bin) as server:
        os.environ[VARIABLE] = server.url
        return int(pytest.main(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
