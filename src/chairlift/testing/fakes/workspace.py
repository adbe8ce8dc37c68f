"""A workspace over git in memory; only its checkouts are real folders."""

from __future__ import annotations

import difflib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from chairlift.ports import Refused, Unavailable, Written
from chairlift.testing.fakes.git import Conflict, MemoryCommit, MemoryGit, MemoryRepository, Tree, merge_trees
from chairlift.testing.recipes import read_files, write_files


@dataclass
class MemoryWorkspace:
    """Fulfils `chairlift.ports.Workspace`; it knows only texts. `away` is why it is Unavailable."""

    git: MemoryGit = field(default_factory=MemoryGit)
    away: str = ""

    def heads(self, url: str) -> Mapping[str, str]:
        repository = self._repository(url)
        if not repository.branches:
            raise Refused(f"{url} is empty; push a first commit to it")
        if repository.default not in repository.branches:
            raise Refused(f"{url} has no default branch; point its HEAD to a branch that exists")
        return {**repository.branches, "HEAD": repository.default}

    def fetch(self, url: str, commit: str) -> None:
        self._commit(url, commit)

    @contextmanager
    def checkout(self, url: str, commit: str) -> Iterator[Path]:
        files = self._commit(url, commit).tree
        folder = Path(tempfile.mkdtemp())
        try:
            write_files(folder, files)
            yield folder
        finally:
            shutil.rmtree(folder)

    def commit(self, url: str, path: Path, base: str, message: str) -> Written | None:
        tree = read_files(path)
        return None if tree == self._commit(url, base).tree else self._write(url, base, tree, message)

    def push(self, url: str, commit: str, branch: str, ours: frozenset[str], there: str | None = None) -> None:
        self._commit(url, commit)
        at = self._repository(url).branches.get(branch, "")
        there = at if there is None else there
        if commit in (there, at):
            return
        if there and there not in ours:
            by = self._commit(url, there).by
            raise Refused(f"{branch} holds {there[:10]} by {by}, which Chairlift did not push; merge or remove it")
        if there != at:
            raise Unavailable(f"{branch} moved meanwhile: look again")
        self.git.push(url, branch, commit)

    def tree(self, url: str, commit: str) -> str:
        self._commit(url, commit)
        return self.git.tree_id(url, commit)

    def contains(self, url: str, commit: str, part: str) -> bool:
        self._repository(url)
        return self.git.contains(url, commit, part)

    def rebase(self, url: str, head: str, ours: frozenset[str], onto: str) -> str | None:
        theirs: list[MemoryCommit] = []
        at = self._commit(url, head)
        while at.id not in ours:
            if len(at.parents) != 1:
                return None
            theirs.append(at)
            at = self._commit(url, at.parents[0])
        tip = self._commit(url, onto)
        for each in reversed(theirs):
            try:
                tree = merge_trees(self._commit(url, each.parents[0]).tree, tip.tree, each.tree)
            except Conflict:
                return None
            if tree != tip.tree:
                tip = self._commit(url, self.git.write(url, (tip.id,), tree, each.message, each.by))
        return tip.id

    def revert(self, url: str, commit: str, onto: str, message: str) -> Written:
        bad, top = self._commit(url, commit), self._commit(url, onto)
        if not bad.parents:
            raise Refused(f"{commit[:10]} is the first commit of its repository; it cannot be reverted")
        try:
            tree = merge_trees(bad.tree, top.tree, self._commit(url, bad.parents[0]).tree)
        except Conflict as error:
            raise Refused(f"{commit[:10]} cannot be reverted on {onto[:10]}: {error}; revert it by hand") from error
        if tree == top.tree:
            raise Refused(f"{commit[:10]} is undone in {onto[:10]} already; close the revert")
        return self._write(url, onto, tree, message)

    def patch(self, url: str, base: str, commit: str) -> str:
        before, after = self._commit(url, base), self._commit(url, commit)
        head = f"From {commit} Mon Sep 17 00:00:00 2001\nSubject: [PATCH] {after.message.strip()}\n---\n"
        return head + "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
            for name in sorted(before.tree.keys() | after.tree.keys())
            for line in difflib.unified_diff(
                before.tree.get(name, "").splitlines(keepends=True),
                after.tree.get(name, "").splitlines(keepends=True),
                f"a/{name}",
                f"b/{name}",
            )
        )

    def _repository(self, url: str) -> MemoryRepository:
        if self.away:
            raise Unavailable(self.away)
        if url not in self.git.repositories:
            raise Refused(f"{url}: no repository is there: mend its address in the services file")
        return self.git.repositories[url]

    def _commit(self, url: str, commit: str) -> MemoryCommit:
        found = self._repository(url).commits.get(commit)
        if found is None:
            raise Refused(f"{url} has no commit {commit}; was the branch force-pushed?")
        return found

    def _write(self, url: str, parent: str, tree: Tree, message: str) -> Written:
        commit = self.git.write(url, (parent,), tree, message)
        before = self._commit(url, parent).tree
        changed = [name for name in before.keys() | tree.keys() if before.get(name) != tree.get(name)]
        marks = [
            line[0]
            for name in changed
            for line in difflib.ndiff(before.get(name, "").splitlines(), tree.get(name, "").splitlines())
        ]
        return Written(commit, self.git.tree_id(url, commit), len(changed), marks.count("+"), marks.count("-"))
