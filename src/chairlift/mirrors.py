"""Warm bare mirrors of repositories: every commit and tree, and of the files only those that somebody wants to read.

A mirror is a partial clone (`--filter=blob:none`): the history is whole, so that ancestry and tags can be asked, and
the files of a commit are brought by one request before it is checked out. libgit2 brings nothing by itself, so what is
to be read is named first. A remote that knows no filters sends all, and then nothing is missing.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pygit2

from chairlift import trees
from chairlift.gitcommand import Git, Remote, Unknown
from chairlift.ports import Refused, Unavailable

ID = re.compile(r"[0-9a-f]{40}")
_REMOTE = "origin"


@dataclass(frozen=True)
class Mirror:
    """The mirror of one repository in `home`, where `git` is it; whoever fetches holds the lock of the folder."""

    home: Path
    remote: Remote
    git: Git

    @classmethod
    def of(cls, root: Path, remote: Remote, git: Git) -> Mirror:
        """Made empty where there is none yet."""
        home = root / remote.folder
        if not (home / "git").is_dir():
            (home / "trees").mkdir(parents=True, exist_ok=True)
            with locked(home):
                if not (home / "git").is_dir():
                    trees.remove(home / "git.new")
                    (home / "all-binary").write_text("* -diff\n")
                    pygit2.init_repository(str(home / "git.new"), bare=True)
                    (home / "git.new").rename(home / "git")
        return cls(home, remote, git)

    def open(self) -> pygit2.Repository:
        return pygit2.Repository(str(self.home / "git"))

    def commit(self, name: str) -> pygit2.Commit:
        """One that was brought before. Raises Refused."""
        found = self.open().get(name) if ID.fullmatch(name) else None
        if not isinstance(found, pygit2.Commit):
            raise Refused(f"{name!r} is no commit of the mirror; fetch it first, or let the plan be made anew")
        return found

    def bring(self, commit: str) -> None:
        """The commit with its history and trees; all branches that are new come along. Raises Unknown."""
        if self._holds(commit):
            return
        with locked(self.home):
            if not self._holds(commit):
                self._fetch("--prune", refs=["+refs/heads/*:refs/heads/*"])
            if not self._holds(commit):
                self._fetch("--prune", refs=[f"+{commit}:refs/chairlift/{commit}"])

    def fill(self, commit: str) -> None:
        """All files of a commit that was brought."""
        repo = self.open()
        self._fill(repo, trees.files(repo, self.commit(commit).tree_id))

    def fill_changed(self, *commits: str) -> None:
        """The files that differ from each commit to the next: what their differences are made from."""
        repo = self.open()
        found = [self.commit(each).tree_id for each in commits]
        pairs = [(str(one), str(two)) for one, two in pairwise(found)]
        deltas = [delta for one, two in pairs for delta in repo.diff(one, two).deltas]
        self._fill(repo, (file.id for delta in deltas for file in (delta.old_file, delta.new_file) if _is_blob(file)))

    def _fill(self, repo: pygit2.Repository, wanted: Iterable[pygit2.Oid]) -> None:
        missing = sorted({str(blob) for blob in wanted if not repo.odb.exists(blob)})
        if missing:
            with locked(self.home):
                # Named on its standard input: a command line is not long enough for the files of a large repository.
                self._fetch("--no-tags", "--no-write-fetch-head", "--stdin", stdin="\n".join(missing))

    def _holds(self, commit: str) -> bool:
        if not ID.fullmatch(commit):
            raise Unknown(f"{commit!r} is no commit id; give all 40 digits")
        return self.open().odb.exists(commit)

    def _fetch(self, *options: str, refs: Iterable[str] = (), stdin: str = "") -> None:
        packs = self.home / "git" / "objects" / "pack"
        _sweep(packs)
        self._as_partial()
        try:
            self.git.run(self.home, self.remote, "fetch", "--quiet", *options, "--", _REMOTE, *refs, stdin=stdin)
        except Unavailable as error:
            # git does not say that its writing was stopped at the limit.
            if _sweep(packs) >= self.git.max_bytes:
                words = f"{self.remote.url} is too large to fetch; raise max_bytes of the workspace"
                raise Refused(words) from error
            raise

    def _as_partial(self) -> None:
        """A remote with a name, as git would else write the filter down anew at each fetch.

        No bitmaps: they are for repositories that hold all that they know of, and cleaning up fails over them.
        """
        config = self.open().config
        if f"remote.{_REMOTE}.url" not in config:
            config["repack.writeBitmaps"] = False
            config[f"remote.{_REMOTE}.promisor"] = True
            config[f"remote.{_REMOTE}.partialclonefilter"] = "blob:none"
            config[f"remote.{_REMOTE}.url"] = self.remote.url


def _is_blob(file: pygit2.DiffFile) -> bool:
    return bool(file.mode and file.mode != trees.MODULE and str(file.id).strip("0"))


def _sweep(packs: Path) -> int:
    """Remove the packs that a killed git left unfinished; returns the size of the largest, in bytes."""
    size = 0
    for left in packs.glob("tmp_*"):
        size = max(size, left.stat().st_size)
        left.unlink()
    return size


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """While no other thread or process is here; a lock ends with its process."""
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
