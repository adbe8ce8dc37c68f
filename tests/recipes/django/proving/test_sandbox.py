"""Programs of all bad habits in the sandbox: they reach out, write, fork, fill, eat, hang, and kill what runs them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from chairlift.recipes.django.proving import sandbox
from chairlift.recipes.django.proving.sandbox import Bounds, NotSandboxed, Room, confine
from tests.living import gone
from tests.recipes.django.proving.services import in_a_sandbox

pytestmark = in_a_sandbox


@pytest.fixture
def checkout(tmp_path):
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "file").write_text("theirs")
    (folder / "file").chmod(0o600)
    return folder


def sh(script, checkout, seconds=20, room=None, **bounds):
    return confine(["sh", "-c", script], room or Room(checkout), Bounds(seconds=seconds, **bounds))


def python(script, checkout, **more):
    return confine(["python3", "-c", script], Room(checkout), Bounds(seconds=20, **more))


@pytest.fixture
def in_the_open(tmp_path, monkeypatch):
    """A machine without bubblewrap: PATH has all but that."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "tar", "prlimit", "setpriv", "sleep", "cat", "env", "python3", "setsid"):
        (folder / name).symlink_to(shutil.which(name))
    monkeypatch.setenv("PATH", str(folder))
    sandbox.missing.cache_clear()
    yield
    sandbox.missing.cache_clear()


def test_it_works_on_a_copy(checkout):
    done = sh("cat file; echo changed > file; touch new; exit 3", checkout)
    assert (done.ran.code, done.ran.out, done.open, done.stopped) == (3, "theirs", "", "")
    assert done.sandboxed
    assert (checkout / "file").read_text() == "theirs"
    assert not (checkout / "new").exists()


def test_it_is_nobody(checkout):
    done = sh("test $(id -u) != 0 && grep CapEff /proc/self/status && id -un", checkout)
    assert done.ran.out.split() == ["CapEff:", "0000000000000000", "sandbox"]


def test_there_is_no_network(checkout):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = sh(f"python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", {port}), 3)'", checkout)
    assert "ConnectionRefusedError" in done.ran.out


def test_a_server_of_its_own_can_be_reached(checkout):
    done = python(
        "import socket; s = socket.create_server(('localhost', 0)); socket.create_connection(s.getsockname())", checkout
    )
    assert done.ran.ok, done.ran.out


def test_with_network_our_servers_can_be_reached(checkout):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        script = f"python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", {port}), 3)'"
        done = sh(script, checkout, room=Room(checkout, network=True))
    assert done.ran.ok, done.ran.out


