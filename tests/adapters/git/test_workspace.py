"""The git workspace fulfils the contract, as does the one in memory; its checkouts, reverts and patches."""

from __future__ import annotations

import os
import shutil

import pytest

from chairlift.adapters.git import GitWorkspace, Settings
from chairlift.ports import Refused, Unavailable
from chairlift.testing.contracts.workspace import BRANCH, NOBODY, WorkspaceContract, changed
from chairlift.testing.fakes.git import MemoryGit
from chairlift.testing.fakes.workspace import MemoryWorkspace
from tests.adapters.git.world import START, GitWorld, edited, git, home


class TestGitWorkspace(WorkspaceContract):
    @pytest.fixture
    def workspace(self, tmp_path):
        return GitWorkspace(Settings(root=tmp_path / "root"))

    @pytest.fixture
    def world(self, workspace, tmp_path):
        return GitWorld(tmp_path)


class MemoryWorld:
    """The same people, in memory."""

    url = "memory:shop"

    def __init__(self, memory: MemoryGit) -> None:
        self.memory = memory
        memory.init(self.url, START)

    def push(self, branch, files):
        return self.memory.push(self.url, branch, files, by="Ann")

    def delete(self, branch):
        self.memory.delete(self.url, branch)

    def tip(self, branch):
        return self.memory.repositories[self.url].branches[branch]

    def files(self, branch):
        return self.memory.commit(self.url, self.tip(branch)).tree

    def bare(self):
        self.memory.init("memory:empty", {})
        self.memory.delete("memory:empty", "main")
        return "memory:empty"


class TestMemoryWorkspace(WorkspaceContract):
    @pytest.fixture
    def workspace(self):
        return MemoryWorkspace()

    @pytest.fixture
    def world(self, workspace):
        return MemoryWorld(workspace.git)

    def test_it_can_be_away(self, workspace, world):
        workspace.away = "the network is down"
        with pytest.raises(Unavailable, match="network is down"):
            workspace.heads(world.url)


# ---- the checkout as a repository ----


def test_a_checkout_is_a_clean_repository_with_tags(workspace, world):
    world.repo.references.create("refs/tags/v1.0", world.tip("main"))
    base = world.push("main", {"two": "2"})
    with workspace.checkout(world.url, base) as path:
        assert git("status", "--porcelain", cwd=path) == ""
        assert git("rev-parse", "HEAD", cwd=path).strip() == base
        assert git("describe", "--tags", cwd=path).startswith("v1.0-1-g")
        assert git("ls-files", cwd=path).split() == ["README", "app.py", "two"]
        assert path.name == "shop"


def test_what_is_done_to_its_git_directory_does_not_reach_the_mirror(workspace, world, root):
    base = world.tip("main")
    workspace.fetch(world.url, base)
    mirror = home(root) / "git"
    before = (mirror / "config").read_text()
    with workspace.checkout(world.url, base) as path:
        (path / "new").write_text("x")
        git("add", "--all", cwd=path)
        git("commit", "--quiet", "-m", "by the program itself", cwd=path)
        git("config", "core.fsmonitor", "touch pwned", cwd=path)
        git("update-ref", "-d", "refs/tags/v1", cwd=path)
        git("branch", "evil", cwd=path)
        assert workspace.commit(world.url, path, base, "Change\n") == changed(workspace, world, {"new": "x"})
    assert (mirror / "config").read_text() == before
    assert "evil" not in git("branch", cwd=mirror)


def test_a_program_may_remove_or_bend_git(workspace, world):
    def edit(path):
        (path / ".git").unlink()
        (path / ".git").mkdir()
        (path / ".git" / "config").write_text("[core]\n\tworktree = /\n")
        (path / "new").write_text("x")

    assert edited(workspace, world, edit) == changed(workspace, world, {"new": "x"})


