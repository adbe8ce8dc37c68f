"""Bare repositories by name: made empty, from a folder, or from another repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pygit2
from pygit2.enums import RepositoryOpenFlag

from chairlift.localforge.git import is_branch_name, signature
from chairlift.localforge.store import Store
from chairlift.ports import Refused

_PART = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}"
_NAME = re.compile(rf"{_PART}(/{_PART}){{0,4}}", re.ASCII)
_SECONDS = 600


class Unknown(Refused):
    """What was named is not there."""


@dataclass(frozen=True)
class Repository:
    """One repository of the forge; `id` is its row in the store."""

    id: int
    name: str
    path: Path

    def open(self) -> pygit2.Repository:
        """A handle for this thread, so cheap (0.05 ms) that none is kept. Refused when the folder is gone."""
        try:
            return pygit2.Repository(str(self.path), RepositoryOpenFlag.BARE)
        except pygit2.GitError as error:
            remedy = "bring it back from a backup, or remove the forge's folder and start afresh"
            raise Refused(f"repository {self.name!r} is no longer at {self.path} ({error}): {remedy}") from error


class Repositories:
    """All repositories of the forge at `root`."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def get(self, name: str) -> Repository:
        """Unknown for a name that no repository has."""
        row = self._store.db.execute("SELECT id FROM repositories WHERE name = ?", (_checked(name),)).fetchone()
        if row is None:
            raise Unknown(f"no repository called {name!r} at {self._store.root}; there are: {self._few()}")
        return Repository(row["id"], name, self._path(name))

    def names(self) -> list[str]:
        return [row["name"] for row in self._store.db.execute("SELECT name FROM repositories ORDER BY name")]

    def create(self, name: str, source: str = "", default: str = "main") -> Repository:
        """A new repository: empty, or with the files of the folder or all branches of the repository `source`.

        Refused when the name is taken or odd, or the source cannot be read.
        """
        path = self._path(_checked(name))
        if not is_branch_name(default):
            raise Refused(f"{default!r} is no name for a branch: letters, digits, '-', '_', '.' and '/' always are")
        self._store.root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=self._store.root) as folder:
            fresh = Path(folder) / "fresh.git"
            self._fill(fresh, source, default)
            with self._store.writing() as db:
                if db.execute("SELECT 1 FROM repositories WHERE name = ?", (name,)).fetchone():
                    raise Refused(f"there is a repository called {name!r} already: choose another name")
                path.parent.mkdir(parents=True, exist_ok=True)
                # What lies there was left by a process that was killed before the store heard of it.
                shutil.rmtree(path, ignore_errors=True)
                fresh.rename(path)
                row = db.execute("INSERT INTO repositories (name) VALUES (?)", (name,)).lastrowid
        assert row is not None
        return Repository(row, name, path)

    def next_number(self, repository: Repository) -> int:
        """The next number of a pull request or issue, inside a transaction."""
        with self._store.writing() as db:
            db.execute("UPDATE repositories SET numbers = numbers + 1 WHERE id = ?", (repository.id,))
            row = db.execute("SELECT numbers FROM repositories WHERE id = ?", (repository.id,)).fetchone()
            return int(row["numbers"])

    def _path(self, name: str) -> Path:
        return self._store.root / f"{name}.git"

    def _few(self) -> str:
        names = self.names()
        return ", ".join(names[:10]) + (", …" if names[10:] else "") or "none yet, `init` makes one"

    def _fill(self, path: Path, source: str, default: str) -> None:
        cloned = bool(source) and _is_git(source)
        if cloned:
            _run(
                ["git", "clone", "--quiet", "--bare", "--no-hardlinks", "--template=", "--", source, str(path)], source
            )
        else:
            pygit2.init_repository(str(path), bare=True, initial_head=default)
        git = pygit2.Repository(str(path), RepositoryOpenFlag.BARE)
        if cloned:
            # Its address may hold a password.
            git.remotes.delete("origin")
            if git.head_is_detached:
                git.set_head(f"refs/heads/{default}")
        # Our hooks hold whatever the pushing person's own configuration says, and nobody pushes to our own refs.
        git.config["core.hooksPath"] = "hooks"
        git.config["receive.hideRefs"] = "refs/pull"
        if source and not cloned:
            self._first_commit(git, path, source, default)

    def _first_commit(self, git: pygit2.Repository, path: Path, source: str, default: str) -> None:
        if not Path(source).is_dir():
            raise Refused(f"{source!r} is neither a folder nor a git repository: give the path of one")
        source = str(Path(source).resolve())
        index = path / "first.index"
        command = ["git", f"--git-dir={path}", f"--work-tree={source}"]
        _run([*command, "add", "--all", "."], source, cwd=source, index=index)
        tree = _run([*command, "write-tree"], source, cwd=source, index=index).strip()
        index.unlink(missing_ok=True)
        who = signature("chairlift", self._now())
        git.create_commit(f"refs/heads/{default}", who, who, "First commit\n", pygit2.Oid(hex=tree), [])


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name) or any(part.endswith((".git", ".lock")) for part in name.split("/")):
        rule = "letters, digits, '-', '_' and '.', in up to five parts between '/'"
        raise Unknown(f"{name[:200]!r} is no name for a repository: use {rule}, no part beginning with '.' or '-'")
    return name


def _is_git(source: str) -> bool:
    path = Path(source)
    return not path.exists() or (path / ".git").exists() or ((path / "HEAD").is_file() and (path / "objects").is_dir())


def _run(command: Sequence[str], source: str, cwd: str | None = None, index: Path | None = None) -> str:
    # Inside a git hook these would name another repository.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    if index:
        environment["GIT_INDEX_FILE"] = str(index)
    try:
        done = subprocess.run(
            command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(
            f"{source!r} was not read within {_SECONDS} seconds: clone it yourself and give the clone"
        ) from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise Refused(f"{source!r} cannot be read as a repository: git says {said[-1]!r}")
    return done.stdout.decode(errors="replace")
