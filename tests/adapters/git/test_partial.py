"""Mirrors of remotes that know filters: no file is brought that nobody reads; none is missing that somebody does."""

from __future__ import annotations

import os

import pytest

from chairlift.adapters.git import GitWorkspace, Settings
from chairlift.ports import Refused
from tests.adapters.git.world import GitWorld, git

HEAVY = 200_000


@pytest.fixture
def heavy(tmp_path):
    """A repository with a history of large files, whose host knows filters and gives any commit that is asked for."""
    world = GitWorld(tmp_path)
    for setting in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        world.repo.config[setting] = True
    for _ in range(3):
        world.push("main", {"large": os.urandom(HEAVY)})
    world.push("main", {"large": "small\n", "app.py": "print('two')\n"})
    return world


def size(root):
    return sum(file.stat().st_size for file in root.rglob("*") if file.is_file() and not file.is_symlink())


def test_of_old_files_there_are_only_the_names(heavy, workspace, root):
    tip = heavy.tip("main")
    with workspace.checkout(heavy.url, tip) as path:
        assert {file.name: file.read_text() for file in path.iterdir() if file.name != ".git"} == {
            "README": "hello\n", "app.py": "print('two')\n", "large": "small\n"
        }  # fmt: skip
    assert size(root) < HEAVY
    log = git("--git-dir", str(next(root.glob("*/git"))), "rev-list", "--count", tip, cwd=root)
    assert int(log) == 5


def test_without_filters_nothing_is_missing(world, workspace):
    for number in range(3):
        world.push("main", {"large": f"{number}\n" * 1000})
    first = world.repo[world.tip("main")].parent_ids[0]
    with workspace.checkout(world.url, str(first)) as path:
        assert (path / "large").read_text() == "1\n" * 1000


def test_an_old_commit_is_filled_when_it_is_read(heavy, workspace):
    old = str(heavy.repo[heavy.tip("main")].parent_ids[0])
    with workspace.checkout(heavy.url, heavy.tip("main")):
        pass
    with workspace.checkout(heavy.url, old) as path:
        assert (path / "large").stat().st_size == HEAVY


def test_two_requests_bring_a_commit_and_a_warm_one_needs_none(heavy, workspace, spy):
    tip = heavy.tip("main")
    workspace.fetch(heavy.url, tip)
    assert [call.split()[0] for call in spy.calls()] == ["fetch", "fetch"]
    workspace.fetch(heavy.url, tip)
    assert workspace.tree(heavy.url, tip)
    assert spy.calls() == []


def test_ancestry_and_trees_ask_for_no_file(heavy, workspace, root, spy):
    tip = heavy.tip("main")
    first = str(heavy.repo[tip].parent_ids[0])
    assert workspace.contains(heavy.url, tip, first)
    assert not workspace.contains(heavy.url, first, tip)
    assert workspace.tree(heavy.url, first)
    assert len(spy.calls()) == 1
    assert size(root) < HEAVY


def test_a_change_is_committed_shown_pushed_and_reverted(heavy, workspace, root):
    tip = heavy.tip("main")
    with workspace.checkout(heavy.url, tip) as path:
        (path / "app.py").write_text("print('three')\n")
        written = workspace.commit(heavy.url, path, tip, "Change\n")
    assert (written.files, written.insertions, written.deletions) == (1, 1, 1)
    workspace.push(heavy.url, written.commit, "work", frozenset())
    assert "three" in workspace.patch(heavy.url, tip, written.commit)
    heavy.push("main", {"other": "theirs\n"})
    merged = heavy.push("main", {"app.py": "print('three')\n"})
    onto = heavy.push("main", {"more": "theirs\n"})
    # A workspace that has read none of it.
    fresh = GitWorkspace(Settings(root=root.with_name("fresh")))
    undone = fresh.revert(heavy.url, merged, onto, "Revert\n")
    assert size(root.with_name("fresh")) < HEAVY
    fresh.push(heavy.url, undone.commit, "undo", frozenset())
    assert heavy.repo[heavy.repo[heavy.tip("undo")].tree["app.py"].id].data == b"print('two')\n"
    assert size(root.with_name("fresh")) < HEAVY


def test_a_patch_of_what_was_never_read_brings_only_what_differs(heavy, workspace, root):
    tip = heavy.tip("main")
    base = heavy.push("side", {"README": "hi\n"})
    assert "+hi" in workspace.patch(heavy.url, tip, base)
    assert size(root) < HEAVY


def test_a_cleaned_mirror_still_has_its_files(heavy, workspace, root):
    tip = heavy.tip("main")
    workspace.fetch(heavy.url, tip)
    with workspace.checkout(heavy.url, tip) as path:
        (path / "app.py").write_text("print('three')\n")
        ours = workspace.commit(heavy.url, path, tip, "Change\n")
    git("gc", "--quiet", "--prune=now", cwd=next(root.glob("*/git")))
    heavy.path.rename(heavy.path.with_name("away"))
    with workspace.checkout(heavy.url, ours.commit) as path:
        assert (path / "app.py").read_text() == "print('three')\n"


def test_a_file_that_the_remote_has_lost_is_named_as_damage(heavy, workspace):
    tip = heavy.tip("main")
    blob = str(heavy.repo[tip].tree["app.py"].id)
    assert workspace.contains(heavy.url, tip, tip)
    (heavy.path / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(Refused):
        workspace.fetch(heavy.url, tip)
