"""What surrounds the git workspace: configuration, passwords, silent hosts, limits and full disks."""

from __future__ import annotations

import base64
import contextlib
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from chairlift.adapters.git import GitWorkspace, Settings
from chairlift.ports import Refused, Unavailable
from chairlift.testing.contracts.workspace import BRANCH, NOBODY, changed
from tests.adapters.git.world import FILE, LINK, GitWorld, home, process

# ---- our surroundings ----


def test_no_configuration_of_the_machine_leaks_in(world, root, tmp_path, monkeypatch):
    config = tmp_path / "home" / ".gitconfig"
    ignore = tmp_path / "home" / ".config" / "git" / "ignore"
    ignore.parent.mkdir(parents=True)
    ignore.write_text("new\n")
    hook = tmp_path / "home" / "hooks" / "pre-push"
    hook.parent.mkdir()
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    config.write_text(
        f'[url "/nowhere/"]\n insteadOf = "{tmp_path}"\n[core]\n hooksPath = {hook.parent}\n autocrlf = true\n'
        f"[user]\n name = Somebody\n[format]\n signature = x\n[push]\n gpgSign = true\n[diff]\n noprefix = true\n"
    )
    for name, value in {
        "HOME": str(tmp_path / "home"),
        "XDG_CONFIG_HOME": str(tmp_path / "home" / ".config"),
        "GIT_CONFIG_GLOBAL": str(config),
        "GIT_CONFIG_SYSTEM": str(config),
        "GIT_DIR": "/nowhere",
        "GIT_WORK_TREE": "/nowhere",
        "GIT_AUTHOR_NAME": "Somebody",
        "GIT_OBJECT_DIRECTORY": "/nowhere",
        "GIT_EXTERNAL_DIFF": "false",
    }.items():
        monkeypatch.setenv(name, value)
    # In a process of its own, since libgit2 reads these once.
    script = """
        with workspace.checkout(url, commit) as path:
            (path / "new").write_text("a\\r\\n")
            written = workspace.commit(url, path, commit, "Change")
        workspace.push(url, written.commit, "work", frozenset())
        assert "+++ b/new" in workspace.patch(url, commit, written.commit) or "GIT binary" in workspace.patch(
            url, commit, written.commit
        )
    """
    other = process(script, str(root), world.url, world.tip("main"))
    assert other.wait(60) == 0
    other.stdout.close()
    assert world.entries("work")["new"] == (FILE, b"a\r\n")
    assert world.repo[world.tip("work")].author.name == "Chairlift"


def test_no_hook_in_the_mirror_runs(workspace, world, root):
    workspace.fetch(world.url, world.tip("main"))
    for name in ("reference-transaction", "pre-push", "post-merge", "pre-auto-gc"):
        hook = home(root) / "git" / "hooks" / name
        hook.write_text("#!/bin/sh\nexit 1\n")
        hook.chmod(0o755)
    workspace.fetch(world.url, world.push("main", {"two": "2"}))
    workspace.push(world.url, changed(workspace, world, {"new": "x"}).commit, BRANCH, NOBODY)
    assert world.tip(BRANCH)


def test_a_password_is_in_no_argument_and_no_error(workspace, root, spy):
    asked = []

    class Door(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.headers.get("Authorization"))
            self.send_response(403)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"127.0.0.1:{server.server_port}/team/shop.git"
        for secret in ("hunter2", "hunt%40r3"):
            with pytest.raises(Refused, match="give Chairlift's account access") as refused:
                workspace.heads(f"http://bot:{secret}@{address}")
            assert "hunt" not in str(refused.value)
    finally:
        server.shutdown()
        server.server_close()
    sent = {base64.b64decode(header.removeprefix("Basic ")).decode() for header in asked}
    assert sent == {"bot:hunter2", "bot:hunt@r3"}
    assert not any("hunt" in call for call in spy.calls())
    # A new password is no new repository.
    assert home(root).name.startswith("shop-")


def test_equal_names_have_mirrors_apart(workspace, world, root, tmp_path):
    (tmp_path / "other").mkdir()
    other = GitWorld(tmp_path / "other")
    other.push("main", {"other": "x"})
    for each in (world, other):
        with workspace.checkout(each.url, each.tip("main")) as path:
            assert (path / "other").exists() == (each is other)
    assert len(list(root.iterdir())) == 2


