"""A disk that is full: one line that says so, the loop goes on, and with space again everything does."""

from __future__ import annotations

import contextlib
import os
import subprocess

import pytest

from tests.cli.said import FINE, PERSON, TROUBLE


@pytest.fixture
def small(world):
    """The workspace of this world, on a disk of 1 MB."""
    root = world.home / "git"
    root.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(root)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("A FULL DISK WAS NOT TESTED: only root may mount a small one")
    yield root
    subprocess.run(["umount", "--lazy", str(root)], check=True)


def test_the_workspace_is_full_and_then_is_not(run, world, small):
    world.service("shop")
    world.load()
    filler = os.open(small / "filler", os.O_WRONLY | os.O_CREAT)
    with contextlib.suppress(OSError):
        while os.write(filler, b"x" * 4096):
            pass
    os.close(filler)
    world.settle()
    for words in (["status"], ["why", "shop"]):
        said = run(*words)
        assert said.code == TROUBLE
        assert "will try again: " in said.text
        assert "No space left" in said.text or "full" in said.text
    (small / "filler").unlink()
    world.forward(minutes=11)
    assert run("status").code == PERSON
    assert world.row("shop").why.startswith("Heron has not chosen")
    assert run("patch", "shop").code == FINE
