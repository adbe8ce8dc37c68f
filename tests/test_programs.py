"""Real programs of all bad habits: they hang, fork, flood, ignore signals, read what is not there, and die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
import tracemalloc

import pytest

from chairlift.programs import CannotStart, Limits, Ran, clean_environment, plain, run, split
from tests.living import gone


def sh(script, tmp_path, seconds=20, **more) -> Ran:
    return run(["sh", "-c", script], cwd=tmp_path, seconds=seconds, **more)


def python(script, tmp_path, seconds=20, **more) -> Ran:
    return run([sys.executable, "-c", textwrap.dedent(script)], cwd=tmp_path, seconds=seconds, **more)


# ---- how it ends ----


def test_output_and_code_are_told(tmp_path):
    ran = sh("echo out; echo err >&2; exit 3", tmp_path)
    assert (ran.code, ran.out, ran.err, ran.timed_out, ran.truncated) == (3, "out\nerr\n", "", False, 0)
    assert not ran.ok
    assert ran.ended == "exit code 3"


def test_errors_can_be_kept_apart(tmp_path):
    ran = sh("echo out; echo err >&2", tmp_path, apart=True)
    assert (ran.out, ran.err, ran.ok) == ("out\n", "err\n", True)


def test_both_streams_are_read_at_once(tmp_path):
    ran = sh("head -c 300000 /dev/zero | tr '\\0' e >&2; head -c 300000 /dev/zero | tr '\\0' o", tmp_path, apart=True)
    assert ran.ok
    assert ran.truncated == 200_000


def test_it_runs_in_its_folder(tmp_path):
    assert sh("pwd -P", tmp_path).out.strip() == str(tmp_path.resolve())


def test_a_signal_is_named(tmp_path):
    ran = sh("kill -SEGV $$", tmp_path)
    assert ran.code == -signal.SIGSEGV
    assert ran.ended == "killed by SIGSEGV"


def test_an_unnamed_signal_is_numbered():
    assert Ran(-63, "", 1.0).ended in ("killed by signal 63", "killed by SIGRTMAX-1")


def test_nothing_is_read_by_a_shell(tmp_path):
    odd = "$(touch made); `touch made` | > made\n'\""
    assert run(["printf", "%s", odd], cwd=tmp_path, seconds=5).out == odd
    assert list(tmp_path.iterdir()) == []


# ---- time ----


def test_a_hanging_program_is_killed_though_it_ignores_signals(tmp_path):
    begun = time.monotonic()
    ran = sh("trap '' TERM INT HUP; echo started; while :; do sleep 1; done", tmp_path, seconds=0.5)
    assert time.monotonic() - begun < 3
    assert ran.timed_out
    assert not ran.ok
    assert ran.out == "started\n"
    assert ran.ended.startswith("still running after 0.")


def test_one_that_closed_its_output_is_still_timed(tmp_path):
    ran = sh("exec >&- 2>&-; sleep 60", tmp_path, seconds=0.3)
    assert ran.timed_out


def test_children_and_grandchildren_die_with_it(tmp_path):
    ran = sh("sleep 60 & echo $!; (sleep 60 & echo $!; wait) & wait", tmp_path, seconds=0.5)
    pids = [int(word) for word in ran.out.split()]
    assert len(pids) == 2
    assert all(gone(pid) for pid in pids)


def test_what_it_leaves_behind_is_ended_and_not_waited_for(tmp_path):
    ran = sh("sleep 60 & echo $!", tmp_path)
    assert ran.ok
    assert ran.seconds < 5
    assert gone(int(ran.out))


def test_one_that_flees_the_group_does_not_hold_us(tmp_path):
    ran = python(
        """
        import os, subprocess
        child = subprocess.Popen(["yes"], start_new_session=True)
        os.write(1, b"pid %d\\n" % child.pid)
        """,
        tmp_path,
    )
    assert ran.seconds < 5
    assert ran.code == 0
    assert ran.out


def test_a_stop_in_the_middle_kills_it(tmp_path):
    script = f"""
        import pathlib, signal, sys
        sys.path.insert(0, {os.path.dirname(os.path.dirname(sys.modules["chairlift"].__file__))!r})
        from chairlift.programs import run
        signal.signal(signal.SIGALRM, lambda *_: sys.exit(7))
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        run(["sh", "-c", "echo $$ > pid; exec sleep 60"], cwd=pathlib.Path({str(tmp_path)!r}), seconds=60)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], timeout=30, check=False)
    assert done.returncode == 7
    assert gone(int((tmp_path / "pid").read_text()))