def test_a_silent_host_is_unavailable(root, tmp_path, monkeypatch):
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\nexec sleep 60\n")
    silent.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(silent))
    workspace = GitWorkspace(Settings(root=root, look_seconds=1, pass_env=("GIT_SSH_COMMAND",)))
    with pytest.raises(Unavailable, match="git@host:team/shop does not answer: git was still running after 1 seconds"):
        workspace.heads("git@host:team/shop")


def test_a_host_that_is_away_is_unavailable(workspace):
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1.*is its host up"):
        workspace.heads("git://127.0.0.1:9/x.git")


def test_without_git_the_remedy_is_named(workspace, world, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Refused, match="no program called 'git' on PATH; install it"):
        workspace.heads(world.url)


def test_a_root_that_cannot_be_written_is_unavailable(world, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable, match="is its root there, and writable"):
        GitWorkspace(Settings(root=tmp_path / "file" / "root")).heads(world.url)


def test_a_damaged_mirror_is_named_with_its_remedy(workspace, world, root):
    commit = world.push("main", {"big": "x"})
    workspace.fetch(world.url, commit)
    for pack in (home(root) / "git" / "objects" / "pack").glob("*.pack"):
        pack.chmod(0o644)
        pack.write_bytes(pack.read_bytes()[:40])
    with pytest.raises(Refused, match="mirror is damaged"), workspace.checkout(world.url, commit):
        pass


# ---- too much ----


def test_a_fetch_that_is_too_large_is_refused_and_leaves_nothing(world, root):
    workspace = GitWorkspace(Settings(root=root, max_bytes=100_000))
    commit = world.push("main", {"big": os.urandom(300_000)})
    with pytest.raises(Refused, match="too large to fetch; raise max_bytes"):
        workspace.fetch(world.url, commit)
    with pytest.raises(Refused, match="too large"):
        workspace.fetch(world.url, commit)
    assert sum(path.stat().st_size for path in root.rglob("*") if path.is_file()) < 250_000


def test_files_that_swell_are_refused(world, root):
    workspace = GitWorkspace(Settings(root=root, max_bytes=100_000))
    commit = world.push("main", {"one": b"0" * 60_000, "two": b"0" * 60_000})
    with pytest.raises(Refused, match="its files are larger than 100,000 bytes"), workspace.checkout(world.url, commit):
        pass
    assert list((home(root) / "trees").iterdir()) == []
    with pytest.raises(Refused, match="'new' is larger than 100,000 bytes"):
        changed(workspace, world, {"new": "x" * 100_001}, base=world.push("small", {"one": "1", "two": "2"}))


def test_a_link_is_a_link_however_large_its_target(world, root, tmp_path):
    workspace = GitWorkspace(Settings(root=root, max_bytes=10_000))
    (tmp_path / "large").write_bytes(b"x" * 20_000)
    main = world.tip("main")
    with workspace.checkout(world.url, main) as path:
        (path / "link").symlink_to(tmp_path / "large")
        written = workspace.commit(world.url, path, main, "Link\n")
    workspace.push(world.url, written.commit, BRANCH, NOBODY)
    assert world.entries(BRANCH)["link"][0] == LINK


@pytest.fixture
def tiny_disk(tmp_path):
    """A disk of 512 kB; root alone can make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("NOT TESTED: a full disk, as only root can mount a tiny one")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


FULL = r"disk.* full.*free some space"


def fill(disk: Path) -> Path:
    """A file that takes all that is left."""
    with open(disk / "filler", "wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 512)
    assert not os.statvfs(disk).f_bavail
    return disk / "filler"


def test_a_full_disk_is_unavailable_until_there_is_room(tiny_disk, world):
    workspace = GitWorkspace(Settings(root=tiny_disk / "root"))
    main = world.tip("main")
    with workspace.checkout(world.url, main) as path:
        (path / "new").write_text("x")
        filler = fill(tiny_disk)
        with pytest.raises(Unavailable, match=FULL):
            workspace.commit(world.url, path, main, "Change\n")
        large = world.push("large", {"large": os.urandom(100_000)})
        with pytest.raises(Unavailable, match=FULL):
            workspace.fetch(world.url, large)
        with pytest.raises(Unavailable, match=FULL), workspace.checkout(world.url, main):
            pass
        filler.unlink()
        assert workspace.commit(world.url, path, main, "Change\n")
    workspace.fetch(world.url, large)
