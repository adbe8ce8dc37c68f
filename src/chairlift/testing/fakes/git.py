"""Git as plain values in memory: what the fakes of the forge and of the workspace share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

#: Path to text. A path that a change maps to None is deleted by it.
Tree = Mapping[str, str]
Edits = Mapping[str, str | None]


class Conflict(Exception):
    """Both sides changed one path, differently; the text names the paths."""


@dataclass(frozen=True)
class MemoryCommit:
    """A commit; `id` is a hash of all the rest, so the same commit made twice is one commit."""

    id: str
    parents: tuple[str, ...]
    tree: Tree
    message: str
    by: str


@dataclass
class MemoryRepository:
    """Branches by name, and every commit that was ever made; `default` is the name of the default branch."""

    default: str = "main"
    branches: dict[str, str] = field(default_factory=dict)
    commits: dict[str, MemoryCommit] = field(default_factory=dict)


@dataclass
class MemoryGit:
    """Repositories by url. An unknown url, branch or commit is a KeyError, as in any dictionary."""

    repositories: dict[str, MemoryRepository] = field(default_factory=dict)

    def init(self, url: str, files: Tree, default: str = "main") -> str:
        """A repository whose default branch holds these files; returns its first commit."""
        self.repositories[url] = MemoryRepository(default)
        first = self.write(url, (), files, "first", "chairlift")
        return self.push(url, default, first)

    def write(self, url: str, parents: tuple[str, ...], tree: Tree, message: str, by: str = "chairlift") -> str:
        """Store a commit that no branch holds yet; returns its id of 40 hexadecimal digits."""
        tree = dict(sorted(tree.items()))
        text = json.dumps([parents, tree, message, by])
        commit = hashlib.sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
        self.repositories[url].commits[commit] = MemoryCommit(commit, parents, tree, message, by)
        return commit

    def push(self, url: str, branch: str, what: Edits | str, by: str = "chairlift", message: str = "work") -> str:
        """Move the branch to a commit, or put edits on top of it (of the default branch when it is new)."""
        repository = self.repositories[url]
        if not isinstance(what, str):
            tip = repository.branches.get(branch) or repository.branches[repository.default]
            what = self.write(url, (tip,), edited(repository.commits[tip].tree, what), message, by)
        assert what in repository.commits, f"{what} is no commit of {url}"
        repository.branches[branch] = what
        return what

    def delete(self, url: str, branch: str) -> None:
        """Remove the branch; its commits stay."""
        del self.repositories[url].branches[branch]

    def commit(self, url: str, commit: str) -> MemoryCommit:
        return self.repositories[url].commits[commit]

    def tree_id(self, url: str, commit: str) -> str:
        """A hash of the files alone."""
        text = json.dumps(self.commit(url, commit).tree)
        return hashlib.sha1(b"tree" + text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()

    def ancestry(self, url: str, commit: str) -> Iterator[str]:
        """The commit and all its ancestors, nearest first, each once."""
        commits = self.repositories[url].commits
        seen, queue = {commit}, [commit]
        for at in queue:
            yield at
            fresh = [p for p in commits[at].parents if p not in seen]
            seen.update(fresh)
            queue.extend(fresh)

    def contains(self, url: str, commit: str, part: str) -> bool:
        """Whether `part` is `commit` or one of its ancestors; False for an unknown commit."""
        return commit in self.repositories[url].commits and part in self.ancestry(url, commit)

    def merged_tree(self, url: str, onto: str, head: str) -> Tree:
        """The files of `onto` with what `head` did since the two parted. Raises Conflict."""
        theirs = set(self.ancestry(url, onto))
        fork = next((c for c in self.ancestry(url, head) if c in theirs), None)
        before = self.commit(url, fork).tree if fork else {}
        return merge_trees(before, self.commit(url, onto).tree, self.commit(url, head).tree)

    def merge(self, url: str, branch: str, head: str, method: str, message: str, by: str = "chairlift") -> str:
        """Merge `head` into the branch by squash, merge or rebase; returns the branch's new commit. Raises Conflict."""
        onto = self.repositories[url].branches[branch]
        tree = self.merged_tree(url, onto, head)
        if method == "rebase":
            return self.push(url, branch, self._rebased(url, onto, head))
        parents = (onto, head) if method == "merge" else (onto,)
        return self.push(url, branch, self.write(url, parents, tree, message, by))

    def _rebased(self, url: str, onto: str, head: str) -> str:
        theirs = set(self.ancestry(url, onto))
        own = [c for c in self.ancestry(url, head) if c not in theirs]
        for commit in (self.commit(url, c) for c in reversed(own)):
            before = self.commit(url, commit.parents[0]).tree if commit.parents else {}
            tree = merge_trees(before, self.commit(url, onto).tree, commit.tree)
            onto = self.write(url, (onto,), tree, commit.message, commit.by)
        return onto


def edited(tree: Tree, edits: Edits) -> Tree:
    """The tree with these paths replaced, added, or (None) gone."""
    return {path: text for path, text in {**tree, **edits}.items() if text is not None}


def merge_trees(before: Tree, ours: Tree, theirs: Tree) -> Tree:
    """Three-way, by whole files. Raises Conflict where both sides changed a path, differently."""
    merged: dict[str, str | None] = {}
    clashes = []
    for path in before.keys() | ours.keys() | theirs.keys():
        was, one, other = before.get(path), ours.get(path), theirs.get(path)
        if one != was and other != was and one != other:
            clashes.append(path)
        merged[path] = other if one == was else one
    if clashes:
        raise Conflict(f"both sides changed {', '.join(sorted(clashes))}")
    return edited({}, merged)
