"""The local forge fulfils the contract of forges, with real git over its path; so does the forge in memory."""

from __future__ import annotations

import shutil
import sqlite3
import time

import pytest

from chairlift.adapters.local import LocalForge, Settings
from chairlift.localforge.forge import Forge
from chairlift.localforge.protection import Rule
from chairlift.localforge.store import FILE
from chairlift.ports import Refused, Unavailable
from chairlift.testing.contracts.directory import DirectoryContract
from chairlift.testing.contracts.forge import ForgeContract, opened
from chairlift.testing.fakes.forge import MemoryForge
from chairlift.testing.fakes.git import MemoryGit
from tests.localforge.clone import REPO, START, Clock, Clone, git, make_forge


class LocalWorld:
    """People with clones, and the forge's own commands."""

    repo = REPO
    people = ("ann", "bob")

    def __init__(self, forge: Forge, clone: Clone) -> None:
        self.forge = forge
        self.clone = clone

    def push(self, branch, files):
        commit = self.clone.commit(branch, files)
        self.clone.push(commit, branch)
        return commit

    def move(self, branch, commit):
        git("fetch", "--quiet", "origin", cwd=self.clone.path)
        self.clone.push(commit, branch)

    def delete(self, branch):
        self.clone.push("", branch)

    def tip(self, branch):
        return git("rev-parse", branch, cwd=self.forge.repositories.get(REPO).path).strip()

    def files(self, branch):
        bare = self.forge.repositories.get(REPO).path
        names = git("ls-tree", "-r", "--name-only", branch, cwd=bare).splitlines()
        return {name: git("show", f"{branch}:{name}", cwd=bare) for name in names}

    def review(self, number, by, state, text=""):
        self.forge.pulls.review(REPO, number, by, state, text)

    def comment(self, number, by, text):
        self.forge.talk.say(REPO, number, by, text)

    def close(self, number, by):
        self.forge.pulls.close(REPO, number, by)

    def reopen(self, number, by):
        self.forge.pulls.reopen(REPO, number)

    def protect(self, branch, approvals, checks):
        rule = Rule(branch, approvals, tuple(checks), pushers=("ann",))
        self.forge.protection.protect(self.forge.repositories.get(REPO), rule)


@pytest.fixture
def inner(tmp_path):
    return make_forge(tmp_path)


class TestLocalForge(ForgeContract, DirectoryContract):
    @pytest.fixture
    def forge(self, inner, tmp_path):
        return LocalForge(Settings(tmp_path / "forge"), Clock())

    @pytest.fixture
    def world(self, forge, inner, tmp_path):
        return LocalWorld(inner, Clone(forge.git_url(REPO), tmp_path / "clone"))

    def our_comments(self, forge, world, number):
        return [c.text for c in world.forge.talk.said(REPO, number) if c.by == "chairlift"]


class MemoryWorld:
    repo = "shop"
    people = ("ann", "bob")

    def __init__(self, forge: MemoryForge) -> None:
        self.forge = forge
        self.git = forge.git
        self.url = forge.git_url("shop")

    def push(self, branch, files):
        return self.git.push(self.url, branch, files)

    def move(self, branch, commit):
        self.git.push(self.url, branch, commit)

    def delete(self, branch):
        self.git.delete(self.url, branch)

    def tip(self, branch):
        return self.git.repositories[self.url].branches[branch]

    def files(self, branch):
        return self.git.commit(self.url, self.tip(branch)).tree

    def review(self, number, by, state, text=""):
        self.forge.review("shop", number, by, state, text)

    def comment(self, number, by, text):
        self.forge.comment("shop", number, by, text)

    def close(self, number, by):
        self.forge.close("shop", number, by)

    def reopen(self, number, by):
        self.forge.reopen("shop", number)

    def protect(self, branch, approvals, checks):
        self.forge.protect("shop", Rule(branch, approvals, tuple(checks)))