# ---- input and output ----


def test_input_is_closed_when_there_is_none(tmp_path):
    assert sh("cat; echo over", tmp_path).out == "over\n"


def test_input_is_given_even_when_nobody_reads_it(tmp_path):
    assert sh("wc -c", tmp_path, stdin=b"x" * 1_000_000).out.strip() == "1000000"
    assert sh("echo deaf", tmp_path, stdin=b"x" * 1_000_000).out == "deaf\n"


def test_a_flood_is_cut_in_the_middle_and_takes_no_memory(tmp_path):
    tracemalloc.start()
    ran = sh("echo first; head -c 100000000 /dev/zero | tr '\\0' x; echo; echo last", tmp_path, limit=10_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert ran.out.startswith("first\nxxx")
    assert ran.out.endswith("xxx\nlast\n")
    assert len(ran.out) < 10_100
    assert ran.truncated == 100_000_012 - 10_000
    assert f"… {ran.truncated:,} bytes left out …" in ran.out
    assert peak < 8_000_000


def test_output_at_the_limit_is_whole(tmp_path):
    ran = sh("printf 0123456789", tmp_path, limit=10)
    assert (ran.out, ran.truncated) == ("0123456789", 0)
    ran = sh("printf 0123456789X", tmp_path, limit=10)
    assert (ran.out, ran.truncated) == ("01234\n… 1 bytes left out …\n6789X", 1)


def test_bytes_that_are_no_text_become_marks(tmp_path):
    assert sh("printf 'caf\\351\\n'", tmp_path).out == "caf�\n"


def test_raw_output_is_the_very_bytes(tmp_path):
    raw = sh("printf 'caf\\351\\r\\n\\033[31m\\000'", tmp_path, raw=True).out
    assert raw.encode(errors="surrogateescape") == b"caf\xe9\r\n\x1b[31m\0"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]never ended\nnext line", "\nnext line"),
        ("\x1b(Bplain\x1bM", "plain"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("tab\tstays", "tab\tstays"),
        ("bell\x07 back\x08 nul\x00 del\x7f c1\x9b", "bell back nul del c1"),
        ("abc\u202edef\u2066", "abcdef"),
        ("ünï 🚡", "ünï 🚡"),
    ],
)
def test_text_becomes_plain(said, shown):
    assert plain(said) == shown


def test_the_tail_begins_with_a_line():
    ran = Ran(1, "first line\n" + "x" * 50 + "\nsecond\nthird\n", 0.1)
    assert ran.tail() == ran.out.strip()
    assert ran.tail(20) == "…second\nthird"
    assert Ran(1, "y" * 50, 0.1).tail(5) == "…yyyyy"
    assert Ran(1, "out", 0.1, err="err\n").tail() == "err"


# ---- surroundings ----


