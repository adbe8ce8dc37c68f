"""Releases a commit into an environment, or a library to where services install it from: small, but really done."""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import environments
from places import Place

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_COMMIT = re.compile(r"[0-9a-f]{40}")
#: One start of Python for all three: which Django there is, whether it accepts the code, and the database's migrations.
_BRING_UP = """
import django
from django.core.management import call_command
call_command("check")
call_command("migrate", interactive=False, verbosity=0)
print(django.__version__)
"""


class Failed(Exception):
    """The release did not happen; the text says why."""


def deploy(home: Path, service: str, environment: str, commit: str) -> None:
    """Release this commit, unless it is what runs. Raises Failed and CannotMake; then what ran before runs on."""
    if not (_NAME.fullmatch(service) and _NAME.fullmatch(environment)):
        raise Failed("names of services and environments are letters, digits, '.', '_' and '-'")
    if not _COMMIT.fullmatch(commit):
        raise Failed(f"{commit!r} is not the full id of a commit")
    place = Place(home, service, environment)
    with _alone(place):
        current = place.current()
        if current and current.commit == commit:
            return
        code = place.code(commit)
        _export(home / "home" / "forge" / f"{service}.git", commit, code)
        if (code / "setup.py").exists():
            _publish(code, home / "wheels")
            django = ""
        else:
            django = _bring_up(code, place.folder / "database.sqlite3")
        place.switch(commit, datetime.now(UTC), django)


def _publish(code: Path, wheels: Path) -> None:
    """As on any index, a version is published once: what is merged without a new one waits for it."""
    with tempfile.TemporaryDirectory() as folder:
        _run(code, ["uv", "build", "--quiet", "--wheel", "--out-dir", folder, "."])
        for wheel in Path(folder).glob("*.whl"):
            if not (wheels / wheel.name).exists():
                shutil.move(wheel, wheels / wheel.name)


def _bring_up(code: Path, database: Path) -> str:
    """The version of Django that the deployed code really gets."""
    with environments.environment(code) as python:
        surroundings = environments.compiled(python) | {"DATABASE": str(database)}
        ran = _run(code, [python, "manage.py", "shell", "-c", _BRING_UP], surroundings)
    return ran.split()[-1]


def _export(repository: Path, commit: str, code: Path) -> None:
    if code.exists():
        return
    code.parent.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(dir=code.parent))
    try:
        archive = half / "archive.tar"
        _run(half, ["git", "-C", repository, "archive", "--output", archive, commit])
        _run(half, ["tar", "-xf", archive])
        archive.unlink()
        half.rename(code)
    finally:
        shutil.rmtree(half, ignore_errors=True)


@contextmanager
def _alone(place: Place) -> Iterator[None]:
    place.folder.mkdir(parents=True, exist_ok=True)
    with open(place.folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(folder: Path, command: list[str | Path], surroundings: dict[str, str] | None = None) -> str:
    ran = subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True)
    if ran.returncode:
        words = " ".join(str(word) for word in command[:3])
        raise Failed(f"{words} failed with {ran.returncode}: {ran.stderr.strip()[-2000:]}")
    return ran.stdout
