"""A person's clone: plain git over the path of the bare repository, with the hooks that a push meets there."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chairlift.localforge.forge import Forge

REPO = "team/shop"
START = {"readme.txt": "hello\n", "same.txt": "before\n"}


class PushRefused(Exception):
    """What git said when the forge did not take the push."""


class Clock:
    """Gives a later time each time it is read."""

    def __init__(self) -> None:
        self.at = datetime(2021, 7, 5, 9, 0, 0, 123456, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def git(*arguments: str, cwd: Path, **environment: str) -> str:
    """Run git free of anybody's configuration; returns what it printed."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "CHAIRLIFT_"))}
    clean |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LOGNAME": "ann"}
    clean |= {f"GIT_{role}_{what}": "ann@localhost" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    done = subprocess.run(["git", *arguments], cwd=cwd, env=clean | environment, capture_output=True, check=False)
    if done.returncode:
        raise PushRefused(done.stderr.decode(errors="replace"))
    return done.stdout.decode()


def make_forge(root: Path) -> Forge:
    """A forge with one repository that holds START."""
    forge = Forge(root / "forge", Clock())
    source = root / "source"
    source.mkdir()
    for name, text in START.items():
        (source / name).write_text(text)
    forge.repositories.create(REPO, str(source))
    return forge


class Clone:
    """Commits and pushes, as any developer's does; `environment` is what its git gets besides, such as a token."""

    def __init__(self, url: str, path: Path, **environment: str) -> None:
        self.path = path
        self.environment = environment
        git("clone", "--quiet", url, str(path), cwd=path.parent, **environment)

    def fetch(self) -> None:
        git("fetch", "--quiet", "--prune", "origin", cwd=self.path, **self.environment)

    def commit(self, branch: str, files: Mapping[str, str]) -> str:
        """A commit of these files on top of the remote branch (of main when it is new); nothing is pushed yet."""
        self.fetch()
        known = git("branch", "--remotes", "--format=%(refname)", cwd=self.path).split()
        start = f"refs/remotes/origin/{branch if f'refs/remotes/origin/{branch}' in known else 'main'}"
        git("checkout", "--quiet", "--detach", "--force", start, cwd=self.path)
        for name, text in files.items():
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            (self.path / name).write_text(text)
        git("add", "--all", cwd=self.path)
        git("commit", "--quiet", "--allow-empty", "--message", f"work on {branch}", cwd=self.path)
        return git("rev-parse", "HEAD", cwd=self.path).strip()

    def push(self, what: str, branch: str, **environment: str) -> None:
        """Push by force; PushRefused holds what the person is told."""
        there = f"{what}:refs/heads/{branch}"
        git("push", "--quiet", "--force", "origin", there, cwd=self.path, **self.environment | environment)
