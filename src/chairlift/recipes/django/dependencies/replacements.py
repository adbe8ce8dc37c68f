"""Names required distributions that nobody maintains any more, with what others chose instead."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

from packaging.utils import canonicalize_name

from chairlift.recipes.django.dependencies import locks
from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Release, parse


@lru_cache(maxsize=1)
def table() -> dict[str, dict[str, Any]]:
    """The rows of replacements.toml by canonical name."""
    text = files("chairlift.recipes.django.dependencies").joinpath("replacements.toml").read_text()
    return {canonicalize_name(row["name"]): row for row in tomllib.loads(text)["replacement"]}


def unmaintained(project: Project, target: Release) -> Iterator[Finding]:
    """One finding for each pin of such a distribution, where the target is beyond what its last release works with.

    What is only asked for, in a manifest, is named at the first place.
    """
    named: set[str] = set()
    for path in project.matching("*.txt", "*.pip"):
        for pin in locks.read(_text(project, path)).pins:
            row = _row(pin.key, target)
            if row:
                named.add(pin.key)
                yield _finding(path, pin.first + 1, row)
    for path in project.matching("*.in", "setup.py", "setup.cfg", "pyproject.toml", "Pipfile"):
        text = _text(project, path)
        for key in table():
            row = None if key in named else _row(key, target)
            place = row and _asked_for(key).search(text)
            if row and place:
                named.add(key)
                yield _finding(path, text.count("\n", 0, place.start("name")) + 1, row)


def _row(key: str, target: Release) -> dict[str, Any] | None:
    row = table().get(key)
    return row if row and (not row["stops"] or parse(row["stops"]) < target) else None


def _finding(path: str, line: int, row: dict[str, Any]) -> Finding:
    said = f"{row['name']} is not maintained any more: {row['why']}"
    return Finding(path, line, "unmaintained", said, f"others took {row['instead']}")


def _text(project: Project, path: str) -> str:
    return (project.read(path) or b"").decode("utf-8", "replace")


@lru_cache(maxsize=256)
def _asked_for(key: str) -> re.Pattern[str]:
    """A requirement of this name: at the start of a line or of a text, with what may follow a name there."""
    name = "[-_.]".join(re.escape(part) for part in key.split("-"))
    after = r"(?=\s*(?:$|[\[<>=!~;#\"',]))"
    return re.compile(rf"(?:^[ \t]*|[\"'])(?P<name>{name}){after}", re.IGNORECASE | re.MULTILINE)