class TestMemoryForge(ForgeContract):
    @pytest.fixture
    def forge(self):
        git = MemoryGit()
        git.init("memory://shop", START)
        return MemoryForge(git, Clock())

    @pytest.fixture
    def world(self, forge):
        return MemoryWorld(forge)

    def our_comments(self, forge, world, number):
        return [c.text for _, c in forge.places["shop"].comments if (c.by, c.number) == ("chairlift", number)]

    def test_it_can_be_away(self, forge):
        forge.away = True
        with pytest.raises(Unavailable):
            forge.pull_for("shop", "work")


@pytest.fixture
def world(inner, tmp_path):
    return LocalWorld(inner, Clone(str(inner.repositories.get(REPO).path), tmp_path / "clone"))


@pytest.fixture
def forge(inner, tmp_path):
    return LocalForge(Settings(tmp_path / "forge"), Clock())


def test_a_look_where_nothing_moved_is_cheap(forge, world):
    opened(forge, world)
    forge.pull_for(REPO, "work")
    start = time.process_time()
    for _ in range(200):
        forge.pull_for(REPO, "work")
    assert (time.process_time() - start) / 200 < 0.001


def test_a_locked_store_is_unavailable_and_says_so(world, tmp_path):
    forge = LocalForge(Settings(tmp_path / "forge", patience=0.1), Clock())
    world.push("work", {"a.txt": "a\n"})
    other = sqlite3.connect(world.forge.store.root / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match=r"database is locked.*no git process stuck"):
        forge.ensure_pull(REPO, "work", "main", "t", "b")
    assert forge.pull_for(REPO, "work") is None
    other.execute("ROLLBACK")
    other.close()
    assert forge.ensure_pull(REPO, "work", "main", "t", "b").state == "open"


def test_a_branch_that_git_holds_locked_is_unavailable_and_nothing_is_merged(forge, world):
    pull = opened(forge, world)
    lock = world.forge.repositories.get(REPO).path / "refs/heads/main.lock"
    lock.touch()
    base = world.tip("main")
    with pytest.raises(Unavailable, match=r"main\.lock"):
        forge.merge(REPO, pull.number, pull.head, "squash")
    assert (world.tip("main"), forge.pull_for(REPO, "work").state) == (base, "open")
    lock.unlink()
    assert forge.merge(REPO, pull.number, pull.head, "squash") == world.tip("main")


def test_a_store_that_is_no_database_is_unavailable(tmp_path):
    (tmp_path / FILE).write_text("not a database, but long enough to look like one" * 50)
    with pytest.raises(Unavailable, match="not a database"):
        LocalForge(Settings(tmp_path), Clock()).pull_for(REPO, "work")


def test_a_place_that_is_no_folder_is_unavailable(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="Not a directory"):
        LocalForge(Settings(tmp_path / "file" / "forge"), Clock()).pull_for(REPO, "work")


def test_a_repository_whose_folder_is_gone_is_refused_by_name(forge, world):
    opened(forge, world)
    shutil.rmtree(world.forge.repositories.get(REPO).path)
    with pytest.raises(Refused, match=r"'team/shop' is no longer at .*backup"):
        forge.pull_for(REPO, "work")


def test_chairlift_goes_by_the_names_of_its_settings(inner, world, tmp_path):
    forge = LocalForge(Settings(tmp_path / "forge", identity="bot", reviewer="bot-two"), Clock())
    pull = opened(forge, world)
    forge.approve(REPO, pull.number, pull.head, "looks as the recipe made it")
    forge.ensure_comment(REPO, pull.number, "notice", "soon")
    world.comment(pull.number, "chairlift", "a person of that name")
    assert forge.pull_for(REPO, "work").opened_by == "bot"
    assert [r.by for r in forge.pull_for(REPO, "work").reviews] == ["bot-two"]
    assert [c.by for c in forge.comments(REPO, 0)] == ["chairlift"]