def test_a_checkout_that_was_moved_away_is_refused(workspace, world, tmp_path):
    def replace(path):
        shutil.rmtree(path)
        path.symlink_to(tmp_path)

    with pytest.raises(Refused, match="the checkout is gone"):
        edited(workspace, world, replace)
    with pytest.raises(Refused, match="the checkout is gone"):
        edited(workspace, world, shutil.rmtree)


def test_folders_made_read_only_are_removed_too(workspace, world):
    if os.geteuid() == 0:
        pytest.skip("root may remove anything")
    with workspace.checkout(world.url, world.tip("main")) as path:
        (path / "deep" / "er").mkdir(parents=True)
        (path / "deep" / "er" / "file").write_text("x")
        (path / "deep" / "er").chmod(0)
        (path / "deep").chmod(0o500)
    assert not path.exists()


# ---- undoing and showing ----


def test_a_merge_is_reverted_as_a_whole(workspace, world):
    base = world.tip("main")
    side = world.push("side", {"one": "1"})
    side = world.push("side", {"app.py": "two\n"})
    merge = world.write("main", str(world.repo[side].tree_id), (base, side))
    top = world.push("main", {"later": "kept"})
    undone = workspace.revert(world.url, merge, top, "Revert\n")
    workspace.push(world.url, undone.commit, BRANCH, NOBODY)
    assert world.files(BRANCH) == {**START, "later": "kept"}
    assert str(world.repo[undone.commit].parent_ids[0]) == top


def test_the_first_commit_cannot_be_reverted(workspace, world):
    first = world.tip("main")
    with pytest.raises(Refused, match="first commit"):
        workspace.revert(world.url, first, world.push("main", {"x": "y"}), "Revert\n")


def test_a_patch_is_taken_by_git_am(workspace, world, tmp_path):
    base = world.push("main", {"crlf": b"a\r\nb\r\n", "latin": b"caf\xe9\n", "old": "x\n", "binary": bytes(range(256))})

    def plain(path):
        (path / "app.py").write_text("From here\n>From there\n---\ndiff --git\n-- \n")
        (path / "old").unlink()
        (path / "tool").write_text("#!/bin/sh\n")
        (path / "tool").chmod(0o755)
        (path / "ünï").write_text("without end")
        (path / "binary").write_bytes(bytes(reversed(range(256))))

    def odd(path):
        plain(path)
        (path / "crlf").write_bytes(b"a\r\nB\r\n")
        (path / "latin").write_bytes(b"th\xe9\n")
        (path / "late").write_bytes(b"x" * 9000 + b"\0")

    for edit in (plain, odd):
        written = edited(workspace, world, edit)
        patch = workspace.patch(world.url, base, written.commit)
        clone = tmp_path / edit.__name__
        git("clone", "--quiet", world.url, str(clone), cwd=tmp_path)
        git("am", "--quiet", cwd=clone, stdin=patch.encode())
        assert git("rev-parse", "HEAD^{tree}", cwd=clone).strip() == written.tree
    assert "+From here" in workspace.patch(world.url, base, edited(workspace, world, plain).commit)


def test_a_patch_is_bounded_and_says_so(world, tmp_path):
    workspace = GitWorkspace(Settings(root=tmp_path / "root", max_patch=2000))
    base = world.tip("main")
    small, large = changed(workspace, world, {"new": "x\n" * 20}), changed(workspace, world, {"new": "x\n" * 100_000})
    assert "# Cut" not in workspace.patch(world.url, base, small.commit)
    patch = workspace.patch(world.url, base, large.commit)
    assert len(patch) < 2100
    assert f"# Cut after 2,000 characters: run the recipe, or fetch {large.commit[:10]}." in patch


def test_what_is_committed_outlives_a_cleaning_of_the_mirror(workspace, world, root):
    written = changed(workspace, world, {"new": "x"})
    mirror = home(root) / "git"
    git("gc", "--quiet", "--prune=now", cwd=mirror)
    workspace.push(world.url, written.commit, BRANCH, NOBODY)
    assert world.tip(BRANCH) == written.commit
    git("fsck", "--strict", cwd=world.path)
