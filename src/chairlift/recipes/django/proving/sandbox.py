"""Runs what we do not trust in bubblewrap: a copy of the checkout, nothing of ours, and nothing left afterwards.

Inside there is one writable folder, `/box`, in memory and bounded. Without bubblewrap the same runs in a temporary
folder and says loudly that it was not sandboxed; whoever demands a sandbox gets NotSandboxed instead.
"""

from __future__ import annotations

import functools
import itertools
import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from chairlift import scratch
from chairlift.programs import CannotStart, Limits, Ran, run

#: Where things are inside. Arguments and values of the environment name these, wherever they really are.
BOX, CHECKOUT, HOME = "/box", "/box/checkout", "/box/home"
#: Read-only inside: what `Room.given` holds, such as the probe's socket.
GIVEN = "/given"

#: What a checkout holds for other machines, and what git keeps there: its configuration may name secrets.
LEFT_OUT = (".git", ".tox", ".nox", ".venv", "venv", ".mypy_cache", ".ruff_cache")
#: Settings and builds ask git where they are. One commit answers them, the same one in every run and in every copy.
_REPOSITORY = """if [ -e "$1/.git" ] && command -v git >/dev/null; then
  (
    cd "$2" && git init -q . && export GIT_AUTHOR_DATE=2000-01-01T00:00:00Z GIT_COMMITTER_DATE=2000-01-01T00:00:00Z &&
    git -c user.name=nobody -c user.email=nobody commit -q --allow-empty -m "what is tested"
  ) >/dev/null 2>&1 || true
fi"""

_SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_OF_ETC = (
    *("alternatives", "ca-certificates", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "magic"),
    *("mime.types", "nsswitch.conf", "protocols", "services", "ssl", "timezone", "pki"),
)
_OF_ETC_WITH_NETWORK = ("resolv.conf", "host.conf", "gai.conf")
#: Users that the system gives to no one for long (systemd's range): each run has its own, so its limit is its own.
_USERS = itertools.count(os.getpid() * 7)
_FIRST_USER, _MANY_USERS = 61184, 4000
_GRACE = 5.0
_MOST_IN_TMP, _MOST_IN_RUN = 256 << 20, 4 << 20
_TICK = 0.2


class NotSandboxed(Exception):
    """A sandbox was demanded, and there is none; the text names the cause and the remedy."""


@dataclass(frozen=True)
class Bounds:
    """What a run may use. Memory is for each process and for all together; `disk_bytes` is all that it may write."""

    seconds: float = 1800
    memory_bytes: int = 4 << 30
    processes: int = 400
    disk_bytes: int = 1 << 30


