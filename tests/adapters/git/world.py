"""A bare repository, the people around it and other processes, for the tests of the git workspace."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

import pygit2

from chairlift.testing.contracts.workspace import BRANCH, NOBODY

START = {"README": "hello\n", "app.py": "print('one')\n"}
PREAMBLE = """
import sys, time
from pathlib import Path
from chairlift.adapters.git import GitWorkspace, Settings
root, url, commit = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
workspace = GitWorkspace(Settings(root))
"""
FILE, PROGRAM, LINK, MODULE = 0o100644, 0o100755, 0o120000, 0o160000


def git(*arguments: str, cwd: Path, stdin: bytes = b"", **environment: str) -> str:
    """Run git free of anybody's configuration; returns what it printed."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    clean |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    clean |= {f"GIT_{role}_{what}": "ann@localhost" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    done = subprocess.run(
        ["git", *arguments], cwd=cwd, env=clean | environment, input=stdin, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode(errors="surrogateescape")


class GitWorld:
    """People who push; they write into the bare repository themselves, which is what a push comes to."""

    def __init__(self, folder: Path, name: str = "shop.git") -> None:
        self.folder = folder
        self.path = folder / name
        self.url = str(self.path)
        self.repo = pygit2.init_repository(self.url, bare=True, initial_head="main")
        self.clock = 1_600_000_000
        self.push("main", START)

    def bare(self) -> str:
        pygit2.init_repository(str(self.folder / "empty.git"), bare=True, initial_head="main")
        return str(self.folder / "empty.git")

    def push(
        self,
        branch: str,
        files: Mapping[str, str | bytes | None],
        modes: Mapping[str, int] | None = None,
        by: str = "Ann",
        parents: tuple[str, ...] = (),
    ) -> str:
        """Files as text or bytes by path; None deletes; for a MODULE the text is a commit id."""
        index = pygit2.Index()
        start = self.tip(branch) or self.tip("main")
        if start:
            index.read_tree(self.repo[start].tree)
        for name, data in files.items():
            if data is None:
                index.remove(name)
                continue
            mode = (modes or {}).get(name, FILE)
            blob = data.encode() if isinstance(data, str) else data
            oid = pygit2.Oid(hex=data) if mode == MODULE else self.repo.create_blob(blob)
            index.add(pygit2.IndexEntry(name, oid, mode))
        return self.write(branch, str(index.write_tree(self.repo)), parents or ((start,) if start else ()), by)

    def write(self, branch: str, tree: str, parents: tuple[str, ...], by: str = "Ann") -> str:
        """A commit of this tree, on the branch."""
        self.clock += 60
        who = pygit2.Signature(by, "ann@localhost", self.clock, 120)
        commit = self.repo.create_commit(None, who, who, f"work on {branch}\n", tree, list(parents))
        self.repo.references.create(f"refs/heads/{branch}", commit, force=True)
        return str(commit)

    def raw_tree(self, *entries: tuple[bytes, bytes, bytes]) -> str:
        """A tree of mode, name and id, which git itself would not write."""
        data = b"".join(b"%s %s\0%s" % entry for entry in entries)
        return git("hash-object", "-t", "tree", "-w", "--stdin", "--literally", cwd=self.path, stdin=data).strip()

    def delete(self, branch: str) -> None:
        self.repo.references.delete(f"refs/heads/{branch}")

    def tip(self, branch: str) -> str:
        found = self.repo.references.get(f"refs/heads/{branch}")
        return str(found.target) if found else ""

    def entries(self, branch: str) -> dict[str, tuple[int, bytes]]:
        """Mode and bytes by path, as git itself lists them; a submodule's bytes are its commit id."""
        found = {}
        for line in git("ls-tree", "-r", "-z", self.tip(branch), cwd=self.path).split("\0")[:-1]:
            kind, _, name = line.partition("\t")
            mode, _, oid = kind.split()
            held = oid.encode() if int(mode, 8) == MODULE else self.repo[oid].data
            found[name] = (int(mode, 8), held)
        return found

    def files(self, branch: str) -> dict[str, str]:
        return {name: data.decode() for name, (_, data) in self.entries(branch).items()}


def home(root: Path) -> Path:
    """The folder of the only repository under a root."""
    (only,) = root.iterdir()
    return only


def process(script: str, *arguments: str) -> subprocess.Popen[str]:
    """Another process that works on the same root: `workspace` and `Settings` are there."""
    command = [sys.executable, "-c", PREAMBLE + textwrap.dedent(script), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def edited(workspace, world, edit, base=""):
    """What `edit(path)` makes of a checkout of `base`, or None where it made nothing."""
    base = base or world.tip("main")
    with workspace.checkout(world.url, base) as path:
        edit(path)
        return workspace.commit(world.url, path, base, "Change\n")


def pushed(workspace, world, edit, base=""):
    """The same on a branch: mode and bytes by path, as the remote holds them now."""
    written = edited(workspace, world, edit, base)
    workspace.push(world.url, written.commit, BRANCH, NOBODY)
    return world.entries(BRANCH)
