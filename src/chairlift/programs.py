"""Runs other people's programs: no shell, a clean environment, bounded time and output, and nothing left running."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import resource
import selectors
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from chairlift import scratch

#: What a program gets to see of our own environment; everything else may hold a secret.
PASSED = ("PATH", "LANG", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "UV_CACHE_DIR", "UV_PYTHON_DOWNLOADS")

_TICK = 0.05
_DRAIN = 0.5
_CHUNK = 1 << 16
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_].*?(?:\x07|\x1b\\|(?=\n)|$)|[ -/]*[0-~])")
# Everything that moves a cursor or turns the direction of text, but for tab and newline.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class CannotStart(Exception):
    """The program does not exist or cannot be run; the text names the cause and the remedy."""


@dataclass(frozen=True)
class Limits:
    """What each process of the program may use; 0 is without limit. Enforced where the system can (Linux)."""

    cpu_seconds: int = 0
    file_bytes: int = 0
    memory_bytes: int = 0


_UNLIMITED = Limits()


@dataclass(frozen=True)
class Ran:
    """How a program ended: `code` is negative when a signal killed it, `truncated` counts the bytes left out of `out`.

    `err` is empty unless it was asked for apart: then `out` holds standard output alone.
    """

    code: int
    out: str
    seconds: float
    timed_out: bool = False
    truncated: int = 0
    err: str = ""

    @property
    def ok(self) -> bool:
        return self.code == 0 and not self.timed_out

    @property
    def ended(self) -> str:
        """In words: "exit code 3", "killed by SIGSEGV", "still running after 30 seconds"."""
        if self.timed_out:
            return f"still running after {round(self.seconds, 1):g} seconds"
        if self.code >= 0:
            return f"exit code {self.code}"
        try:
            return f"killed by {signal.Signals(-self.code).name}"
        except ValueError:
            return f"killed by signal {-self.code}"

    def tail(self, characters: int = 2000) -> str:
        """The end of what it said, from the start of a line where possible."""
        text = (self.err or self.out).strip()
        if len(text) <= characters:
            return text
        return "…" + text[-characters:].partition("\n")[2] if "\n" in text[-characters:] else "…" + text[-characters:]


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    seconds: float,
    env: Mapping[str, str] | None = None,
    also: Sequence[str] = (),
    stdin: bytes = b"",
    limit: int = 200_000,
    apart: bool = False,
    home: Path | None = None,
    limits: Limits = _UNLIMITED,
    raw: bool = False,
) -> Ran:
    """Run a program to its end, or kill it and all of its process group after so many seconds.

    It sees `PASSED`, `LC_*` and the names in `also` of our environment, then `env`. HOME and TMPDIR are `home`, or a
    new empty folder that is removed afterwards. At most `limit` bytes of its output are kept, half from the start and
    half from the end; standard error is mixed in unless `apart`. Text is `plain`, or with `raw` byte for byte (bytes
    that are not UTF-8 as lone surrogates). Whatever it left running in its group is killed, too.
    Raises CannotStart, and OSError when our own disk or process table is full.
    """
    with contextlib.ExitStack() as stack:
        folder = home or stack.enter_context(scratch.folder())
        environment = clean_environment(also) | {"HOME": str(folder), "TMPDIR": str(folder)} | dict(env or {})
        begun = time.monotonic()
        process = stack.enter_context(_start(argv, cwd, environment, stack.enter_context(_given(stdin)), apart))
        try:
            _restrict(process.pid, limits)
            streams = [_Kept(pipe, limit) for pipe in (process.stdout, process.stderr) if pipe]
            timed_out = not _read(process, streams, begun + seconds)
        finally:
            _end(process)
        _drain(streams)
        took = time.monotonic() - begun
    texts = [stream.text(raw) for stream in streams]
    return Ran(process.returncode, texts[0], took, timed_out, sum(s.cut for s in streams), "".join(texts[1:]))


def clean_environment(also: Sequence[str] = ()) -> dict[str, str]:
    """What of our own environment is no secret, and the names in `also`. uv keeps its cache, as HOME is always new."""
    names = {*PASSED, *also}
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    passed = {name: value for name, value in os.environ.items() if name in names or name.startswith("LC_")}
    return {"UV_CACHE_DIR": os.path.join(caches, "uv")} | passed


def split(command: str) -> list[str]:
    """A command as people write it, as arguments. Raises CannotStart where quotes are left open or nothing is there."""
    try:
        argv = shlex.split(command)
    except ValueError as error:
        raise CannotStart(f"the command {command!r} cannot be split: {error}; close its quotes") from error
    if not argv:
        raise CannotStart("the command is empty; write the program and its arguments")
    return argv


def plain(text: str) -> str:
    """Text without escape sequences and control characters; line ends are newlines."""
    return _CONTROLS.sub("", _ESCAPES.sub("", text).replace("\r\n", "\n").replace("\r", "\n"))


class _Kept:
    """The start and the end of one stream, in at most `limit` bytes."""

    def __init__(self, pipe: IO[bytes], limit: int) -> None:
        self.pipe = pipe
        self._head = bytearray()
        self._tail = bytearray()
        self._half = max(limit // 2, 1)
        self.cut = 0
        os.set_blocking(pipe.fileno(), False)

    def read(self) -> bool:
        """Take in what is there; False at the end of the stream."""
        try:
            chunk = os.read(self.pipe.fileno(), _CHUNK)
        except BlockingIOError:
            return True
        room = self._half - len(self._head)
        self._head += chunk[:room]
        self._tail += chunk[room:] if room > 0 else chunk
        if len(self._tail) > self._half + 16 * _CHUNK:
            self._trim()
        return bool(chunk)

    def _trim(self) -> None:
        surplus = max(len(self._tail) - self._half, 0)
        del self._tail[:surplus]
        self.cut += surplus

    def text(self, raw: bool) -> str:
        self._trim()
        parts = [self._head, self._tail] if self.cut else [self._head + self._tail]
        words = [
            part.decode(errors="surrogateescape") if raw else plain(part.decode(errors="replace")) for part in parts
        ]
        return f"\n… {self.cut:,} bytes left out …\n".join(words)


@contextlib.contextmanager
def _given(stdin: bytes) -> Iterator[int | IO[bytes]]:
    # A file rather than a pipe: a program that never reads it cannot block us.
    if not stdin:
        yield subprocess.DEVNULL
        return
    with tempfile.TemporaryFile() as file:
        file.write(stdin)
        file.seek(0)
        yield file


def _start(
    argv: Sequence[str], cwd: Path, env: Mapping[str, str], stdin: int | IO[bytes], apart: bool
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            list(argv),
            cwd=cwd,
            env=env,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if apart else subprocess.STDOUT,
            start_new_session=True,
            bufsize=0,
        )
    except (OSError, ValueError, IndexError) as error:
        raise _explained(error, argv, cwd) from error


def _explained(error: Exception, argv: Sequence[str], cwd: Path) -> Exception:
    name = argv[0] if argv else ""
    if not name:
        return CannotStart("no program is named; give a command")
    if isinstance(error, ValueError):
        return CannotStart(f"an argument of {name!r} holds a NUL character; remove it")
    number = getattr(error, "errno", None)
    if number in (errno.ENOENT, errno.ENOTDIR) and not cwd.is_dir():
        return CannotStart(f"the folder {str(cwd)!r} for running {name!r} does not exist; make it first")
    if number in (errno.ENOENT, errno.ENOTDIR) and "/" not in name:
        return CannotStart(f"no program called {name!r} on PATH; install it, or give its full path")
    if number in (errno.ENOENT, errno.ENOTDIR):
        return CannotStart(f"{name!r} or the interpreter in its first line does not exist; install it or mend the path")
    if number == errno.EACCES:
        return CannotStart(f"{name!r} is not executable; chmod +x it, or run it through its interpreter")
    if number == errno.ENOEXEC:
        return CannotStart(f"{name!r} is no program for this machine; give it a first line such as #!/bin/sh")
    if number == errno.E2BIG:
        return CannotStart(f"the arguments of {name!r} are too long for the system; give it fewer at a time")
    return error


def _restrict(pid: int, limits: Limits) -> None:
    if sys.platform != "linux":
        return
    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: limits.cpu_seconds or None,
        resource.RLIMIT_FSIZE: limits.file_bytes or None,
        resource.RLIMIT_AS: limits.memory_bytes or None,
    }
    for name, most in wanted.items():
        if most is not None:
            # It may be over already; and an unprivileged server cannot raise a limit that it has itself.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                resource.prlimit(pid, name, (most, most))


def _read(process: subprocess.Popen[bytes], streams: Sequence[_Kept], deadline: float) -> bool:
    """Read until the program is over; False when the deadline came first."""
    with selectors.DefaultSelector() as selector:
        for stream in streams:
            selector.register(stream.pipe, selectors.EVENT_READ, stream)
        while selector.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            for key, _ in selector.select(min(left, _TICK)):
                if not key.data.read():
                    selector.unregister(key.fileobj)
            # Not the end of the pipe alone: a child that it left behind may hold that open for ever.
            if process.poll() is not None:
                return True
    try:
        process.wait(max(deadline - time.monotonic(), 0))
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _drain(streams: Sequence[_Kept]) -> None:
    """Take what is still in the pipes, without waiting for those who fled the process group."""
    deadline = time.monotonic() + _DRAIN
    with selectors.DefaultSelector() as selector:
        for stream in streams:
            selector.register(stream.pipe, selectors.EVENT_READ, stream)
        while selector.get_map() and time.monotonic() < deadline:
            ready = selector.select(0)
            if not ready:
                return
            for key, _ in ready:
                if not key.data.read():
                    selector.unregister(key.fileobj)