def test_secrets_do_not_pass(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_PASSWORD", "hunter2")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("LC_TIME", "C")
    monkeypatch.setenv("MY_INDEX", "https://index")
    names = {line.partition("=")[0] for line in sh("env", tmp_path).out.splitlines()}
    assert "hunter2" not in sh("env", tmp_path).out
    assert not names & {"PYTHONPATH", "MY_INDEX", "DATABASE_PASSWORD"}
    assert names >= {"PATH", "HOME", "TMPDIR", "LC_TIME"}
    seen = sh("env", tmp_path, also=["MY_INDEX"], env={"GIVEN": "a b"}).out
    assert "MY_INDEX=https://index\n" in seen
    assert "GIVEN=a b\n" in seen


def test_home_is_empty_private_and_gone_afterwards(tmp_path):
    ran = sh('ls -A "$HOME"; touch "$HOME/x" "$TMPDIR/y"; mkdir -p "$HOME/deep/er"; echo "$HOME"', tmp_path)
    (home,) = ran.out.split()
    assert home != os.environ["HOME"]
    assert not os.path.exists(home)


def test_a_home_can_be_kept(tmp_path):
    sh('echo kept > "$HOME/file"', tmp_path, home=tmp_path)
    assert (tmp_path / "file").read_text() == "kept\n"


def test_uv_finds_its_cache_again(monkeypatch):
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert clean_environment()["UV_CACHE_DIR"] == "/caches/uv"
    monkeypatch.setenv("UV_CACHE_DIR", "/elsewhere")
    assert clean_environment()["UV_CACHE_DIR"] == "/elsewhere"


def test_no_descriptor_of_ours_is_inherited(tmp_path):
    with open(tmp_path / "secret", "w") as secret:
        os.set_inheritable(secret.fileno(), True)
        assert str(tmp_path / "secret") not in sh("ls -l /proc/self/fd", tmp_path).out


@pytest.mark.skipif(sys.platform != "linux", reason="limits need Linux")
def test_limits_bind(tmp_path):
    # The sleep lets the limits arrive: they are set just after the start.
    ran = sh("sleep 0.2; head -c 100000 /dev/zero > big; echo $?", tmp_path, limits=Limits(file_bytes=4096))
    assert (tmp_path / "big").stat().st_size == 4096
    assert ran.out.strip().endswith(str(128 + signal.SIGXFSZ))
    ran = python("import time; time.sleep(0.2)\nwhile True: pass", tmp_path, limits=Limits(cpu_seconds=1))
    assert ran.code in (-signal.SIGXCPU, -signal.SIGKILL)
    ran = python("import time; time.sleep(0.2)\nx = bytes(1 << 30)", tmp_path, limits=Limits(memory_bytes=1 << 29))
    assert "MemoryError" in ran.out


# ---- what cannot be started ----


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["no-such-program"], "no program called 'no-such-program' on PATH; install it"),
        (["./absent"], "'./absent' or the interpreter in its first line does not exist"),
        (["./plain"], "'./plain' is not executable; chmod +x it"),
        (["./badly"], "'./badly' or the interpreter in its first line does not exist"),
        (["./binary"], "'./binary' is no program for this machine"),
        (["."], "is not executable"),
        ([], "no program is named"),
        ([""], "no program is named"),
        (["echo", "a\0b"], "an argument of 'echo' holds a NUL"),
        (["echo", "x" * 3_000_000], "the arguments of 'echo' are too long"),
    ],
)
def test_what_cannot_be_started_says_why(argv, words, tmp_path):
    (tmp_path / "plain").write_text("x")
    for name, text in (("badly", "#!/no/such/interpreter\n"), ("binary", "\x7fELF nonsense")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    with pytest.raises(CannotStart) as failure:
        run(argv, cwd=tmp_path, seconds=5)
    assert words in str(failure.value)
    assert "\n" not in str(failure.value)


def test_a_folder_that_is_gone_is_named(tmp_path):
    with pytest.raises(CannotStart, match=r"the folder '.*/gone' for running 'true' does not exist"):
        run(["true"], cwd=tmp_path / "gone", seconds=5)


def test_commands_are_split_as_a_shell_would():
    assert split("run 'a b' --x=\"$(c)\" ;") == ["run", "a b", "--x=$(c)", ";"]
    with pytest.raises(CannotStart, match="close its quotes"):
        split("run 'a")
    with pytest.raises(CannotStart, match="empty"):
        split("  ")


def test_many_at_once_from_threads(tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        outs = list(pool.map(lambda i: sh(f"echo {i}; sleep 0.05", tmp_path).out, range(40)))
    assert outs == [f"{i}\n" for i in range(40)]