def test_our_secrets_and_home_are_not_inside(checkout, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    done = sh(f"env; cat /proc/*/environ | tr '\\0' '\\n'; ls -a ~ {Path.home()}; ls /etc/shadow", checkout)
    assert "hunter2" not in done.ran.out
    assert "HOME=/box/home" in done.ran.out
    assert f"cannot access '{Path.home()}'" in done.ran.out
    assert "cannot access '/etc/shadow'" in done.ran.out


@pytest.mark.parametrize("place", ["/x", "/usr/x", "/etc/x", "/dev/x", "/original/x", "/given/x", "/proc/x"])
def test_it_cannot_write_outside(place, checkout, tmp_path):
    given = tmp_path / "given"
    given.mkdir()
    done = sh(f"echo x > {place}", checkout, room=Room(checkout, given=given))
    assert done.ran.code != 0
    assert list(given.iterdir()) == []
    assert not (checkout / "x").exists()


@pytest.mark.parametrize("place", ["$HOME", "$TMPDIR", "/tmp", "/var/tmp", "/dev/shm", "."])
def test_it_can_write_where_programs_do(place, checkout):
    assert sh(f"echo x > {place}/x && cat {place}/x", checkout).ran.out == "x\n"


def test_what_is_shown_can_only_be_read(checkout, tmp_path):
    shown = tmp_path / "deep" / "shown"
    shown.mkdir(parents=True)
    (shown / "a").write_text("seen")
    done = sh(f"cat {shown}/a; echo x > {shown}/a; ls {shown.parent}", checkout, room=Room(checkout, shown=(shown,)))
    assert done.ran.out.startswith("seen")
    assert (shown / "a").read_text() == "seen"


def test_what_is_shared_can_be_written_and_linked(checkout, tmp_path):
    shared = tmp_path / "shared"
    (shared / "one").mkdir(parents=True)
    done = sh(
        f"cd {shared}; echo x > one/a && mkdir two && ln one/a two/a", checkout, room=Room(checkout, shared=shared)
    )
    assert done.ran.ok, done.ran.out
    assert (shared / "two" / "a").stat().st_nlink == 2
    assert (shared / "two" / "a").stat().st_uid == os.geteuid()


def test_nothing_is_left_running_though_it_left_its_session(checkout):
    sh("setsid sleep 987 & setsid sh -c 'trap \"\" TERM; sleep 987; sleep 987' & sleep 0.1", checkout)
    assert not _running("987")


def test_a_hanging_program_is_killed_with_its_children(checkout):
    begun = time.monotonic()
    done = sh("setsid sleep 986 & trap '' TERM; echo begun; while :; do sleep 1; done", checkout, seconds=1)
    assert time.monotonic() - begun < 8
    assert done.stopped == "stopped after 1 seconds"
    assert done.ran.out == "begun\n"
    assert not _running("986")


def test_killing_its_parents_kills_only_itself(checkout):
    done = sh("kill -9 $PPID; kill -9 -1; kill -9 1; echo alive", checkout)
    assert not done.ran.ok or "alive" in done.ran.out
    assert os.getppid() > 0


def test_forking_for_ever_ends(checkout):
    script = "import os\nwhile True:\n  os.fork()"
    begun = time.monotonic()
    done = confine(["python3", "-c", script], Room(checkout), Bounds(seconds=10, processes=50))
    assert time.monotonic() - begun < 15
    assert not done.ran.ok
    assert "BlockingIOError" in done.ran.out or "processes" in done.stopped


def test_filling_the_disk_ends(checkout):
    done = sh("head -c 50000000 /dev/zero > big", checkout, disk_bytes=20_000_000)
    assert not done.ran.ok
    done = sh("for i in 1 2 3 4 5; do head -c 9000000 /dev/zero > f$i; done", checkout, disk_bytes=20_000_000)
    assert "No space left on device" in done.ran.out


def test_eating_memory_ends(checkout):
    done = python("x = bytearray(b'1' * (600 << 20))", checkout, memory_bytes=300 << 20)
    assert "MemoryError" in done.ran.out


def test_eating_memory_together_ends(checkout):
    script = "import os, time\nfor i in range(5): os.fork()\nx = bytearray(b'1' * (40 << 20)); time.sleep(15)"
    done = python(script, checkout, memory_bytes=400 << 20)
    assert done.stopped == "stopped: it used more than 400 MB of memory"


def test_environments_of_other_machines_are_left_out(checkout):
    (checkout / ".tox").mkdir()
    (checkout / ".venv").symlink_to("/usr")
    assert sh("ls -a", checkout).ran.out.split() == [".", "..", "file"]


def test_links_stay_links(checkout):
    (checkout / "link").symlink_to("/etc/shadow")
    (checkout / "dangling").symlink_to("nowhere")
    done = sh("readlink link dangling; cat link", checkout)
    assert done.ran.out.startswith("/etc/shadow\nnowhere\n")
    assert "No such file" in done.ran.out


def test_it_runs_in_its_folder(checkout):
    (checkout / "sub").mkdir()
    assert confine(["pwd"], Room(checkout), Bounds(), folder="sub").ran.out == "/box/checkout/sub\n"


def test_several_run_at_once(checkout):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(sh("sleep 0.3; id -u", checkout).ran.out)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    # Each has its own user, so the limit on processes is of each.
    assert os.geteuid() != 0 or len(set(found)) == 4


def test_where_there_is_no_bubblewrap_it_says_so(checkout, in_the_open, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    done = sh("cat file; echo x > file; pwd; env; setsid sleep 985 & sleep 0.2", checkout)
    assert done.open == "bwrap is not installed: install the package bubblewrap"
    assert not done.sandboxed
    assert (checkout / "file").read_text() == "theirs"
    assert "hunter2" not in done.ran.out
    assert not _running("985")


def test_arguments_that_name_the_box_work_in_the_open(checkout, in_the_open):
    assert sh("cat /box/checkout/file", checkout).ran.out == "theirs"


def test_who_demands_a_sandbox_gets_it_or_nothing(checkout, in_the_open):
    with pytest.raises(NotSandboxed, match="install the package bubblewrap"):
        confine(["true"], Room(checkout), Bounds(), demand=True)


def _running(seconds: str) -> bool:
    found = subprocess.run([sys.executable, "-c", _FIND, seconds], capture_output=True, text=True).stdout.split()
    return not all(gone(int(pid)) for pid in found)


_FIND = """
import pathlib, sys
for line in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
    try:
        if line.read_bytes().split(b"\\0")[:2] == [b"sleep", sys.argv[1].encode()]:
            print(line.parent.name)
    except OSError:
        pass
"""


# ---- what git says ----

ASKS = "git rev-parse --short HEAD && git status --porcelain | head -1 && cat .git/config"


def repository(folder):
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text('[remote "origin"]\n\turl = https://secret@example.org/\n')


@pytest.mark.parametrize("open_", [False, True])
def test_git_answers_as_in_any_other_copy_and_tells_nothing_of_the_real_one(checkout, request, open_):
    if open_:
        request.getfixturevalue("in_the_open")
        Path(os.environ["PATH"], "git").symlink_to("/usr/bin/git")
    repository(checkout)
    done = [sh(ASKS, checkout), sh("git rev-parse --short HEAD", checkout)]
    assert [each.ran.code for each in done] == [0, 0], done
    assert all(bool(each.open) is open_ for each in done)
    assert "secret" not in done[0].ran.out
    assert done[1].ran.out.strip()
    assert done[0].ran.out.startswith(done[1].ran.out.strip())


def test_what_is_no_repository_is_made_none(checkout):
    assert sh("git rev-parse HEAD || test ! -e .git && echo none", checkout).ran.out.endswith("none\n")
