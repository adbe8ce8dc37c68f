"""What a forge tells of the repositories that it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Listed:
    """One repository: `default_branch` is empty where nothing was pushed yet.

    `owners` and `catalog` are the texts of its CODEOWNERS and of its catalog-info.yaml, on the default branch.
    """

    repo: str
    default_branch: str = ""
    archived: bool = False
    fork: bool = False
    language: str = ""
    topics: tuple[str, ...] = ()
    owners: str = ""
    catalog: str = ""


@runtime_checkable
class Directory(Protocol):
    """A port that some forges answer beside `ports.Forge`: which repositories they have."""

    def repositories(self, owner: str, topic: str = "", words: str = "") -> Sequence[Listed]:
        """By name: all of an organisation or user, or those of it with this topic, or that a search for words finds.

        Raises Refused for an owner that is not there, and Unavailable.
        """
        ...

    def present_names(self, repos: Sequence[str]) -> Sequence[str]:
        """What each of these is called now: by another name where it was renamed or moved since.

        Empty for what is not there, or may not be seen.
        """
        ...
