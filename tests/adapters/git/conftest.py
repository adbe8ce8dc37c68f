"""A world of git, a workspace that works on it, and a spy between the two."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from chairlift.adapters.git import GitWorkspace, Settings
from tests.adapters.git.world import GitWorld


@pytest.fixture
def world(tmp_path):
    return GitWorld(tmp_path)


@pytest.fixture
def root(tmp_path):
    return tmp_path / "root"


@pytest.fixture
def workspace(root):
    return GitWorkspace(Settings(root=root))


@pytest.fixture
def spy(tmp_path, monkeypatch):
    """Stands before git on PATH: returns what it was called with; runs `spy.script` first."""
    return Spy(tmp_path, monkeypatch)


class Spy:
    def __init__(self, folder: Path, monkeypatch) -> None:
        self.log = folder / "calls"
        self.before = folder / "before"
        self.before.write_text("")
        real = subprocess.check_output(["sh", "-c", "command -v git"], text=True).strip()
        program = folder / "bin" / "git"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\necho "$@" >> {self.log}\n. {self.before}\nexec {real} "$@"\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")

    def calls(self) -> list[str]:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return [line.partition(" gc.autoDetach=false ")[2] for line in lines if "--git-dir" in line]