@dataclass(frozen=True)
class Room:
    """What a run sees: a copy of `checkout`, `shown` read-only where they are, `given` read-only at `/given`.

    `shared` is bound writable where it is: one folder for everything that must be linked. `path` goes before the
    system's folders on PATH. `env` is the whole environment but for PATH, HOME, TMPDIR and LANG. `names` are other
    machines that are to be this one.
    """

    checkout: Path | None = None
    shown: tuple[Path, ...] = ()
    given: Path | None = None
    shared: Path | None = None
    network: bool = False
    path: tuple[Path, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Confined:
    """How it went. `open` says why there was no sandbox; `stopped` why we ended it ourselves."""

    ran: Ran
    open: str = ""
    stopped: str = ""

    @property
    def sandboxed(self) -> bool:
        return not self.open


def confine(
    argv: Sequence[str], room: Room, bounds: Bounds, *, folder: str = ".", demand: bool = False, limit: int = 200_000
) -> Confined:
    """Run a program in `folder` of the copied checkout. Raises NotSandboxed, and CannotStart where nothing can."""
    why = missing()
    if why and demand:
        raise NotSandboxed(f"a sandbox is demanded, but {why}")
    if why:
        return _in_the_open(argv, room, bounds, folder, why, limit)
    with scratch.folder() as place:
        user = _user(room)
        command = ["bwrap", "--info-fd", "9", *_namespaces(room, user), *_mounts(room, bounds, place, user)]
        command += ["--chdir", BOX, "/bin/sh", "-c", _script(room, bounds, user), "sh", folder, *argv]
        info = place / "info"
        watch = _Watch(info, bounds)
        with watch:
            # bwrap tells the process to watch through a descriptor, and only a shell can open one for it.
            ran = run(
                ["/bin/sh", "-c", 'info=$1; shift; exec "$@" 9>"$info"', "sh", str(info), *command],
                cwd=place,
                seconds=bounds.seconds,
                limit=limit,
            )
    stopped = watch.why or (f"stopped after {bounds.seconds:g} seconds" if ran.timed_out else "")
    return Confined(ran, stopped=stopped)


@functools.cache
def missing() -> str:
    """Why nothing can be sandboxed on this machine, with the remedy; empty where it can be."""
    if sys.platform != "linux":
        return "bubblewrap needs Linux: run this in a container or a virtual machine"
    if not shutil.which("bwrap"):
        return "bwrap is not installed: install the package bubblewrap"
    for program in ("prlimit", "tar", *(["setpriv"] if os.geteuid() == 0 else [])):
        if not shutil.which(program):
            return f"{program} is not installed: install util-linux and tar"
    room = Room()
    command = ["bwrap", *_namespaces(room, _user(room)), "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev"]
    try:
        ran = run([*command, "true"], cwd=Path("/"), seconds=20)
    except CannotStart as error:
        return str(error)
    if ran.ok:
        return ""
    return f"bwrap does not work here ({ran.tail(200) or ran.ended}): allow user namespaces, or run as root"


def _user(room: Room) -> int:
    """A user of its own, as root's processes obey no limit on their number; 0 where we are not root.

    Not for what writes into a folder of ours: it would not own what it makes.
    """
    if os.geteuid() != 0 or room.shared:
        return 0
    return _FIRST_USER + next(_USERS) % _MANY_USERS


def _namespaces(room: Room, user: int) -> Iterator[str]:
    yield from ("--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try", "--die-with-parent")
    yield from ("--new-session", "--clearenv", "--hostname", "localhost")
    if not room.network:
        yield "--unshare-net"
    if not user:
        yield from ("--unshare-user", "--uid", "1000", "--gid", "1000")
        return
    # Our own first lines need them, to hand the copy over; setpriv then gives all of them up.
    for name in ("SETUID", "SETGID", "SETPCAP", "CHOWN", "DAC_OVERRIDE", "FOWNER"):
        yield from ("--cap-add", f"CAP_{name}")


def _mounts(room: Room, bounds: Bounds, place: Path, user: int) -> Iterator[str]:
    yield from _system(room, place, user)
    yield from ("--proc", "/proc", "--dev", "/dev", "--size", str(64 << 20), "--perms", "1777", "--tmpfs", "/dev/shm")
    yield from ("--size", str(bounds.disk_bytes), "--perms", "0755", "--tmpfs", BOX)
    # Programs that write to /tmp whatever TMPDIR says; what is bound below may lie there, too.
    yield from ("--size", str(_MOST_IN_TMP), "--perms", "1777", "--tmpfs", "/tmp")
    yield from ("--dir", "/var", "--symlink", "/tmp", "/var/tmp", "--symlink", "/run", "/var/run")
    # Servers put their sockets there, and it is where their clients look.
    yield from ("--size", str(_MOST_IN_RUN), "--perms", "1777", "--tmpfs", "/run")
    if room.checkout:
        yield from ("--ro-bind", str(room.checkout.resolve()), "/original")
    if room.given:
        yield from ("--ro-bind", str(room.given.resolve()), GIVEN)
    if room.shared:
        yield from (*_above(room.shared), "--bind", str(room.shared), str(room.shared))
    for path in room.shown:
        if not (room.shared and path.is_relative_to(room.shared)) and not path.is_relative_to("/usr"):
            yield from (*_above(path), "--ro-bind", str(path), str(path))
    for name, value in _environment(room).items():
        yield from ("--setenv", name, value)
    yield from ("--remount-ro", "/dev", "--remount-ro", "/")


def _system(room: Room, place: Path, user: int) -> Iterator[str]:
    yield from ("--ro-bind", "/usr", "/usr")
    for name in _SYSTEM:
        folder = Path("/", name)
        if folder.is_symlink():
            yield from ("--symlink", os.readlink(folder), str(folder))
        elif folder.is_dir():
            yield from ("--ro-bind", str(folder), str(folder))
    yield from ("--dir", "/etc")
    for name in _OF_ETC + (_OF_ETC_WITH_NETWORK if room.network else ()):
        # Followed, as resolv.conf often points to a folder that is not there inside.
        yield from ("--ro-bind-try", os.path.realpath(f"/etc/{name}"), f"/etc/{name}")
    for name, text in _accounts(user or 1000, room.names).items():
        (place / name).write_text(text)
        yield from ("--ro-bind", str(place / name), f"/etc/{name}")


def _above(path: Path) -> Iterator[str]:
    # bwrap makes missing folders on the way for root alone, and we run as somebody else.
    for folder in reversed(path.parents[:-1]):
        yield from ("--dir", str(folder))


def _accounts(user: int, names: Sequence[str]) -> dict[str, str]:
    names = ["localhost", *names]
    return {
        "passwd": f"sandbox:x:{user}:{user}:sandbox:{HOME}:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
        "group": f"sandbox:x:{user}:\nnogroup:x:65534:\n",
        "hosts": f"127.0.0.1 {' '.join(names)}\n::1 localhost\n",
    }


def _environment(room: Room) -> dict[str, str]:
    path = [str(folder) for folder in room.path]
    return {
        "LANG": "C.UTF-8",
        **room.env,
        "PATH": os.pathsep.join([*path, "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": HOME,
        "TMPDIR": f"{BOX}/tmp",
    }


def _script(room: Room, bounds: Bounds, user: int) -> str:
    lines = ["set -e", f"mkdir {HOME} {BOX}/tmp {CHECKOUT}", "folder=$1", "shift"]
    if room.checkout:
        without = " ".join(f"--exclude=./{name}" for name in LEFT_OUT)
        lines.append(f"tar -C /original {without} -cf - . | tar -C {CHECKOUT} --no-same-owner -xf -")
        lines.append(_REPOSITORY.replace("$1", "/original").replace("$2", CHECKOUT))
    limits = f"prlimit --nproc={bounds.processes} --as={bounds.memory_bytes} --core=0 --fsize={bounds.disk_bytes} --"
    become = ""
    if user:
        lines.append(f"chown -R {user}:{user} {BOX}")
        become = f"setpriv --reuid {user} --regid {user} --clear-groups --no-new-privs"
        become += " --inh-caps=-all --bounding-set=-all "
    lines += [f'cd "{CHECKOUT}/$folder"', f'exec {become}{limits} "$@"']
    return "\n".join(lines)


class _Watch:
    """Looks at all processes of the sandbox together, which no limit of a single process can; ends them at once."""

    def __init__(self, info: Path, bounds: Bounds) -> None:
        self.why = ""
        self._info = info
        self._bounds = bounds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        first = 0
        while not self._over.wait(_TICK):
            first = first or self._first()
            if not first:
                continue
            memory, many = _used(first)
            if memory > self._bounds.memory_bytes:
                self.why = f"stopped: it used more than {self._bounds.memory_bytes >> 20} MB of memory"
            # Where the system counts them itself it never comes to this: forking fails there.
            elif many > self._bounds.processes + 20:
                self.why = f"stopped: it had more than {self._bounds.processes} processes"
            if self.why:
                # All others of its namespace die with the first.
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(first, signal.SIGKILL)
                return

    def _first(self) -> int:
        try:
            return int(json.loads(self._info.read_text())["child-pid"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0


def _used(first: int) -> tuple[int, int]:
    """Bytes of memory that are not shared, and the number of processes, in the namespace of this one."""
    try:
        namespace = os.readlink(f"/proc/{first}/ns/pid")
    except OSError:
        return 0, 0
    pages = many = 0
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        with suppress(OSError, ValueError, IndexError):
            if os.readlink(f"/proc/{name}/ns/pid") == namespace:
                many += 1
                resident, shared = Path(f"/proc/{name}/statm").read_text().split()[1:3]
                pages += int(resident) - int(shared)
    return pages * os.sysconf("SC_PAGE_SIZE"), many


def _in_the_open(argv: Sequence[str], room: Room, bounds: Bounds, folder: str, why: str, limit: int) -> Confined:
    with scratch.folder() as made:
        box = made.resolve()
        for each in ("home", "tmp"):
            (box / each).mkdir()
        if room.checkout:
            ignored = shutil.ignore_patterns(*LEFT_OUT)
            shutil.copytree(room.checkout, box / "checkout", symlinks=True, ignore=ignored)
            argv_git = ["/bin/sh", "-c", _REPOSITORY, "sh", str(room.checkout), str(box / "checkout")]
            run(argv_git, cwd=box, seconds=60, home=box / "home")
        else:
            (box / "checkout").mkdir()
        environment = {name: _placed(value, box, room) for name, value in _environment(room).items()}
        cpu = int(bounds.seconds + _GRACE) * (os.cpu_count() or 1)
        try:
            ran = run(
                [_placed(word, box, room) for word in argv],
                cwd=box / "checkout" / folder,
                seconds=bounds.seconds,
                env=environment,
                home=box / "home",
                limit=limit,
                limits=Limits(cpu, bounds.disk_bytes, bounds.memory_bytes),
            )
        finally:
            _end_all(str(box))
    return Confined(ran, why, f"stopped after {bounds.seconds:g} seconds" if ran.timed_out else "")


def _end_all(box: str) -> None:
    """Kill what left its process group: its environment still names the folder."""
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if os.fsencode(box) in environment.read_bytes():
                os.kill(int(environment.parent.name), signal.SIGKILL)


def _placed(text: str, box: Path, room: Room) -> str:
    given = str(room.given.resolve()) if room.given else GIVEN
    return text.replace(BOX + "/", f"{box}/").replace(GIVEN + "/", given + "/")
