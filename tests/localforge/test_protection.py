"""A protected branch refuses plain pushes by git itself, and the branches beside it do not."""

from __future__ import annotations

import pytest

from chairlift.localforge.protection import Rule
from chairlift.ports import Refused
from tests.localforge.clone import REPO, PushRefused, git


@pytest.fixture
def protect(forge, repository):
    return lambda branch="main", **what: forge.protection.protect(repository, Rule(branch, **what))


def tip(repository, branch="main"):
    return git("rev-parse", branch, cwd=repository.path).strip()


def test_a_plain_push_is_refused_with_a_clear_text(clone, repository, protect):
    protect()
    before = tip(repository)
    commit = clone.commit("main", {"a.txt": "a\n"})
    with pytest.raises(PushRefused, match="main is protected, ann may not push to it: open a pull request"):
        clone.push(commit, "main")
    assert tip(repository) == before


def test_deleting_and_rewinding_are_pushes_too(clone, repository, protect):
    clone.push(clone.commit("main", {"a.txt": "a\n"}), "main")
    protect()
    before = tip(repository)
    git("config", "receive.denyDeleteCurrent", "ignore", cwd=repository.path)
    for what in ("", "HEAD~1"):
        with pytest.raises(PushRefused, match="main is protected"):
            clone.push(what, "main")
    assert tip(repository) == before


def test_other_branches_and_tags_are_free_in_the_same_push(clone, repository, protect):
    protect()
    protect("release/1.x")
    commit = clone.commit("work", {"a.txt": "a\n"})
    with pytest.raises(PushRefused):
        git("push", "origin", f"{commit}:refs/heads/main", f"{commit}:refs/heads/mai", f"{commit}:refs/tags/main",
            f"{commit}:refs/heads/release/1.x", f"{commit}:refs/heads/release/1", cwd=clone.path)  # fmt: skip
    refs = git("for-each-ref", "--format=%(refname)", cwd=repository.path).split()
    assert refs == ["refs/heads/mai", "refs/heads/main", "refs/heads/release/1", "refs/tags/main"]
    assert tip(repository, "refs/heads/main") != commit == tip(repository, "mai")


def test_who_may_push_may(clone, repository, protect):
    protect(pushers=("bob", "release-bot"))
    commit = clone.commit("main", {"a.txt": "a\n"})
    for person in ("bo", "bob release-bot", "*", "?", "", "b?b"):
        if person != "bob release-bot":
            with pytest.raises(PushRefused):
                clone.push(commit, "main", CHAIRLIFT_AS=person, LOGNAME="", USER="")
    clone.push(commit, "main", CHAIRLIFT_AS="release-bot")
    assert tip(repository) == commit


def test_the_persons_own_hook_settings_do_not_matter(clone, protect, tmp_path):
    protect()
    commit = clone.commit("main", {"a.txt": "a\n"})
    (tmp_path / "gitconfig").write_text("[core]\n\thooksPath = /nowhere\n")
    with pytest.raises(PushRefused, match="is protected"):
        clone.push(commit, "main", GIT_CONFIG_GLOBAL=str(tmp_path / "gitconfig"))
    with pytest.raises(PushRefused, match="is protected"):
        git("-c", "core.hooksPath=/nowhere", "push", "origin", f"{commit}:main", cwd=clone.path)


def test_taking_the_protection_away_frees_the_branch(forge, clone, repository, protect):
    protect()
    protect("other")
    forge.protection.unprotect(repository, "main")
    commit = clone.commit("main", {"a.txt": "a\n"})
    clone.push(commit, "main")
    with pytest.raises(PushRefused):
        clone.push(commit, "other")
    forge.protection.unprotect(repository, "other")
    forge.protection.unprotect(repository, "never")
    assert not (repository.path / "hooks" / "update").exists()
    assert forge.protection.rule(repository, "main") is None


def test_the_forge_itself_merges_into_a_protected_branch(forge, opened, repository, protect):
    protect(approvals=1)
    pull = opened()
    assert pull.needs_approvals == 1
    with pytest.raises(Refused, match=r"'main' needs 1 approvals of \w{10} and has 0: ask for a review"):
        forge.pulls.merge(REPO, 1, "ann", "squash")
    forge.pulls.review(REPO, 1, "ann", "approved")
    assert forge.pulls.merge(REPO, 1, "ann", "squash") == tip(repository)


@pytest.mark.parametrize("branch", ["", "a..b", "a b", "x\ny", "-\0", "refs/heads/..", "\udc80"])
def test_no_rule_for_what_is_no_branch(repository, protect, branch):
    with pytest.raises(Refused, match="no name for a branch"):
        protect(branch)
    assert not (repository.path / "hooks" / "update").exists()


@pytest.mark.parametrize("person", ["", "a b", "a\nrefs/heads/x", "?", " ann", "\x1b[31m"])
def test_no_pusher_whom_the_hook_cannot_tell(protect, person):
    with pytest.raises(Refused, match="cannot be told from other pushers"):
        protect(pushers=(person,))


@pytest.mark.parametrize("branch", ["$(id>owned)", "'\"`id`", "é", "-x", "a;b", "%s"])
def test_branches_with_odd_names_are_protected_as_well(clone, repository, protect, branch):
    protect(branch)
    with pytest.raises(PushRefused, match="is protected"):
        clone.push("HEAD", branch)
    clone.push("HEAD", f"{branch}x")
    assert not list(repository.path.rglob("owned"))
