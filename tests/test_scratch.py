"""Temporary folders of real processes: gone with them, also where they are killed; a living one's are left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chairlift import scratch

HOLDS = """
import sys, time
from chairlift import scratch
with scratch.folder() as folder:
    (folder / "deep").mkdir()
    print(folder, flush=True)
    sys.stdin.read()
"""
FORKS = """
import os, sys
from chairlift import scratch
with scratch.folder():
    pass
child = os.fork()
if not child:
    with scratch.folder() as folder:
        print(folder, flush=True)
        sys.stdin.read()
        os._exit(0 if folder.is_dir() else 1)
"""


@contextmanager
def process(text: str, tmp: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A process with a temporary folder open, which it has until its input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", text],
        env={**os.environ, "TMPDIR": str(tmp)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as started:
        assert started.stdout
        yield started, Path(started.stdout.readline().strip())


def killed(tmp: Path) -> Path:
    with process(HOLDS, tmp) as (holder, folder):
        holder.send_signal(signal.SIGKILL)
    return folder


def test_nothing_is_left(tmp_path: Path) -> None:
    with process(HOLDS, tmp_path) as (_, folder):
        assert folder.is_dir()
        assert folder.parent.parent == tmp_path
        assert folder.parent.stat().st_mode & 0o777 == 0o700
    assert [*tmp_path.iterdir()] == []


def test_what_a_killed_process_left_goes_when_the_next_one_begins(tmp_path: Path) -> None:
    left = killed(tmp_path)
    assert (left / "deep").is_dir()
    with process(HOLDS, tmp_path) as (_, folder):
        assert [*tmp_path.iterdir()] == [folder.parent]


def test_a_living_process_keeps_its_own(tmp_path: Path) -> None:
    with process(HOLDS, tmp_path) as (_, folder), process(HOLDS, tmp_path) as (_, other):
        assert scratch.sweep(tmp_path) == ()
        assert (folder / "deep").is_dir()
        assert (other / "deep").is_dir()


def test_a_fork_has_its_own_and_outlives_its_parent(tmp_path: Path) -> None:
    with process(FORKS, tmp_path) as (parent, folder):
        assert parent.wait(20) == 0
        assert folder.is_dir()
        assert scratch.sweep(tmp_path) == ()
        assert folder.is_dir()


@pytest.mark.parametrize(
    "name", ["chairlift-1-x", "chairlift-{user}-1", "chairlift-{user}-1-a.b", "other-{user}-1-abc"]
)
def test_only_names_of_ours_are_swept(tmp_path: Path, name: str) -> None:
    (tmp_path / name.format(user=os.geteuid())).mkdir()
    assert scratch.sweep(tmp_path) == ()
    assert len([*tmp_path.iterdir()]) == 1


def test_no_link_is_followed_and_no_file_taken_for_a_folder(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    (kept / "deep").mkdir(parents=True)
    where = tmp_path / "tmp"
    where.mkdir()
    mine = f"chairlift-{os.geteuid()}-1-"
    (where / f"{mine}link").symlink_to(kept)
    (where / f"{mine}file").write_text("x")
    inside = where / f"{mine}inside"
    inside.mkdir()
    (inside / "link").symlink_to(kept)
    (inside / ".lock").symlink_to(kept / "made")
    assert scratch.sweep(where) == (), "a lock that is a link is nobody's of ours"
    (inside / ".lock").unlink()
    assert scratch.sweep(where) == (inside,)
    assert [each.name for each in sorted(where.iterdir())] == [f"{mine}file", f"{mine}link"]
    assert sorted(each.name for each in kept.iterdir()) == ["deep"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make what belongs to somebody else")
def test_what_belongs_to_somebody_else_is_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / f"chairlift-{os.geteuid()}-1-theirs"
    theirs.mkdir()
    os.chown(theirs, 12345, 12345)
    assert scratch.sweep(tmp_path) == ()
    assert theirs.is_dir()


def test_a_folder_that_somebody_took_away_is_made_again() -> None:
    with scratch.folder() as folder:
        above = folder.parent
    (above / ".lock").unlink()
    above.rmdir()
    with scratch.folder() as folder:
        assert folder.parent != above
