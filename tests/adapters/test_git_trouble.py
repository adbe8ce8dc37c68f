"""The git workspace under bad luck and ill will: kills, crowds, full disks, hostile repositories and remotes."""

from __future__ import annotations

import base64
import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from chairlift.adapters.git import GitWorkspace, Settings
from chairlift.ports import Refused, Unavailable
from chairlift.testing.contracts.workspace import BRANCH, NO_COMMIT, NOBODY, changed
from tests.adapters.git_world import FILE, LINK, START, GitWorld, git


@pytest.fixture
def world(tmp_path):
    return GitWorld(tmp_path)


@pytest.fixture
def root(tmp_path):
    return tmp_path / "root"


@pytest.fixture
def workspace(root):
    return GitWorkspace(Settings(root=root))


@pytest.fixture
def spy(tmp_path, monkeypatch):
    """Stands before git on PATH: returns what it was called with; runs `spy.script` first."""
    return Spy(tmp_path, monkeypatch)


class Spy:
    def __init__(self, folder: Path, monkeypatch) -> None:
        self.log = folder / "calls"
        self.before = folder / "before"
        self.before.write_text("")
        real = subprocess.check_output(["sh", "-c", "command -v git"], text=True).strip()
        program = folder / "bin" / "git"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\necho "$@" >> {self.log}\n. {self.before}\nexec {real} "$@"\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")

    def calls(self) -> list[str]:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return [line.partition(" gc.autoDetach=false ")[2] for line in lines if "--git-dir" in line]


def home(root: Path) -> Path:
    (only,) = root.iterdir()
    return only


def process(script: str, *arguments: str) -> subprocess.Popen[str]:
    """Another process that works on the same root: `workspace` and `Settings` are there."""
    preamble = "import sys, time\nfrom pathlib import Path\nfrom chairlift.adapters.git import GitWorkspace, Settings\n"
    preamble += (
        "root, url, commit = Path(sys.argv[1]), sys.argv[2], sys.argv[3]\nworkspace = GitWorkspace(Settings(root))\n"
    )
    command = [sys.executable, "-c", preamble + textwrap.dedent(script), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


# ---- few processes ----


def test_a_look_is_one_process_and_a_warm_fetch_none(workspace, world, spy):
    heads = workspace.heads(world.url)
    assert len(spy.calls()) == 1
    workspace.fetch(world.url, heads["main"])
    assert [call.split()[0] for call in spy.calls()] == ["fetch"]
    workspace.fetch(world.url, heads["main"])
    assert workspace.contains(world.url, heads["main"], heads["main"])
    written = changed(workspace, world, {"new": "x"})
    assert spy.calls() == []
    workspace.push(world.url, written.commit, BRANCH, NOBODY)
    assert [call.split()[0] for call in spy.calls()] == ["ls-remote", "push"]
    workspace.push(world.url, written.commit, BRANCH, NOBODY)
    assert [call.split()[0] for call in spy.calls()] == ["ls-remote"]


# ---- kills and crowds ----


def test_what_a_killed_process_left_is_removed_at_next_use(workspace, world, root):
    main = world.tip("main")
    script = """
        with workspace.checkout(url, commit) as path:
            (path / "half").write_text("done")
            print(path, flush=True)
            time.sleep(60)
    """
    other = process(script, str(root), world.url, main)
    left = Path(other.stdout.readline().strip())
    with workspace.checkout(world.url, main):
        assert (left / "half").exists(), "a living process keeps its checkout"
    other.send_signal(signal.SIGKILL)
    other.wait()
    other.stdout.close()
    assert left.exists()
    with workspace.checkout(world.url, main) as path:
        assert not left.parent.exists()
        assert sorted(os.listdir(path)) == [".git", "README", "app.py"]
        assert len(list((home(root) / "trees").iterdir())) == 1
    assert list((home(root) / "trees").iterdir()) == []


def test_half_a_mirror_and_half_a_pack_do_no_harm(workspace, world, root):
    workspace.fetch(world.url, world.tip("main"))
    mirror = home(root) / "git"
    mirror.rename(home(root) / "git.new")
    (home(root) / "git.new" / "HEAD").unlink()
    workspace.fetch(world.url, world.tip("main"))
    assert not (home(root) / "git.new").exists()
    (mirror / "objects" / "pack" / "tmp_pack_killed").write_text("half")
    workspace.fetch(world.url, world.push("main", {"two": "2"}))
    assert not list(mirror.glob("objects/pack/tmp_*"))
    assert changed(workspace, world, {"new": "x"})


def test_a_fetch_is_there_as_a_whole_or_not_at_all(workspace, world, root):
    # Loose objects would come one by one, the commit before its files.
    workspace.fetch(world.url, world.tip("main"))
    workspace.fetch(world.url, world.push("main", {"two": "2"}))
    objects = home(root) / "git" / "objects"
    assert sorted(path.name for path in objects.iterdir()) == ["info", "pack"]
    assert len(list(objects.glob("pack/*.pack"))) == 2


def test_processes_share_a_mirror(world, root):
    main = world.tip("main")
    script = """
        name = sys.argv[4]
        for at in range(3):
            with workspace.checkout(url, commit) as path:
                (path / name).write_text(str(at))
                written = workspace.commit(url, path, commit, "Change")
            workspace.push(url, written.commit, f"{name}/{at}", frozenset())
    """
    others = [process(script, str(root), world.url, main, name) for name in ("one", "two", "three")]
    for other in others:
        assert other.wait(60) == 0
        other.stdout.close()
    for name in ("one", "two", "three"):
        assert [world.files(f"{name}/{at}") for at in range(3)] == [{**START, name: str(at)} for at in range(3)]
    assert list((home(root) / "trees").iterdir()) == []


def test_threads_share_a_workspace(workspace, world, spy):
    commits = [world.push("main", {"at": str(i)}) for i in range(6)]

    def work(commit):
        with workspace.checkout(world.url, commit) as path:
            (path / "new").write_text(commit)
            written = workspace.commit(world.url, path, commit, "Change")
        workspace.push(world.url, written.commit, f"at/{commit}", NOBODY)
        return world.files(f"at/{commit}")["new"]

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(work, commits)) == commits
    assert len([call for call in spy.calls() if call.startswith("fetch")]) == 1


