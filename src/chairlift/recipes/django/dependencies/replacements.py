"""Names pinned distributions that nobody maintains any more, with what others chose instead."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from packaging.utils import canonicalize_name

from chairlift.recipes.django.dependencies import locks
from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Release, parse


@lru_cache(maxsize=1)
def table() -> dict[str, dict[str, str]]:
    """The rows of replacements.toml by canonical name."""
    text = files("chairlift.recipes.django.dependencies").joinpath("replacements.toml").read_text()
    return {canonicalize_name(row["name"]): row for row in tomllib.loads(text)["replacement"]}


def unmaintained(project: Project, target: Release) -> Iterator[Finding]:
    """One finding for each pin of such a distribution, where the target is beyond what its last release works with."""
    for path in project.matching("*.txt", "*.pip"):
        text = (project.read(path) or b"").decode("utf-8", "replace")
        for pin in locks.read(text).pins:
            row = table().get(pin.key)
            if row and (not row["stops"] or parse(row["stops"]) < target):
                said = f"{row['name']} is not maintained any more: {row['why']}"
                yield Finding(path, pin.first + 1, "unmaintained", said, f"others took {row['instead']}")
