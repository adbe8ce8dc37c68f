"""The cast's campaign on a socket, on its own clock: `python -m tests.browser.place HOME`.

It says where the pages are, and for each name that it reads, a link that signs them in; it ends when there is no more
to read. Nothing looks at the upgrades: what a person does changes the log, and where a service stands stays.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
        (home / "chairlift.toml").write_text('operators = ["Olga"]\n')
    serving = Serving("127.0.0.1", 0)
    settings.URL = f"http://127.0.0.1:{serving.port}"
    say(settings.URL)
    for name in sys.stdin:
        say(links.make(name.strip(), RosterFile.now(), NOW).partition("/sign-in")[2])
    serving.close()


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
        assert self._process.stdin
        self._process.stdin.write(person + "\n")
        self._process.stdin.flush()
        return f"{self.url}/sign-in{self._read()}"

    def _read(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline().strip()
        assert line, "the server of the pages has ended"
        return line


@contextmanager
def opened(home: Path) -> Iterator[Place]:
    own = {"CHAIRLIFT_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tests.browser.settings"}
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE} | own
    argv = [sys.executable, "-m", "tests.browser.place", str(home)]
    root = Path(__file__).parent.parent.parent
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, cwd=root, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        yield Place(process)
        process.communicate(timeout=30)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