# ---- what others push ----


def test_a_push_in_the_very_moment_is_not_overwritten(workspace, world, spy):
    written = changed(workspace, world, {"new": "x"})
    foreign = world.push("work", {"foreign": "x"})
    move = f"git -C {world.url} update-ref refs/heads/{BRANCH} {foreign}"
    spy.before.write_text(f'case "$*" in *" push "*) {move} ;; esac\n')
    with pytest.raises(Unavailable, match="the branch moved meanwhile"):
        workspace.push(world.url, written.commit, BRANCH, NOBODY)
    assert world.tip(BRANCH) == foreign
    spy.before.write_text("")
    with pytest.raises(Refused, match="by Ann"):
        workspace.push(world.url, written.commit, BRANCH, NOBODY)


def test_a_foreign_commit_on_top_of_ours_is_safe(workspace, world):
    written, other = changed(workspace, world, {"new": "x"}), changed(workspace, world, {"new": "y"})
    workspace.push(world.url, written.commit, BRANCH, NOBODY)
    foreign = world.push(BRANCH, {"fix": "by hand"}, by="Eve\x1b[31m\u202e\nRefused: nothing")
    with pytest.raises(Refused) as refused:
        workspace.push(world.url, other.commit, BRANCH, frozenset({written.commit}))
    assert str(refused.value).startswith(f"{BRANCH} holds {foreign[:10]} by Eve")
    assert "\x1b" not in str(refused.value)
    assert "\u202e" not in str(refused.value)
    assert world.tip(BRANCH) == foreign


def test_a_commit_that_was_forced_away_is_still_brought_or_named(workspace, world):
    lost = world.push("work", {"one": "1"})
    world.delete("work")
    workspace.fetch(world.url, lost)
    assert workspace.tree(world.url, lost)
    git("gc", "--quiet", "--prune=now", cwd=world.path)
    other = GitWorkspace(Settings(root=workspace._root.parent / "other"))
    with pytest.raises(Refused, match="the commit is gone"):
        other.fetch(world.url, lost)
    assert not other.contains(world.url, lost, world.tip("main"))


def test_branches_may_take_each_others_folders(workspace, world):
    workspace.fetch(world.url, world.push("a", {"x": "1"}))
    world.delete("a")
    nested = world.push("a/b", {"x": "2"})
    workspace.fetch(world.url, nested)
    assert workspace.heads(world.url)["a/b"] == nested


def test_a_remote_that_refuses_is_quoted(workspace, world):
    hook = world.path / "hooks" / "update"
    hook.write_text("#!/bin/sh\necho 'main is frozen' >&2\nexit 1\n")
    hook.chmod(0o755)
    written = changed(workspace, world, {"new": "x"})
    with pytest.raises(Refused, match=r"hook declined.*let Chairlift's account push"):
        workspace.push(world.url, written.commit, BRANCH, NOBODY)


