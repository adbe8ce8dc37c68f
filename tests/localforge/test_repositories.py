"""Repositories: made from nothing, folders and git; odd names are refused and leave no trace."""

from __future__ import annotations

import subprocess
import sys

import pytest

from chairlift.localforge.forge import Forge
from chairlift.localforge.git import signature
from chairlift.localforge.repositories import Unknown
from chairlift.ports import Refused
from tests.localforge.clone import REPO, START, Clock, git

ODD_NAMES = [
    "",
    ".",
    "..",
    "a/../b",
    "/etc/passwd",
    "a//b",
    "a/",
    ".hidden",
    "-rf",
    "a b",
    "a\n",
    "a\0b",
    "ü",
    "x.git",
    "x.git/y",
    "x.lock",
    "a;b",
    "$(id)",
    "\udc80",
    "a/b/c/d/e/f",
    "n" * 101,
    "C:\\x",
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_are_refused_and_leave_no_trace(forge, tmp_path, name):
    before = sorted(path for path in tmp_path.rglob("*") if path.is_dir())
    with pytest.raises(Unknown, match="no name for a repository: use letters"):
        forge.repositories.create(name)
    assert sorted(path for path in tmp_path.rglob("*") if path.is_dir()) == before


@pytest.mark.parametrize("name", ["a", "A-b_c.d", "team/sub/shop", "0", "n" * 100])
def test_common_names_are_taken_once(forge, name):
    path = forge.repositories.create(name).path
    assert path == forge.store.root / f"{name}.git"
    with pytest.raises(Refused, match="already"):
        forge.repositories.create(name)
    assert forge.repositories.names() == sorted([REPO, name])


def test_an_unknown_name_says_which_there_are(forge):
    with pytest.raises(Unknown, match=r"no repository called 'shop' at .*; there are: team/shop"):
        forge.repositories.get("shop")


def test_a_folder_becomes_the_first_commit_as_it_is(forge, tmp_path):
    source = tmp_path / "files"
    (source / "deep").mkdir(parents=True)
    (source / "deep" / "-odd name\n\"'").write_bytes(b"\0\r\n\xff")
    (source / "run.sh").write_text("#!/bin/sh\n")
    (source / "run.sh").chmod(0o755)
    (source / "link").symlink_to("run.sh")
    (source / ".gitignore").write_text("*.pyc\n")
    (source / "junk.pyc").write_text("junk")
    path = forge.repositories.create("made", str(source), default="trunk").path
    assert git("symbolic-ref", "HEAD", cwd=path) == "refs/heads/trunk\n"
    entries = [line.split()[0] for line in git("ls-tree", "-r", "trunk", cwd=path).splitlines()]
    assert sorted(entries) == ["100644", "100644", "100755", "120000"]
    stored = subprocess.run(["git", "show", "trunk:deep/-odd name\n\"'"], cwd=path, capture_output=True, check=True)
    assert stored.stdout == b"\0\r\n\xff"
    assert not (path / "first.index").exists()


def test_a_repository_brings_its_branches_and_default_and_no_address(forge, clone, tmp_path):
    clone.push(clone.commit("side", {"a.txt": "a\n"}), "side")
    path = forge.repositories.create("copy", str(clone.path)).path
    git("checkout", "--quiet", "-B", "trunk", "origin/main", cwd=clone.path)
    other = forge.repositories.create("other", str(clone.path)).path
    assert git("symbolic-ref", "HEAD", cwd=path) == "refs/heads/main\n"
    assert git("symbolic-ref", "HEAD", cwd=other) == "refs/heads/trunk\n"
    assert git("ls-tree", "-r", "--name-only", "trunk", cwd=other).split() == sorted(START)
    assert str(clone.path) not in (other / "config").read_text()


@pytest.mark.parametrize("source", ["/nothing/here", "-upload-pack=x", "ext::sh -c touch% owned", "file:///nothing"])
def test_a_source_that_cannot_be_read_is_refused_and_leaves_nothing(forge, source, tmp_path):
    with pytest.raises(Refused, match="git says"):
        forge.repositories.create("made", source)
    assert forge.repositories.names() == [REPO]
    assert sorted(entry.name for entry in forge.store.root.iterdir() if entry.is_dir()) == ["team"]
    assert not list(tmp_path.rglob("owned"))


def test_a_file_is_no_source(forge, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(Refused, match="neither a folder nor a git repository"):
        forge.repositories.create("made", str(tmp_path / "file"))


def test_what_a_killed_process_left_is_no_repository(forge, tmp_path):
    left = forge.store.root / "made.git"
    left.mkdir()
    (left / "HEAD").write_text("half")
    with pytest.raises(Unknown):
        forge.repositories.get("made")
    made = forge.repositories.create("made", str(tmp_path / "source"))
    assert made.open().head.shorthand == "main"


def test_an_empty_repository_takes_its_first_push(forge, clone, tmp_path):
    path = forge.repositories.create("empty").path
    git("push", "--quiet", str(path), "origin/main:refs/heads/main", cwd=clone.path)
    assert git("rev-parse", "main", cwd=path) == git("rev-parse", "origin/main", cwd=clone.path)


def test_inside_a_git_hook_the_callers_repository_is_left_alone(forge, clone, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_DIR", str(clone.path / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "strange.index"))
    path = forge.repositories.create("made", str(tmp_path / "source")).path
    assert git("ls-tree", "-r", "--name-only", "main", cwd=path).split() == sorted(START)
    assert not (tmp_path / "strange.index").exists()


def test_two_processes_may_make_the_forge_at_once(tmp_path):
    script = (
        "import sys, datetime, pathlib; from chairlift.localforge.forge import Forge\n"
        "forge = Forge(pathlib.Path(sys.argv[1]), lambda: datetime.datetime(2021, 7, 5, tzinfo=datetime.UTC))\n"
        "sys.stdin.read(); forge.repositories.create(sys.argv[2])"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "new")]
    racers = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stderr=subprocess.PIPE) for name in ("a", "b", "c")
    ]
    for racer in racers:
        racer.stdin.close()
    assert [(racer.stderr.read(), racer.wait()) for racer in racers] == [(b"", 0)] * 3
    for racer in racers:
        racer.stderr.close()
    assert Forge(tmp_path / "new", Clock()).repositories.names() == ["a", "b", "c"]


def test_nobody_pushes_to_the_refs_of_the_forge(opened, clone, forge):
    pull = opened()
    other = clone.commit("other", {"b.txt": "b\n"})
    for ref in ("refs/pull/1/head", "refs/pull/1/merge"):
        with pytest.raises(Exception, match="hidden ref"):
            git("push", "--force", "origin", f"{other}:{ref}", cwd=clone.path)
    assert git("ls-remote", "origin", "refs/pull/*", cwd=clone.path).split() == [pull.head, "refs/pull/1/head"]


@pytest.mark.parametrize("name", ["", " . ", "a<b>\nc", "\0", "é", "x" * 500, "\udc80", "a\\", "ann"])
def test_any_name_makes_a_commit_that_git_reads(forge, repository, name):
    handle = repository.open()
    who = signature(name, Clock()())
    commit = handle.create_commit("refs/heads/odd", who, who, "m", handle.head.peel().tree.id, [])
    assert git("fsck", "--strict", "--no-dangling", str(commit), cwd=repository.path) == ""
    assert git("log", "-1", "--format=%cI", "odd", cwd=repository.path) == "2021-07-05T09:00:01+00:00\n"
