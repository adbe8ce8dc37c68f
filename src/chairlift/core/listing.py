"""What a forge tells of the repositories that it has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Listed:
    """One repository: `default_branch` is empty where nothing was pushed yet, `owners` the text of CODEOWNERS."""

    repo: str
    default_branch: str = ""
    archived: bool = False
    fork: bool = False
    language: str = ""
    topics: tuple[str, ...] = ()
    owners: str = ""
