"""What a command said: its output, its errors, and its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FINE, PERSON, USAGE, TROUBLE = 0, 1, 2, 3


@dataclass(frozen=True)
class Said:
    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def json(self) -> Any:
        assert self.code in (FINE, PERSON, TROUBLE), self.err
        return json.loads(self.text)

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


#: Runs a command: its words, and variables of the environment.
Run = Callable[..., Said]


def environment(home: Path, **more: str) -> dict[str, str]:
    """This one's, without anything that belongs to Chairlift but the home."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("CHAIRLIFT_", "GIT_", "DJANGO_"))}
    return {**clean, "CHAIRLIFT_HOME": str(home), **more}


def process(home: Path, *arguments: object, under: tuple[str, ...] = (), **more: str) -> Said:
    """The command in a process of its own, its output in a pipe; `under` is a program that starts it."""
    argv = [*under, sys.executable, "-m", "chairlift", *map(str, arguments)]
    done = subprocess.run(argv, env=environment(home, **more), capture_output=True, timeout=60, check=False)
    return Said(done.returncode, done.stdout, done.stderr.decode(errors="replace"))
