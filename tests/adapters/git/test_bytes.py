"""The git workspace keeps every byte, mode and link of what other people wrote, and knows what counts."""

from __future__ import annotations

import os
import shutil
import socket

import pytest

from chairlift.adapters.git import GitWorkspace, Settings
from chairlift.testing.contracts.workspace import BRANCH, NOBODY, changed
from chairlift.testing.recipes import write_files
from tests.adapters.git.world import FILE, LINK, MODULE, PROGRAM, START, edited, git, pushed

MODULE_COMMIT = "1234567890" * 4


# ---- bytes, modes, links ----


def test_a_commit_names_us_and_no_clock(workspace, world):
    base = world.tip("main")
    written = changed(workspace, world, {"new": "x"}, message="Subject\n\nChairlift-Campaign: django-3.2\n")
    workspace.push(world.url, written.commit, BRANCH, NOBODY)
    commit, parent = world.repo[written.commit], world.repo[base]
    assert (commit.author.name, commit.author.email) == ("Chairlift", "chairlift@localhost")
    assert commit.committer == commit.author
    assert (commit.commit_time, commit.commit_time_offset) == (parent.commit_time + 1, 0)
    assert commit.message == "Subject\n\nChairlift-Campaign: django-3.2\n"
    assert [str(oid) for oid in commit.parent_ids] == [base]


def test_two_installations_make_the_same_commit(world, tmp_path):
    made = [changed(GitWorkspace(Settings(root=tmp_path / name)), world, {"new": "x"}) for name in ("one", "two")]
    assert made[0] == made[1]


def test_a_message_may_hold_what_git_cannot(workspace, world):
    written = changed(workspace, world, {"new": "x"}, message="nul \0, half \udcff, end")
    workspace.push(world.url, written.commit, BRANCH, NOBODY)
    assert world.repo[written.commit].message == "nul , half ?, end"


def test_modes_and_links_survive(workspace, world):
    held = {"tool": "#!/bin/sh\n", "link": "README", "away": "/etc/passwd", "loop": "loop", "dir/up": "../.."}
    modes = {"tool": PROGRAM, "link": LINK, "away": LINK, "loop": LINK, "dir/up": LINK}
    base = world.push("main", held, modes)
    with workspace.checkout(world.url, base) as path:
        assert os.access(path / "tool", os.X_OK)
        assert not os.access(path / "README", os.X_OK)
        assert os.readlink(path / "away") == "/etc/passwd"
        assert workspace.commit(world.url, path, base, "Nothing\n") is None

    def edit(path):
        (path / "README").chmod(0o755)
        (path / "tool").chmod(0o644)
        (path / "link").unlink()
        (path / "link").symlink_to("app.py")
        (path / "loop").unlink()
        (path / "loop").write_text("a file now")
        (path / "app.py").unlink()
        (path / "app.py").mkdir()
        (path / "app.py" / "inside").write_text("a folder now")

    entries = pushed(workspace, world, edit)
    assert entries == {
        "README": (PROGRAM, b"hello\n"),
        "tool": (FILE, b"#!/bin/sh\n"),
        "link": (LINK, b"app.py"),
        "away": (LINK, b"/etc/passwd"),
        "loop": (FILE, b"a file now"),
        "dir/up": (LINK, b"../.."),
        "app.py/inside": (FILE, b"a folder now"),
    }


def test_a_mode_of_old_is_no_change(workspace, world):
    base = world.tip("main")
    blob = world.repo[base].tree["README"].id.raw
    commit = world.write("main", world.raw_tree((b"100664", b"x", blob)), (base,))
    assert edited(workspace, world, lambda path: None, commit) is None


@pytest.mark.parametrize(
    "attributes",
    [
        "* text=auto eol=crlf\n",
        "* text working-tree-encoding=UTF-16\n",
        "* ident export-subst filter=lfs diff=evil merge=evil\n",
        "* -text\n[attr]binary -diff\n" + "x" * 10_000,
    ],
)
def test_no_attribute_touches_a_byte(attributes, workspace, world):
    odd = {
        ".gitattributes": attributes,
        "crlf": b"one\r\ntwo\r\n",
        "mixed": b"one\r\ntwo\nthree\r",
        "binary": bytes(range(256)) * 10,
        "ident": b"$Id$ $Format:%H$",
        "latin": b"caf\xe9",
    }
    base = world.push("main", odd)
    with workspace.checkout(world.url, base) as path:
        assert {name: (path / name).read_bytes() for name in odd if name[0] != "."} == {
            name: data for name, data in odd.items() if name[0] != "."
        }
        assert workspace.commit(world.url, path, base, "Nothing\n") is None
    entries = pushed(workspace, world, lambda path: (path / "new").write_bytes(b"a\r\n$Id$"))
    assert entries["new"] == (FILE, b"a\r\n$Id$")
    assert entries["crlf"] == (FILE, b"one\r\ntwo\r\n")


