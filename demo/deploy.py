"""A tiny but real deployment: `deploy SERVICE ENVIRONMENT COMMIT`, and `running SERVICE ENVIRONMENT` says what runs.

Everything lives in the folder $CHAIRLIFT_DEMO: bare repositories in `home/forge/SERVICE.git`, Python environments in
`environments`, what is released in `envs/SERVICE/ENVIRONMENT`, and wheels of libraries in `wheels`. Nothing is started;
but the very environment that would run the code says which Django it has, checks the code, and migrates its database.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from places import Place
from recipes.environments import CannotMake, environment

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_COMMIT = re.compile(r"[0-9a-f]{40}")


class Failed(Exception):
    """The release did not happen; the text says why."""


def deploy(home: Path, service: str, place: Place, commit: str) -> None:
    """Release this commit, unless it is what runs. Raises Failed and CannotMake; then what ran before runs on."""
    with _alone(place):
        current = place.current()
        if current and current.commit == commit:
            return
        code = place.code(commit)
        _export(home / "home" / "forge" / f"{service}.git", commit, code)
        if (code / "setup.py").exists():
            _run(code, ["uv", "build", "--quiet", "--wheel", "--out-dir", home / "wheels", "."])
            django = ""
        else:
            django = _bring_up(code, place.folder / "database.sqlite3")
        place.switch(commit, datetime.now(UTC), django)


def _bring_up(code: Path, database: Path) -> str:
    """The version of Django that the deployed code really gets, after its checks and migrations."""
    surroundings = dict(os.environ, DATABASE=str(database))
    with environment(code) as python:
        django = _run(code, [python, "-c", "import django; print(django.__version__)"], surroundings)
        _run(code, [python, "manage.py", "check"], surroundings)
        _run(code, [python, "manage.py", "migrate", "--no-input", "--verbosity", "0"], surroundings)
    return django.strip()


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("deploy", "running"):
        words = verbs.add_parser(verb)
        words.add_argument("service")
        words.add_argument("environment")
    verbs.choices["deploy"].add_argument("commit")
    asked = parser.parse_args()
    if not (_NAME.fullmatch(asked.service) and _NAME.fullmatch(asked.environment)):
        parser.error("names are letters, digits, '.', '_' and '-'")
    if not os.environ.get("CHAIRLIFT_DEMO"):
        parser.error("set CHAIRLIFT_DEMO to the folder of the demo")
    home = Path(os.environ["CHAIRLIFT_DEMO"])
    place = Place(home, asked.service, asked.environment)
    if asked.verb == "running":
        current = place.current()
        print(json.dumps(asdict(current) if current else None))
    elif not _COMMIT.fullmatch(asked.commit):
        parser.error("give the full id of a commit")
    else:
        try:
            deploy(home, asked.service, place, asked.commit)
        except (Failed, CannotMake) as error:
            sys.exit(f"{asked.service} is not deployed to {asked.environment}: {error}")


if __name__ == "__main__":
    main()
