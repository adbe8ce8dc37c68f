"""Every place that says a Python, by its text: what runs the service, what it claims, and what it asks for at least."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chairlift.recipes.django.config import toml
from chairlift.recipes.django.config.texts import Text, read
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Release

DOCKERFILES = ("Dockerfile", "Dockerfile.*", "*.Dockerfile", "*.dockerfile", "Containerfile")
_FROM = re.compile(r"(?im)^\s*(?:FROM\s+(?:--\S+\s+)?\S*?python:|ARG\s+PYTHON_?VERSION\s*=\s*[\"']?)(\d\.\d+)")
_PLAIN = {
    "runtime.txt": re.compile(r"python-(\d\.\d+)"),
    ".python-version": re.compile(r"(?m)^(?:python-)?(\d\.\d+)"),
    ".tool-versions": re.compile(r"(?m)^python[ \t]+(\d\.\d+)"),
}
_REQUIRES = {
    "setup.py": re.compile(r"python_requires\s*=\s*[\"'][^\"']*?>=\s*(\d\.\d+)"),
    "setup.cfg": re.compile(r"(?m)^python_requires\s*=\s*[^\n]*?>=\s*(\d\.\d+)"),
}
CLASSIFIER = re.compile(r"Programming Language :: Python :: (\d\.\d+)")


@dataclass(frozen=True)
class Place:
    """`start` to `end` is the version (`3.8`). `exact` is what runs it, `claim` a classifier; else a lower bound."""

    path: str
    line: int
    start: int
    end: int
    release: Release
    exact: bool = False
    claim: bool = False


def places(project: Project) -> Iterator[Place]:
    for path in project.matching(*DOCKERFILES):
        yield from _found(read(project, path), _FROM, exact=True)
    for name, pattern in _PLAIN.items():
        yield from _found(read(project, name), pattern, exact=True)
    for name, pattern in _REQUIRES.items():
        yield from _found(read(project, name), pattern)
    for name in ("setup.py", "setup.cfg", "pyproject.toml"):
        yield from _found(read(project, name), CLASSIFIER, claim=True)
    for name in ("pyproject.toml", "Pipfile"):
        if text := read(project, name):
            yield from _in_toml(text)


def _found(text: Text | None, pattern: re.Pattern[str], exact: bool = False, claim: bool = False) -> Iterator[Place]:
    for found in pattern.finditer(text.text) if text else ():
        yield _place(text, found.start(1), found[1], exact, claim) if text else None  # type: ignore[misc]


def _place(text: Text, start: int, version: str, exact: bool = False, claim: bool = False) -> Place:
    major, minor = version.split(".")
    end = start + len(version)
    return Place(text.path, text.line(start), start, end, (int(major), int(minor)), exact, claim)


def _in_toml(text: Text) -> Iterator[Place]:
    wanted = (
        ("project", "requires-python"),
        ("tool", "poetry", "dependencies", "python"),
        ("requires", "python_version"),
    )
    try:
        scalars = toml.parse(text.text).scalars
    except toml.NotToml:
        return
    for scalar in scalars:
        if scalar.path in wanted and (found := re.match(r"(?:>=|\^|~=?|==)?\s*(\d\.\d+)", scalar.value)):
            yield _place(text, scalar.start + found.start(1), found[1], exact=scalar.path[0] == "requires")
