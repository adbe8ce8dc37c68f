"""The git of the fakes behaves as git does, as far as the fakes need."""

import pytest

from chairlift.testing.fakes.git import Conflict, MemoryGit

URL = "memory://shop"


@pytest.fixture
def git():
    git = MemoryGit()
    git.init(URL, {"a": "1\n", "b": "2\n"})
    return git


def tip(git, branch="main"):
    return git.repositories[URL].branches[branch]


def test_the_same_work_is_the_same_commit(git):
    other = MemoryGit()
    assert other.init(URL, {"b": "2\n", "a": "1\n"}) == tip(git)
    assert len(tip(git)) == 40


def test_edits_start_from_the_default_branch_and_pile_up(git):
    git.push(URL, "work", {"a": "changed\n"})
    second = git.push(URL, "work", {"b": None, "c": "new\n"})
    assert git.commit(URL, second).tree == {"a": "changed\n", "c": "new\n"}
    assert git.commit(URL, tip(git)).tree == {"a": "1\n", "b": "2\n"}


def test_a_branch_moves_anywhere_and_goes(git):
    first = git.push(URL, "work", {"a": "x\n"})
    git.push(URL, "work", {"a": "y\n"})
    assert git.push(URL, "work", first) == tip(git, "work") == first
    git.delete(URL, "work")
    assert "work" not in git.repositories[URL].branches
    with pytest.raises(AssertionError):
        git.push(URL, "work", "0" * 40)


def test_contains_follows_every_parent(git):
    start = tip(git)
    head = git.push(URL, "work", {"a": "x\n"})
    assert not git.contains(URL, start, head)
    merged = git.merge(URL, "main", head, "merge", "both")
    assert git.contains(URL, merged, head)
    assert git.contains(URL, merged, start)
    assert git.contains(URL, head, head)
    assert not git.contains(URL, "0" * 40, head)


@pytest.mark.parametrize("method", ["squash", "merge", "rebase"])
def test_each_method_brings_the_change_and_keeps_the_other_side(git, method):
    git.push(URL, "work", {"a": "x\n"})
    head = git.push(URL, "work", {"c": "y\n"})
    git.push(URL, "main", {"b": "theirs\n"})
    before = tip(git)
    merged = git.merge(URL, "main", head, method, "the title")
    commit = git.commit(URL, merged)
    assert tip(git) == merged
    assert commit.tree == {"a": "x\n", "b": "theirs\n", "c": "y\n"}
    parents = {"squash": (before,), "merge": (before, head)}.get(method)
    if parents:
        assert (commit.parents, commit.message) == (parents, "the title")
    else:
        assert git.commit(URL, commit.parents[0]).parents == (before,)
        assert commit.message == "work"


def test_both_sides_changing_one_file_is_a_conflict_unless_they_agree(git):
    head = git.push(URL, "work", {"a": "x\n"})
    git.push(URL, "main", {"a": "x\n"}, by="ann")
    assert git.merged_tree(URL, tip(git), head)["a"] == "x\n"
    git.push(URL, "main", {"a": "z\n"})
    with pytest.raises(Conflict, match="a"):
        git.merge(URL, "main", head, "squash", "t")
    deleted = git.push(URL, "other", {"b": None})
    git.push(URL, "main", {"b": "z\n"})
    with pytest.raises(Conflict, match="b"):
        git.merge(URL, "main", deleted, "squash", "t")


def test_the_tree_id_is_that_of_the_files_alone(git):
    one = git.push(URL, "one", {"a": "x\n"}, message="one")
    two = git.push(URL, "two", {"a": "x\n"}, message="two", by="ann")
    assert one != two
    assert git.tree_id(URL, one) == git.tree_id(URL, two) != git.tree_id(URL, tip(git))
