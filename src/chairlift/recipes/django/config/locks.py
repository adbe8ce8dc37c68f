"""Lock files: which Django they hold. They are read here and never edited: tools write them."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from chairlift.recipes.django.config.texts import read
from chairlift.recipes.django.project import Project

#: Each lock file with the tool that writes it, and what it is made of.
LOCKS = {
    "poetry.lock": ("poetry", "pyproject.toml"),
    "uv.lock": ("uv", "pyproject.toml"),
    "pdm.lock": ("pdm", "pyproject.toml"),
    "Pipfile.lock": ("pipenv", "Pipfile"),
    "pylock.toml": ("lock", "pyproject.toml"),
}


@dataclass(frozen=True)
class Locked:
    """The version of Django in a lock file."""

    path: str
    line: int
    version: str


def locked(project: Project) -> Iterator[Locked]:
    for name in LOCKS:
        text = read(project, name)
        version = (_of_json if name == "Pipfile.lock" else _of_toml)(text.text) if text else ""
        if text and version:
            found = re.search(r'(?i)^\s*(?:name = "django"|"django": \{)', text.text, re.MULTILINE)
            yield Locked(name, text.line(found.end()) if found else 1, version)


def _of_toml(text: str) -> str:
    try:
        data = tomllib.loads(text.replace("\r\n", "\n"))
    except (ValueError, RecursionError):
        return ""
    packages = data.get("package", data.get("packages", []))
    for each in packages if isinstance(packages, list) else ():
        if isinstance(each, dict) and str(each.get("name", "")).lower() == "django":
            return str(each.get("version", ""))
    return ""


def _of_json(text: str) -> str:
    try:
        data = json.loads(text)
        return str(data["default"]["django"]["version"]).removeprefix("==")
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
