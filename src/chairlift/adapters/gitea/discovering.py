"""Which repositories there are: all of an owner, or those that a search or a topic finds."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any

from chairlift.adapters.gitea.wire import Missing, Wire, is_repository, place
from chairlift.core.budget import Lane
from chairlift.core.listing import Listed
from chairlift.ports import Refused

_OWNER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}", re.ASCII)
_PAGE = 50
_MOST_PAGES = 2_000
#: Folders in which CODEOWNERS is looked for after the root; the first counts.
_PLACES = ("docs", ".gitea", ".forgejo")
_OWNERS, _CATALOG = "CODEOWNERS", "catalog-info.yaml"
_LONGEST_TEXT = 1 << 20


def repositories(wire: Wire, owner: str, topic: str, words: str) -> Sequence[Listed]:
    """By name. Each one that is in use costs two calls, and one more for each file that says whose it is."""
    if not _OWNER.fullmatch(owner):
        raise Refused(f"{owner[:100]!r} is no user or organisation: write its name as it is in addresses")
    try:
        uid = int(wire.get(f"users/{owner}", Lane.READ)["id"])
    except Missing:
        raise Refused(f"there is no {owner}, or {wire.identity} may not see it: check the name") from None
    query: dict[str, str | int] = {
        "uid": uid,
        "exclusive": "true",
        "sort": "alpha",
        "q": topic or words,
        "topic": str(bool(topic)).lower(),
    }
    listed = _found(wire, query)
    # A search is for a topic or for words; for both, the words are looked for here.
    wanted = (name for name in listed if not topic or words.casefold() in name.casefold())
    return [_listed(wire, listed[name]) for name in sorted(wanted, key=str.casefold)]


def present_name(wire: Wire, repo: str) -> str:
    """What it is called now; empty where it is not to be seen."""
    if not is_repository(repo):
        return ""
    try:
        return str(wire.get(place(repo), Lane.READ)["full_name"])
    except Missing:
        return ""


def _found(wire: Wire, query: Mapping[str, str | int]) -> Mapping[str, Mapping[str, Any]]:
    """By name; the last page is the first that brings nothing new."""
    listed: dict[str, Mapping[str, Any]] = {}
    for page in range(1, _MOST_PAGES):
        found = wire.get("repos/search", Lane.READ, {**query, "page": page, "limit": _PAGE}).get("data") or ()
        before = len(listed)
        listed |= {str(each["full_name"]): each for each in found}
        if len(listed) == before:
            break
    return listed


def _listed(wire: Wire, each: Mapping[str, Any]) -> Listed:
    repo, in_use = str(each["full_name"]), not each.get("empty") and not each.get("archived")
    root = _entries(wire, repo, "") if in_use else {}
    return Listed(
        repo=repo,
        default_branch="" if each.get("empty") else str(each.get("default_branch") or ""),
        archived=bool(each.get("archived")),
        fork=bool(each.get("fork")),
        language=str(each.get("language") or ""),
        owners=_owners(wire, repo, root),
        catalog=_text(wire, repo, _CATALOG) if root.get(_CATALOG) == "file" else "",
    )


def _owners(wire: Wire, repo: str, root: Mapping[str, str]) -> str:
    if root.get(_OWNERS) == "file":
        return _text(wire, repo, _OWNERS)
    for folder in _PLACES:
        if root.get(folder) == "dir" and _entries(wire, repo, folder).get(_OWNERS) == "file":
            return _text(wire, repo, f"{folder}/{_OWNERS}")
    return ""


def _entries(wire: Wire, repo: str, folder: str) -> Mapping[str, str]:
    """What lies in a folder of the default branch, by name: file, dir, symlink or submodule."""
    path = place(repo, "contents", folder) if folder else place(repo, "contents")
    try:
        return {str(each["name"]): str(each["type"]) for each in wire.at_once(path, Lane.READ)}
    except Missing:
        return {}


def _text(wire: Wire, repo: str, path: str) -> str:
    """Empty for what is no file, no text, or too long for one that says whose something is."""
    found = wire.get(place(repo, "contents", path), Lane.READ)
    if found.get("encoding") != "base64" or int(found["size"]) > _LONGEST_TEXT:
        return ""
    return base64.b64decode(found["content"]).decode("utf-8", "replace")
