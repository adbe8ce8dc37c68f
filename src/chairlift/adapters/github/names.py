"""Names from outside: which can be a repository's or a branch's at all."""

from __future__ import annotations

import re
from urllib.parse import quote

from chairlift.ports import Refused

_REPOSITORY = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]{0,99})/([A-Za-z0-9_.-]{1,100})", re.ASCII)
#: What git allows in no branch; anything else is asked of GitHub.
_NO_BRANCH = re.compile(r"^$|^[-/.]|[\x00-\x20\x7f~^:?*\[\\\ud800-\udfff]|\.\.|@\{|//|[/.]$|\.lock$")
_LONGEST_BRANCH = 255


def is_repository(repo: str) -> bool:
    """Whether a repository can be called so, on GitHub."""
    found = _REPOSITORY.fullmatch(repo)
    return bool(found and found[2] not in (".", ".."))


def parts(repo: str) -> tuple[str, str]:
    """Owner and name. Raises Refused for what is no name of a repository."""
    found = _REPOSITORY.fullmatch(repo)
    if not found or not is_repository(repo):
        raise Refused(f"{repo[:100]!r} is no repository of GitHub: write owner/name into the services file")
    return found[1], found[2]


def path(repo: str) -> str:
    """The beginning of the address of all that is about it."""
    owner, name = parts(repo)
    return f"/repos/{quoted(owner)}/{quoted(name)}"


def is_branch(name: str) -> bool:
    """Whether a branch can be called so, on GitHub."""
    return not _NO_BRANCH.search(name) and len(name.encode()) <= _LONGEST_BRANCH


def quoted(name: str) -> str:
    return quote(name, safe="")
