"""A process that has imported what no mutant can touch, and forks for each: `python -m tests.seedbed SECONDS`.

Where it stands is a place with `src` and `tests`. It reads lines of JSON, each a list of words for pytest, and answers
each with a line: what became of it. It ends when there is no more to read.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

#: Other people's, in the order of what they cost. Of ours there is nothing among them, nor what asks for our settings.
PRELOADED = (
    "pytest", "hypothesis.strategies", "django.contrib.admin.utils", "django.core.management", "django.forms",
    "django.db.backends.sqlite3.base", "django.db.models", "django.middleware.csrf", "django.template.loader",
    "django.test", "django.views.generic", "pydantic", "httpx", "icalendar", "joserfc.jwt", "openpyxl", "pygit2",
    "pygments.lexers", "pygments.formatters", "rich.console", "rich.progress", "rich.table", "tomlkit", "yaml",
)  # fmt: skip
OURS = ("chairlift", "tests")
#: Added to what pytest ends with: any other end of a child, that of one that breaks off too, says nothing of the bug.
RAN = 100
#: Instead of that: the tests were of another program than the one with the bug.
ELSEWHERE = 99
WORDS = {RAN: "SURVIVED", RAN + 1: "killed", ELSEWHERE: "broken: what was tested is not what was planted"}


def main(seconds: float) -> None:
    for name in PRELOADED:
        importlib.import_module(name)
    for line in sys.stdin:
        answer = outcome(json.loads(line), seconds)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def outcome(words: list[str], seconds: float) -> str:
    """Of one run of pytest, in a child that has imported nothing of ours yet."""
    assert not [name for name in _ours() if name not in ("tests", "tests.seedbed")], (
        "a bug planted now would not be seen"
    )
    with tempfile.TemporaryFile("w+") as said:
        child = multiprocessing.get_context("fork").Process(target=_grow, args=(words, said))
        child.start()
        try:
            child.join(seconds)
            if child.exitcode is None:
                return f"hung: more than {seconds:.0f} seconds"
        finally:
            if child.exitcode is None:
                # Its own group: no program that it started lives on.
                os.killpg(child.pid, signal.SIGKILL)
                child.join()
        said.seek(0)
        return WORDS.get(child.exitcode, f"broken: {said.read()[-300:]}")


def _grow(words: list[str], said: IO[str]) -> None:
    os.setpgid(0, 0)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(said.fileno(), stream.fileno())
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    import pytest

    # What is imported already does not show the values in its own assertions: nobody reads them here.
    code = int(pytest.main(["-W", "ignore::pytest.PytestAssertRewriteWarning", *words]))
    here = Path.cwd()
    strangers = [module for module in _ours().values() if not _file(module).is_relative_to(here)]
    sys.exit(ELSEWHERE if strangers else RAN + code)


def _ours() -> dict[str, Any]:
    return {name: module for name, module in sys.modules.items() if name.partition(".")[0] in OURS}


def _file(module: Any) -> Path:
    return Path(module.__file__ or next(iter(module.__path__))).resolve()


if __name__ == "__main__":
    main(float(sys.argv[1]))
