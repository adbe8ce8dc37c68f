"""The people around a repository, as the contracts of forges need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from chairlift.core.upgrade import PullRequest
from chairlift.ports import Forge

#: What a title, a comment or a body may hold; forges may not lose a character of it.
ODD_TEXT = "ünïcode 🚡 '\"`$(rm)` <b>\\n</b> %s {0} --flag\r\n\ttab \u202e rtl; DROP TABLE pulls; /chairlift hold"
LONG_TEXT = "0123456789" * 1_000
NO_COMMIT = "0123456789abcdef0123456789abcdef01234567"


class World(Protocol):
    """The people around one repository, whose default branch `main` holds some files; Chairlift does none of this."""

    repo: str
    #: Two names that can speak on the forge.
    people: tuple[str, str]

    def push(self, branch: str, files: Mapping[str, str]) -> str:
        """Put these files on top of the branch (of `main` when it is new), push that, and return the commit."""
        ...

    def move(self, branch: str, commit: str) -> None:
        """Push a commit that the repository knows to the branch, by force."""
        ...

    def delete(self, branch: str) -> None:
        """Delete the branch."""
        ...

    def tip(self, branch: str) -> str:
        """The commit that the branch is at."""
        ...

    def files(self, branch: str) -> Mapping[str, str]:
        """What the branch holds, text by path."""
        ...

    def review(self, number: int, by: str, state: str, text: str = "") -> None:
        """Review the present head: approved, changes requested or commented."""
        ...

    def comment(self, number: int, by: str, text: str) -> None: ...

    def close(self, number: int, by: str) -> None: ...

    def reopen(self, number: int, by: str) -> None: ...

    def protect(self, branch: str, approvals: int, checks: Sequence[str]) -> None:
        """From now on a merge into the branch needs these."""
        ...


def opened(forge: Forge, world: World, branch: str = "work", files: Mapping[str, str] | None = None) -> PullRequest:
    """A branch with one commit, and a pull request from it."""
    world.push(branch, files or {f"{branch}.txt": "new\n"})
    return forge.ensure_pull(world.repo, branch, "main", f"Title of {branch}", "Body", ("chairlift",))


def found(forge: Forge, world: World, branch: str = "work") -> PullRequest:
    """The pull request of a branch that has one."""
    pull = forge.pull_for(world.repo, branch)
    assert pull is not None
    return pull
