"""What forges have alike: names of branches, and marks in our own texts that pages do not show."""

from __future__ import annotations

import hashlib
import re

from chairlift.ports import Refused

_NO_BRANCH = re.compile(r"^$|^[-/.]|[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)|[./]$|[\ud800-\udfff]")
_LONGEST = 244


def is_branch(branch: str) -> bool:
    """Whether git can have a branch of this name, and a forge keep it."""
    return not _NO_BRANCH.search(branch) and len(branch.encode("utf-8", "replace")) <= _LONGEST


def branch_name(branch: str) -> str:
    """The name, where git takes it for one. Raises Refused otherwise."""
    if not is_branch(branch):
        raise Refused(f"{branch[:60]!r} can be no name of a branch")
    return branch


def marked(text: str, kind: str, key: str) -> str:
    """The text with the marker of a key at its end."""
    return f"{text}\n\n{_marker(kind, key)}"


def unmarked(body: str, kind: str, key: str) -> str | None:
    """The text before the marker of this key; None where it is not there."""
    end = f"\n\n{_marker(kind, key)}"
    return body.removesuffix(end) if body.endswith(end) else None


def _marker(kind: str, key: str) -> str:
    # A key may hold anything, also what would end a comment of HTML.
    return f"<!-- chairlift {kind} {hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:20]} -->"
