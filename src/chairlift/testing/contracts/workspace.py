"""The contract of workspaces: the test of an adapter inherits from it and gives it two fixtures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import pytest

from chairlift.ports import Refused, Unavailable, Workspace, Written
from chairlift.testing.recipes import write_files

NO_COMMIT = "0123456789abcdef0123456789abcdef01234567"
BRANCH = "chairlift/django-3.2/upgrade"
NOBODY: frozenset[str] = frozenset()
#: What names of files and their texts may hold.
ODD_FILES = {
    "-dash": "x\r\ny\r\n",
    "quote\"'and $(id)": "ünïcode 🚡\n",
    "line\nend": "no newline at the end",
    "a/b/c.txt": "",
}


class World(Protocol):
    """The people around one repository, whose default branch `main` holds `README` and `app.py`."""

    url: str

    def push(self, branch: str, files: Mapping[str, str]) -> str:
        """Put these files on top of the branch (of `main` when it is new), push that, and return the commit."""
        ...

    def delete(self, branch: str) -> None:
        """Delete the branch."""
        ...

    def tip(self, branch: str) -> str:
        """The commit that the branch is at."""
        ...

    def files(self, branch: str) -> Mapping[str, str]:
        """What the branch holds, text by path."""
        ...

    def bare(self) -> str:
        """The address of another repository, which is empty."""
        ...


def changed(
    workspace: Workspace, world: World, files: Mapping[str, str], base: str = "", message: str = "Change\n"
) -> Written:
    """A commit that puts these files on top of `base`, or of `main`."""
    base = base or world.tip("main")
    with workspace.checkout(world.url, base) as path:
        write_files(path, files)
        written = workspace.commit(world.url, path, base, message)
    assert written is not None
    return written


class WorkspaceContract:
    """What every workspace does."""

    @pytest.fixture
    def workspace(self) -> Workspace:
        raise NotImplementedError

    @pytest.fixture
    def world(self, workspace: Workspace) -> World:
        """The people around a repository that the workspace reaches."""
        raise NotImplementedError

    def test_it_is_a_workspace(self, workspace: Workspace) -> None:
        assert isinstance(workspace, Workspace)

    # ---- looking ----

    def test_heads_are_the_branches_and_the_name_of_the_default(self, workspace: Workspace, world: World) -> None:
        work = world.push("work", {"new": "x"})
        assert workspace.heads(world.url) == {"main": world.tip("main"), "work": work, "HEAD": "main"}

    def test_heads_follow_the_world(self, workspace: Workspace, world: World) -> None:
        world.push("work", {"new": "x"})
        workspace.heads(world.url)
        moved = world.push("main", {"new": "y"})
        world.delete("work")
        assert workspace.heads(world.url) == {"main": moved, "HEAD": "main"}

    def test_an_empty_repository_is_refused(self, workspace: Workspace, world: World) -> None:
        with pytest.raises(Refused, match="empty"):
            workspace.heads(world.bare())

    def test_a_repository_that_is_gone_is_refused(self, workspace: Workspace, world: World) -> None:
        with pytest.raises(Refused, match="no repository is there"):
            workspace.heads(world.url + "-gone")

    def test_a_commit_that_nobody_has_is_refused(self, workspace: Workspace, world: World) -> None:
        with pytest.raises(Refused, match=NO_COMMIT):
            workspace.fetch(world.url, NO_COMMIT)

    def test_contains_looks_at_ancestors(self, workspace: Workspace, world: World) -> None:
        first = world.tip("main")
        second = world.push("main", {"two": "2"})
        side = world.push("side", {"side": "s"})
        other = world.push("main", {"three": "3"})
        assert workspace.contains(world.url, second, first)
        assert workspace.contains(world.url, second, second)
        assert workspace.contains(world.url, side, second)
        assert not workspace.contains(world.url, first, second)
        assert not workspace.contains(world.url, other, side)

    def test_contains_is_false_for_what_nobody_knows(self, workspace: Workspace, world: World) -> None:
        main = world.tip("main")
        assert not workspace.contains(world.url, NO_COMMIT, main)
        assert not workspace.contains(world.url, main, NO_COMMIT)
        assert not workspace.contains(world.url, "v1.2.3", main)
        assert not workspace.contains(world.url, "--all", main)

    def test_equal_files_are_one_tree(self, workspace: Workspace, world: World) -> None:
        first = world.push("one", {"same": "x"})
        second = world.push("two", {"same": "x"})
        third = world.push("two", {"same": "y"})
        assert workspace.tree(world.url, first) == workspace.tree(world.url, second)
        assert workspace.tree(world.url, first) != workspace.tree(world.url, third)

    # ---- changing ----

    def test_a_checkout_holds_the_files_and_goes_away(self, workspace: Workspace, world: World) -> None:
        commit = world.push("odd", ODD_FILES)
        with workspace.checkout(world.url, commit) as path:
            held = {name: (path / name).read_bytes().decode() for name in ODD_FILES}
        assert held == ODD_FILES
        assert not path.exists()

    def test_a_checkout_goes_away_when_its_user_fails(self, workspace: Workspace, world: World) -> None:
        with pytest.raises(ZeroDivisionError), workspace.checkout(world.url, world.tip("main")) as path:
            raise ZeroDivisionError
        assert not path.exists()

    def test_two_checkouts_do_not_meet(self, workspace: Workspace, world: World) -> None:
        main = world.tip("main")
        with workspace.checkout(world.url, main) as one, workspace.checkout(world.url, main) as two:
            (one / "README").write_text("changed")
            assert workspace.commit(world.url, two, main, "Nothing\n") is None
            assert workspace.commit(world.url, one, main, "Something\n")

    def test_nothing_changed_is_no_commit(self, workspace: Workspace, world: World) -> None:
        main = world.tip("main")
        with workspace.checkout(world.url, main) as path:
            text = (path / "README").read_text()
            (path / "README").write_text("other")
            (path / "README").write_text(text)
            (path / "empty").mkdir()
            assert workspace.commit(world.url, path, main, "Nothing\n") is None

    def test_a_commit_counts_what_it_changes(self, workspace: Workspace, world: World) -> None:
        main = world.push("main", {"app.py": "a\nb\nc\n", "old": "1\n2\n"})
        with workspace.checkout(world.url, main) as path:
            (path / "app.py").write_text("a\nB\nc\n")
            (path / "old").unlink()
            (path / "new").write_text("1\n")
            written = workspace.commit(world.url, path, main, "Change\n")
        assert written is not None
        assert (written.files, written.insertions, written.deletions) == (3, 2, 3)
        assert written.tree == workspace.tree(world.url, written.commit)

    def test_a_commit_is_the_same_each_time(self, workspace: Workspace, world: World) -> None:
        first = changed(workspace, world, {"new": "x"})
        assert changed(workspace, world, {"new": "x"}) == first
        assert changed(workspace, world, {"new": "y"}).commit != first.commit
        assert changed(workspace, world, {"new": "x"}, message="Other\n").commit != first.commit

    def test_a_commit_stands_on_its_base(self, workspace: Workspace, world: World) -> None:
        base = world.tip("main")
        world.push("main", {"later": "x"})
        written = changed(workspace, world, {"new": "x"}, base=base)
        assert workspace.contains(world.url, written.commit, base)
        assert not workspace.contains(world.url, written.commit, world.tip("main"))

    def test_odd_names_and_texts_survive(self, workspace: Workspace, world: World) -> None:
        written = changed(workspace, world, ODD_FILES, message="Ödd 🚡 $(id) \"'\n")
        workspace.push(world.url, written.commit, BRANCH, NOBODY)
        assert {**world.files("main"), **ODD_FILES} == world.files(BRANCH)

    # ---- pushing ----

    def test_a_push_makes_the_branch_and_twice_is_once(self, workspace: Workspace, world: World) -> None:
        written = changed(workspace, world, {"new": "x"})
        workspace.push(world.url, written.commit, BRANCH, NOBODY)
        workspace.push(world.url, written.commit, BRANCH, NOBODY)
        assert world.tip(BRANCH) == written.commit
        assert workspace.heads(world.url)[BRANCH] == written.commit

    def test_our_own_commit_is_replaced(self, workspace: Workspace, world: World) -> None:
        first, second = changed(workspace, world, {"new": "x"}), changed(workspace, world, {"new": "y"})
        workspace.push(world.url, first.commit, BRANCH, NOBODY)
        workspace.push(world.url, second.commit, BRANCH, frozenset({first.commit}))
        assert world.tip(BRANCH) == second.commit

    def test_a_foreign_commit_is_never_overwritten(self, workspace: Workspace, world: World) -> None:
        first, second = changed(workspace, world, {"new": "x"}), changed(workspace, world, {"new": "y"})
        workspace.push(world.url, first.commit, BRANCH, NOBODY)
        foreign = world.push(BRANCH, {"by hand": "x"})
        with pytest.raises(Refused, match=foreign[:10]):
            workspace.push(world.url, second.commit, BRANCH, frozenset({first.commit, second.commit}))
        assert world.tip(BRANCH) == foreign

    def test_what_a_look_saw_is_replaced(self, workspace: Workspace, world: World) -> None:
        first, second = changed(workspace, world, {"new": "x"}), changed(workspace, world, {"new": "y"})
        workspace.push(world.url, first.commit, BRANCH, NOBODY, "")
        assert world.tip(BRANCH) == first.commit
        workspace.push(world.url, second.commit, BRANCH, frozenset({first.commit}), first.commit)
        assert world.tip(BRANCH) == second.commit

    def test_what_moved_since_a_look_is_not_overwritten(self, workspace: Workspace, world: World) -> None:
        first, second = changed(workspace, world, {"new": "x"}), changed(workspace, world, {"new": "y"})
        ours = frozenset({first.commit, second.commit})
        foreign = world.push(BRANCH, {"by hand": "x"})
        for there in ("", first.commit):
            with pytest.raises(Unavailable, match="look again"):
                workspace.push(world.url, second.commit, BRANCH, ours, there)
        with pytest.raises(Refused, match=foreign[:10]):
            workspace.push(world.url, second.commit, BRANCH, ours, foreign)
        assert world.tip(BRANCH) == foreign

    def test_a_branch_that_was_removed_is_made_again(self, workspace: Workspace, world: World) -> None:
        written = changed(workspace, world, {"new": "x"})
        workspace.push(world.url, written.commit, BRANCH, NOBODY)
        world.delete(BRANCH)
        workspace.push(world.url, written.commit, BRANCH, frozenset({written.commit}))
        assert world.tip(BRANCH) == written.commit

    def test_a_commit_that_is_not_there_is_not_pushed(self, workspace: Workspace, world: World) -> None:
        with pytest.raises(Refused, match=NO_COMMIT):
            workspace.push(world.url, NO_COMMIT, BRANCH, NOBODY)

    # ---- below the commits of others ----

    def theirs(self, workspace: Workspace, world: World) -> tuple[str, str]:
        """Our commit on a branch, and the head of what somebody put on top."""
        ours = changed(workspace, world, {"app.py": "ours\n"}).commit
        workspace.push(world.url, ours, BRANCH, NOBODY)
        world.push(BRANCH, {"theirs.txt": "one\n"})
        return ours, world.push(BRANCH, {"theirs.txt": "two\n"})

    def test_commits_of_others_come_on_top_of_ours_made_again(self, workspace: Workspace, world: World) -> None:
        ours, head = self.theirs(workspace, world)
        base = world.push("main", {"app.py": "moved\n"})
        again = changed(workspace, world, {"app.py": "ours, moved\n"}, base).commit
        found = workspace.rebase(world.url, head, frozenset({ours}), again)
        assert found is not None
        assert workspace.rebase(world.url, head, frozenset({ours}), again) == found
        workspace.push(world.url, found, BRANCH, frozenset({head}))
        assert world.files(BRANCH)["app.py"] == "ours, moved\n"
        assert world.files(BRANCH)["theirs.txt"] == "two\n"
        assert workspace.contains(world.url, found, again)

    def test_what_conflicts_is_not_rebased(self, workspace: Workspace, world: World) -> None:
        ours, _ = self.theirs(workspace, world)
        head = world.push(BRANCH, {"app.py": "ours and theirs\n"})
        base = world.push("main", {"app.py": "moved\n"})
        again = changed(workspace, world, {"app.py": "ours, moved\n"}, base).commit
        assert workspace.rebase(world.url, head, frozenset({ours}), again) is None

    def test_a_branch_without_ours_is_not_rebased(self, workspace: Workspace, world: World) -> None:
        head = world.push("work", {"theirs.txt": "one\n"})
        ours = changed(workspace, world, {"app.py": "ours\n"}).commit
        assert workspace.rebase(world.url, head, frozenset({ours}), ours) is None

    # ---- undoing and showing ----

    def test_a_revert_undoes_one_commit_alone(self, workspace: Workspace, world: World) -> None:
        before = world.files("main")
        bad = world.push("main", {"app.py": "bad\n", "added": "x"})
        top = world.push("main", {"later": "kept"})
        undone = workspace.revert(world.url, bad, top, "Revert\n")
        assert workspace.revert(world.url, bad, top, "Revert\n") == undone
        workspace.push(world.url, undone.commit, BRANCH, NOBODY)
        assert world.files(BRANCH) == {**before, "later": "kept"}
        assert undone.files == 2

    def test_a_revert_on_the_very_commit_is_the_same_each_time(self, workspace: Workspace, world: World) -> None:
        before = world.files("main")
        bad = world.push("main", {"app.py": "bad\n", "added": "x"})
        undone = workspace.revert(world.url, bad, bad, "Revert\n")
        world.push("main", {"later": "kept"})
        assert workspace.revert(world.url, bad, bad, "Revert\n") == undone
        workspace.push(world.url, undone.commit, BRANCH, NOBODY)
        assert world.files(BRANCH) == before

    def test_a_revert_that_conflicts_is_refused(self, workspace: Workspace, world: World) -> None:
        bad = world.push("main", {"app.py": "bad\n"})
        top = world.push("main", {"app.py": "built on it\n"})
        with pytest.raises(Refused, match=r"app\.py"):
            workspace.revert(world.url, bad, top, "Revert\n")

    def test_a_revert_of_what_is_undone_is_refused(self, workspace: Workspace, world: World) -> None:
        text = world.files("main")["app.py"]
        bad = world.push("main", {"app.py": "bad\n"})
        top = world.push("main", {"app.py": text})
        with pytest.raises(Refused, match="undone"):
            workspace.revert(world.url, bad, top, "Revert\n")

    def test_a_patch_shows_the_change(self, workspace: Workspace, world: World) -> None:
        written = changed(workspace, world, {"app.py": "patched line\n"}, message="Say why\n")
        patch = workspace.patch(world.url, world.tip("main"), written.commit)
        assert patch.startswith(f"From {written.commit} ")
        assert "Subject: [PATCH] Say why\n" in patch
        assert "+patched line\n" in patch
