"""Names from outside: which can be a project's or a group's at all, and where what is in them answers."""

from __future__ import annotations

import re
from urllib.parse import quote

from chairlift.ports import Refused

_PART = r"(?!\.{1,2}(?:/|$))[A-Za-z0-9_.][A-Za-z0-9_.-]{0,254}"
_PROJECT = re.compile(rf"{_PART}(?:/{_PART}){{1,20}}", re.ASCII)
_GROUP = re.compile(rf"{_PART}(?:/{_PART}){{0,20}}", re.ASCII)


def place(repo: str, *segments: object) -> str:
    """The path of something in a project. Raises Refused for what can be no name of one."""
    return "/".join(["projects", quote(project(repo), safe=""), *(quote(str(each), safe="") for each in segments)])


def is_project(repo: str) -> bool:
    """Whether a project can be called so."""
    return bool(_PROJECT.fullmatch(repo))


def project(repo: str) -> str:
    """The same name. Raises Refused for what can be no name of a project."""
    if not is_project(repo):
        raise Refused(f"no project called {repo[:100]!r}: write it as group/name, with the groups between them")
    return repo


def group(owner: str) -> str:
    """The same name. Raises Refused for what can be no name of a group or user."""
    if not _GROUP.fullmatch(owner):
        raise Refused(f"{owner[:100]!r} is no group or user of GitLab: write its name as it is in addresses")
    return owner


def of_project(path: str) -> str:
    """The path of the project that something is in; empty where it is in none."""
    parts = path.split("/", 2)
    return "/".join(parts[:2]) if parts[0] == "projects" and len(parts) > 1 else ""
