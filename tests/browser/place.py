"""The cast's campaign on a socket, on its own clock: `python -m tests.browser.place HOME`.

It says where the pages are; for each name that it reads, a link that signs them in; and for an empty line, that all is
again as it was. It ends when there is no more to read. Nothing looks at the upgrades: what a person does changes the
log, and where a service stands stays.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.request import urlopen

from chairlift.cli.frame import open_home
from chairlift.server.database import VARIABLE
from tests.browser.cast import NOW, seed


def main(home: Path) -> None:
    open_home(home)
    from django.conf import settings

    from chairlift.server import forecasting
    from chairlift.server.models import RosterFile
    from chairlift.server.web import links
    from chairlift.server.web.serving import Serving

    if not RosterFile.objects.exists():
        seed()
        forecasting.renew_due(NOW)
        if not (home / "chairlift.toml").exists():
            (home / "chairlift.toml").write_text('operators = ["Olga"]\n')
    serving = Serving("127.0.0.1", 0)
    settings.URL = f"http://127.0.0.1:{serving.port}"
    # All that the pages need is loaded with the first of them: on a busy machine no page should wait for that.
    urlopen(f"{settings.URL}/sign-in").read()
    say(settings.URL)
    file = home / "db.sqlite3"
    kept = sqlite3.connect(":memory:")
    with closing(sqlite3.connect(file)) as there:
        there.backup(kept)
    for line in sys.stdin:
        if name := line.strip():
            say(links.make(name, RosterFile.now(), NOW).partition("/sign-in")[2])
        else:
            put_back(kept, file)
            say("as it was")
    serving.close()


def put_back(kept: sqlite3.Connection, file: Path) -> None:
    """Give the database what it held at first. Numbers go on: the server knows some things by theirs."""
    with closing(sqlite3.connect(file, timeout=30)) as there:
        numbers = there.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
        kept.backup(there)
        there.execute("DELETE FROM sqlite_sequence")
        there.executemany("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", numbers)
        there.commit()


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Place:
    """That process, from outside."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.url = self._read()

    def link(self, person: str) -> str:
        """Where this person signs in, once."""
        assert person
        return f"{self.url}/sign-in{self._asked(person)}"

    def begin_again(self) -> None:
        """Forget all that was done here; nobody is signed in any more."""
        assert self._asked("") == "as it was"

    def _asked(self, line: str) -> str:
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline().strip()
        assert line, "the server of the pages has ended"
        return line


@contextmanager
def opened(home: Path, **more: str) -> Iterator[Place]:
    """The place in this home; `more` goes into its environment."""
    own = {"CHAIRLIFT_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tests.browser.settings", **more}
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE} | own
    argv = [sys.executable, "-m", "tests.browser.place", str(home)]
    root = Path(__file__).parent.parent.parent
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, cwd=root, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        yield Place(process)
        process.communicate(timeout=30)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
