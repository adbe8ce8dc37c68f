"""Finds the Pythons of this machine that really start: what stands on PATH may be a shim without anything behind it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

Version = tuple[int, int]

#: The oldest that uv makes environments for.
OLDEST = (3, 8)

_PROBE = "import sqlite3, ssl, sys; print(*sys.version_info[:2], sys.executable)"
_SECONDS = 20


def find(most: Version, least: Version = OLDEST) -> Path | None:
    """The newest that starts and lies in these bounds, both included, as the path of the real interpreter."""
    for minor in range(most[1], least[1] - 1, -1):
        for candidate in _candidates((most[0], minor)):
            version, path = probe(candidate)
            if path and least <= version <= most:
                return path
    return None


def probe(python: Path) -> tuple[Version, Path | None]:
    """Which version starts there, and what it is itself called; None where nothing useful starts."""
    try:
        ran = subprocess.run([python, "-c", _PROBE], capture_output=True, text=True, timeout=_SECONDS)
        major, minor, path = ran.stdout.strip().split(" ", 2)
        return (int(major), int(minor)), Path(path)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return (0, 0), None


def _candidates(version: Version) -> Iterator[Path]:
    name = "python{}.{}".format(*version)
    for folder in os.get_exec_path():
        if (found := Path(folder) / name).exists():
            yield found
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(root.glob(f"versions/*/bin/{name}"))
    yield from _known_to_uv(name.removeprefix("python"))


def _known_to_uv(version: str) -> Iterator[Path]:
    command = ["uv", "python", "list", "--only-installed", "--output-format", "json", version]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS)
        rows = json.loads(listed.stdout or "[]")
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return
    yield from (Path(row["path"]) for row in rows if row.get("path"))
