"""What people changed between two commits: the net diff in hunks, and which of them are of this upgrade."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from chairlift.recipes.django.releases import SERIES, Release

_HEAD = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True)
class Hunk:
    """One place of `git diff -U0`. `start` is the first removed line of `old`, or the line after which is added.

    `old` is the path before, `path` the path after; they differ where the file was renamed, and one of them is empty
    where it is new or gone.
    """

    old: str
    path: str
    start: int
    removed: tuple[str, ...]
    begins: int
    added: tuple[str, ...]
    #: Of the removed lines those, counted from 0, that others took out: they are as if they had stayed.
    stays: frozenset[int] = frozenset()

    @property
    def place(self) -> str:
        return f"{self.path or self.old}:{self.begins if self.path else self.start}"


def pattern_of(current: Release, target: Release) -> str:
    """What messages of the upgrade's commits say: any series on the way, or that the old one goes."""
    way = [each.release for each in SERIES if current < each.release <= target]
    said = "|".join(rf"{major}[._]?{minor}" for major, minor in way)
    gone = rf"(?:drop|remove)\w*[^\n]*django[\s_=v-]*{current[0]}[._]?{current[1]}\b"
    return rf"(?i)django[\s_=v-]*(?:{said}|{target[0]}(?![.\d]))\b|RemovedInDjango|{gone}"


@dataclass(frozen=True)
class History:
    """A bare repository or a checkout, from one commit to another one."""

    repo: Path
    base: str
    final: str

    def git(self, *argv: str) -> str:
        ran = subprocess.run(["git", "-C", str(self.repo), *argv], capture_output=True, check=True)
        return ran.stdout.decode("utf-8", "replace")

    def tried(self, *argv: str) -> str:
        """What it says, or nothing where it fails, as `git grep` does that finds nothing."""
        ran = subprocess.run(["git", "-C", str(self.repo), *argv], capture_output=True)
        return ran.stdout.decode("utf-8", "replace") if ran.returncode == 0 else ""

    def text(self, commit: str, path: str) -> str | None:
        ran = subprocess.run(["git", "-C", str(self.repo), "show", f"{commit}:{path}"], capture_output=True)
        return ran.stdout.decode("utf-8", "replace") if ran.returncode == 0 else None

    def limits(self) -> Iterator[tuple[str, str]]:
        """Requirements as people left them, by path."""
        return self.files((".in", ".txt"), self.final)

    def files(self, ends: tuple[str, ...], commit: str = "") -> Iterator[tuple[str, str]]:
        """The files whose names end so, by path, with their texts; of the base unless said."""
        for path in self.git("ls-tree", "-r", "--name-only", commit or self.base).split("\n"):
            if path.endswith(ends) and (text := self.text(commit or self.base, path)) is not None:
                yield path, text

    def day(self) -> str:
        """When they were done: what was released later they could not have."""
        return self.git("log", "-1", "--format=%cs", self.final).strip()

    def check_out(self, folder: Path) -> None:
        clone = ["git", "clone", "--quiet", "--shared", "--no-checkout", str(self.repo), str(folder)]
        subprocess.run(clone, check=True, capture_output=True)
        subprocess.run(["git", "-C", str(folder), "checkout", "--quiet", self._base], check=True, capture_output=True)

    @cached_property
    def _base(self) -> str:
        return self.git("rev-parse", f"{self.base}^{{commit}}").strip()

    @cached_property
    def _children(self) -> dict[str, str]:
        """Of each commit on the main line the one after it."""
        line = self.git("rev-list", "--first-parent", "--reverse", f"{self._base}..{self.final}").split()
        return dict(zip([self._base, *line], line, strict=False))

    def commits(self, pattern: str, also: Iterable[str] = ()) -> frozenset[str]:
        """Those of the main line that are of the upgrade: a merge counts with the messages that it brings."""
        found = set()
        for commit in self._children.values():
            messages = self.git("log", "--format=%B", f"{commit}^1..{commit}")
            if re.search(pattern, messages) or any(commit.startswith(each) for each in also):
                found.add(commit)
        return frozenset(found)

    def hunks(self) -> Iterator[Hunk]:
        text = self.git("-c", "core.quotepath=off", "diff", "-U0", "-M", "--no-color", self._base, self.final)
        old = path = ""
        head: tuple[int, int, int, int] | None = None
        removed: list[str] = []
        added: list[str] = []

        def flush() -> Iterator[Hunk]:
            if head:
                yield Hunk(old, path, head[0], tuple(removed), head[2], tuple(added))

        for line in text.split("\n"):
            if head and (len(removed), len(added)) != (head[1], head[3]) and line[:1] in ("-", "+"):
                (removed if line[0] == "-" else added).append(line[1:])
            elif found := _HEAD.match(line):
                yield from flush()
                head = (int(found[1]), int(found[2] or 1), int(found[3]), int(found[4] or 1))
                removed, added = [], []
            elif line.startswith("diff --git "):
                yield from flush()
                head, old, path = None, "", ""
            elif line.startswith("--- "):
                old = _path(line[4:])
            elif line.startswith("+++ "):
                path = _path(line[4:])
        yield from flush()

    def of_upgrade(self, hunks: Iterable[Hunk], commits: frozenset[str]) -> Iterator[Hunk]:
        """Those of which a line was added or taken out by one of these commits; lines of others in them are empty."""
        blamed: dict[tuple[str, bool], dict[int, str]] = {}
        for hunk in hunks:
            who: list[list[bool]] = []
            for path, start, lines, gone in (
                (hunk.old, hunk.start, hunk.removed, True),
                (hunk.path, hunk.begins, hunk.added, False),
            ):
                if lines and (path, gone) not in blamed:
                    blamed[path, gone] = self._removed(path) if gone else self._added(path)
                known = blamed.get((path, gone), {})
                who.append([known.get(start + each, "") in commits for each in range(len(lines))])
            if any(who[0]) or any(who[1]):
                removed = tuple(line if mine else "" for line, mine in zip(hunk.removed, who[0], strict=True))
                added = tuple(line if mine else "" for line, mine in zip(hunk.added, who[1], strict=True))
                stays = frozenset(at for at, mine in enumerate(who[0]) if not mine)
                yield replace(hunk, removed=removed, added=added, stays=stays)

    def _added(self, path: str) -> dict[int, str]:
        return self._blame("blame", "--first-parent", "-s", "-l", f"{self._base}..{self.final}", "--", path)

    def _removed(self, path: str) -> dict[int, str]:
        """The commit after the last one that has the line."""
        span = f"{self._base}..{self.final}"
        last = self._blame("blame", "--reverse", "--first-parent", "-s", "-l", span, "--", path)
        return {line: self._children.get(commit, "") for line, commit in last.items()}

    def _blame(self, *argv: str) -> dict[int, str]:
        try:
            lines = self.git(*argv).split("\n")
        except subprocess.CalledProcessError:
            return {}
        shas = [self._whole(line.split(" ", 1)[0]) for line in lines if line]
        return dict(enumerate(shas, 1))

    def _whole(self, sha: str) -> str:
        """A commit at the edge of the span is marked, and cut by a letter."""
        if not sha.startswith("^"):
            return sha
        known = (self._base, *self._children.values())
        return next((each for each in known if each.startswith(sha[1:])), "")


def _path(text: str) -> str:
    text = text.split("\t")[0]
    return "" if text == "/dev/null" else text[2:]