def test_names_that_are_no_text_survive(workspace, world, tmp_path):
    clone = tmp_path / "clone"
    git("clone", "--quiet", world.url, str(clone), cwd=tmp_path)
    names = [
        b"\xff\xfe",
        b"line\nend",
        b"-rf",
        b"quote\"'$(x)",
        "é".encode(),
        "e\u0301".encode(),
        b" ",
        b"tab\t",
        b"\x01",
    ]
    for name in names:
        with open(os.fsencode(clone) + b"/" + name, "wb") as file:
            file.write(name)
    git("add", "--all", cwd=clone)
    git("commit", "--quiet", "-m", "odd", cwd=clone)
    git("push", "--quiet", "origin", "HEAD:main", cwd=clone)

    def edit(path):
        for name in names:
            with open(os.fsencode(path) + b"/" + name, "ab") as file:
                file.write(b"!")
        with open(os.fsencode(path) + b"/new\xfe", "wb") as file:
            file.write(b"n")

    entries = {os.fsencode(name): data for name, (_, data) in pushed(workspace, world, edit).items()}
    assert {name: entries[name] for name in names} == {name: name + b"!" for name in names}
    assert entries[b"new\xfe"] == b"n"


def test_trees_are_as_git_wants_them(workspace, world):
    names = ["lib/x", "lib.py", "lib-x", "lib0", "lib/y/z", "B", "a", "_"]
    pushed(workspace, world, lambda path: write_files(path, dict.fromkeys(names, "x")))
    assert sorted(world.files(BRANCH)) == sorted([*names, *START])
    git("fsck", "--strict", cwd=world.path)


# ---- what counts ----


def test_a_file_alone_is_a_change(workspace, world):
    written = edited(workspace, world, lambda path: (path / "new.py").write_text(""))
    assert (written.files, written.insertions, written.deletions) == (1, 0, 0)


def test_all_files_may_go(workspace, world):
    def edit(path):
        for name in START:
            (path / name).unlink()

    assert pushed(workspace, world, edit) == {}


def test_ignored_files_do_not_count(workspace, world):
    world.push("main", {".gitignore": "*.pyc\n/build/\ncache\n", "kept.pyc": "tracked", "build/kept": "tracked"})

    def litter(path):
        for name in ("a.pyc", "deep/er/b.pyc", "build/new", "build/sub/new", "cache/x", "deep/cache"):
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_text("litter")

    assert edited(workspace, world, litter) is None

    def work(path):
        litter(path)
        (path / "kept.pyc").write_text("changed")
        (path / "build" / "kept").write_text("changed")
        (path / "deep" / "real").write_text("new")

    assert pushed(workspace, world, work) == {
        **{name: (FILE, text.encode()) for name, text in START.items()},
        ".gitignore": (FILE, b"*.pyc\n/build/\ncache\n"),
        "kept.pyc": (FILE, b"changed"),
        "build/kept": (FILE, b"changed"),
        "deep/real": (FILE, b"new"),
    }


def test_the_ignore_file_of_the_change_itself_holds(workspace, world):
    def edit(path):
        (path / ".gitignore").write_text("*.log\n")
        (path / "x.log").write_text("x")
        (path / "tool-cache").mkdir()
        (path / "tool-cache" / ".gitignore").write_text("*\n")
        (path / "tool-cache" / "y").write_text("y")

    assert sorted(pushed(workspace, world, edit)) == [".gitignore", "README", "app.py"]


def test_sockets_pipes_and_empty_folders_do_not_count(workspace, world):
    def edit(path):
        os.mkfifo(path / "pipe")
        (path / "empty" / "folders").mkdir(parents=True)
        with socket.socket(socket.AF_UNIX) as server:
            os.chdir(path)
            server.bind("socket")

    here = os.getcwd()
    try:
        assert edited(workspace, world, edit) is None
    finally:
        os.chdir(here)


def test_a_submodule_stays_where_it_points(workspace, world):
    modules = {"sub": MODULE_COMMIT, "deep/sub": MODULE_COMMIT, ".gitmodules": '[submodule "sub"]\n'}
    world.push("main", modules, {"sub": MODULE, "deep/sub": MODULE})

    def edit(path):
        assert list((path / "sub").iterdir()) == []
        (path / "sub" / "file").write_text("somebody filled it")
        shutil.rmtree(path / "deep")
        (path / "new").write_text("x")

    entries = pushed(workspace, world, edit)
    assert entries["sub"] == entries["deep/sub"] == (MODULE, MODULE_COMMIT.encode())
    assert sorted(entries) == [".gitmodules", "README", "app.py", "deep/sub", "new", "sub"]


def test_a_repository_inside_does_not_count(workspace, world):
    def edit(path):
        git("init", "--quiet", "inner", cwd=path)
        (path / "inner" / "file").write_text("x")
        (path / "sub").mkdir()
        (path / "sub" / ".GIT").mkdir()
        (path / "sub" / ".GIT" / "config").write_text("x")

    assert edited(workspace, world, edit) is None