# ---- looks at odd repositories ----


def test_a_default_branch_must_exist(workspace, world):
    git("symbolic-ref", "HEAD", "refs/heads/gone", cwd=world.path)
    with pytest.raises(Refused, match="no default branch; point its HEAD"):
        workspace.heads(world.url)
    (world.path / "HEAD").write_text(world.tip("main") + "\n")
    with pytest.raises(Refused, match="no default branch"):
        workspace.heads(world.url)


def test_no_branch_can_pose_as_another(workspace, world):
    main = world.tip("main")
    evil = world.push("work", {"evil": "x"})
    for name in ("ma\u202ein", "main\u200e", "HEAD", "refs/heads/main"):
        git("update-ref", f"refs/heads/{name}", evil, cwd=world.path)
    heads = workspace.heads(world.url)
    assert heads["main"] == main
    assert heads["HEAD"] == "main"
    assert heads["ma\u202ein"] == heads["refs/heads/main"] == evil


@pytest.mark.parametrize("url", ["", "-x", "--upload-pack=touch pwned", "ext::touch pwned", "a\nb", "http://[x/y"])
def test_what_git_would_run_is_refused(url, workspace, root):
    with pytest.raises(Refused, match="is no address of a repository"):
        workspace.heads(url)
    assert not root.exists()


@pytest.mark.parametrize(
    "branch", ["", "-d", "a b", "a..b", "x.lock", "a~1", "@{-1}", "a\nb", "/a", "a:b", "a\u202eb", "a\udcff"]
)
def test_a_branch_must_be_a_branch(branch, workspace, world):
    written = changed(workspace, world, {"new": "x"})
    before = workspace.heads(world.url)
    with pytest.raises(Refused, match="cannot be the name of a branch"):
        workspace.push(world.url, written.commit, branch, NOBODY)
    assert workspace.heads(world.url) == before


@pytest.mark.parametrize("branch", ["+a", "a'b\"c", "$(id)", "ünï/🚡", "HEAD2"])
def test_a_branch_may_have_an_odd_name(branch, workspace, world):
    written = changed(workspace, world, {"new": "x"})
    workspace.push(world.url, written.commit, branch, NOBODY)
    assert workspace.heads(world.url)[branch] == written.commit


@pytest.mark.parametrize("commit", ["", "main", "HEAD", "--all", "abc123", NO_COMMIT[:-1], NO_COMMIT.upper()])
def test_a_commit_must_be_an_id(commit, workspace, world):
    with pytest.raises(Refused, match="is no commit id"):
        workspace.fetch(world.url, commit)
    with pytest.raises(Refused, match="is no commit"):
        workspace.push(world.url, commit, BRANCH, NOBODY)


@pytest.mark.parametrize("name", [b"..", b".", b".git", b".Git", b"a/b"])
def test_a_tree_that_reaches_outside_is_refused(name, workspace, world, root):
    blob = world.repo.create_blob(b"pwned").raw
    inner = bytes.fromhex(world.raw_tree((b"100644", b"pwned", blob)))
    for entry in ((b"40000", name, inner), (b"100644", name, blob)):
        commit = world.write("evil", world.raw_tree(entry), (world.tip("main"),))
        with pytest.raises(Refused, match="it holds a file called"), workspace.checkout(world.url, commit):
            pass
    assert not list(root.rglob("pwned"))


def test_a_tree_with_a_name_twice_writes_through_no_link(workspace, world, tmp_path):
    blob = world.repo.create_blob(b"pwned").raw
    inner = bytes.fromhex(world.raw_tree((b"100644", b"pwned", blob)))
    link = world.repo.create_blob(os.fsencode(tmp_path)).raw
    commit = world.write("evil", world.raw_tree((b"120000", b"a", link), (b"40000", b"a", inner)), ())
    with workspace.checkout(world.url, commit):
        pass
    assert not (tmp_path / "pwned").exists()


def test_folders_without_end_are_refused(workspace, world):
    tree = bytes.fromhex(world.raw_tree((b"100644", b"x", world.repo.create_blob(b"x").raw)))
    for _ in range(300):
        tree = (
            bytes.fromhex(world.raw_tree((b"40000", b"d", tree)))
            if _ < 3
            else world.repo.write(2, b"40000 d\0" + tree).raw
        )
    commit = world.write("deep", tree.hex(), ())
    with pytest.raises(Refused, match="nested more than 200 deep"), workspace.checkout(world.url, commit):
        pass


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
