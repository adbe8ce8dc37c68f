"""Builds the environment of a service's tests with uv, and keeps it by what went into it.

Whatever a build runs (an old setup.py) runs in the sandbox: with the network, but without our home and secrets, and
with one folder writable that holds uv's cache and the environments, as hard links do not cross two.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.utils import canonicalize_name

from chairlift.programs import Ran
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.proving import sandbox
from chairlift.recipes.django.proving.evidence import Built, Wish
from chairlift.recipes.django.proving.interpreters import Interpreter, uv
from chairlift.recipes.django.proving.sandbox import CHECKOUT, GIVEN, Bounds, Room
from chairlift.recipes.django.proving.wanted import RELEVANT, Wanted
from chairlift.recipes.django.releases import show

#: Of the way environments are made here: raised when that changes, so that no old one is taken for a new one.
VERSION = 1

#: What Django itself stands on. Where Django is moved and a pin of these holds it back, the pin is let go. An override
#: replaces the marker, too, so what only old Pythons need keeps its own.
BELOW_DJANGO = (
    "asgiref",
    "sqlparse",
    "pytz",
    "tzdata",
    'backports-zoneinfo; python_version < "3.9"',
    "typing-extensions",
)

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_PASSED = ("SSL_CERT_FILE", "SSL_CERT_DIR", *_PROXIES, *(name.lower() for name in _PROXIES))
_OUR_OWN = ("UV_CACHE_DIR", "UV_PROJECT_ENVIRONMENT", "UV_LINK_MODE", "UV_NO_CACHE", "UV_CONFIG_FILE", "UV_OFFLINE")
_PROBE = (
    'import os, sys; p = os.environ.get("CHAIRLIFT_PROBE"); '
    'p and (sys.path.append(p), __import__("chairlift_probe").install(), sys.path.remove(p))\n'
)
_AWAY = re.compile(
    r"error sending request|dns error|Failed to fetch|Could not connect|tcp connect error|timed out", re.I
)
_CULPRITS = (
    r"Failed to (?:download and )?build (?:editable )?[`']?([\w.-]+(?:==[\w.!+-]+)?)",
    r"Failed to (?:download|fetch|unzip|read)[^`']*[`']([\w.-]+==[\w.!+-]+)",
    r"[Bb]ecause ([\w.-]+) was not found in",
    r"no version of ([\w.-]+\S*)",
)


@dataclass(frozen=True)
class Store:
    """Where environments are kept, with uv's cache: `most` of them, the longest unused going first.

    What passed in them is remembered in `proofs`, where that is given.
    """

    folder: Path
    most: int = 24
    proofs: Path | None = None

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    @property
    def environments(self) -> Path:
        return self.folder / "environments"


def default_store() -> Store:
    """In the user's own cache folder."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chairlift" / "proving"
    return Store(folder, proofs=folder / "proofs")


@dataclass(frozen=True)
class Order:
    """All that decides what an environment holds."""

    checkout: Path
    wanted: Wanted
    python: Interpreter
    wish: Wish

    @property
    def key(self) -> str:
        """The same for the same content: of what the checkout says, of the Python, of the indexes."""
        project = Project(self.checkout)
        files = sorted(path for path in project.paths if RELEVANT.search(path))
        parts = [str(VERSION), str(self.python), repr(self.wanted), self.wish.newest, *self.wish.extra]
        parts += [str(self.wish.bump and self.wish.django), *(f"{k}={v}" for k, v in sorted(settings().items()))]
        digest = hashlib.sha256("\0".join(parts).encode())
        for path in files:
            digest.update(b"\0" + path.encode(errors="surrogateescape") + b"\0" + (project.read(path) or b""))
        return digest.hexdigest()[:24]


def settings() -> dict[str, str]:
    """Of our environment, what says where distributions come from. Only installing sees it, tests never do."""
    passed = {name: value for name, value in os.environ.items() if name in _PASSED}
    return passed | {
        name: value
        for name, value in os.environ.items()
        if name.startswith("UV_") and name not in _OUR_OWN and not name.startswith("UV_PYTHON")
    }


@contextlib.contextmanager
def built(order: Order, store: Store) -> Iterator[tuple[Path, Built]]:
    """The folder of the environment, for as long as it is used; it is there only if the result is `ok`."""
    # Seen from inside the sandbox, no folder on the way may be a link.
    store = replace(store, folder=store.folder.resolve())
    store.cache.mkdir(parents=True, exist_ok=True)
    store.environments.mkdir(parents=True, exist_ok=True)
    home = store.environments / order.key
    with open(home.with_suffix(".lock"), "a") as lock:
        # Who comes second waits for the first, and then finds what it made.
        fcntl.flock(lock, fcntl.LOCK_EX)
        begun = time.monotonic()
        found = _kept(home, order) or _make(home, order, store)
        fcntl.flock(lock, fcntl.LOCK_SH)
        _forget(store)
        yield home, replace(found, seconds=time.monotonic() - begun)


def _kept(home: Path, order: Order) -> Built | None:
    if not (home / ".complete").exists():
        return None
    os.utime(home)
    notes = tuple((home / ".complete").read_text().splitlines())
    return Built(order.python.shown, _installed(home), order.wanted.sources, notes=notes, kept=True)


def _forget(store: Store) -> None:
    """Remove the environments longest unused; never one that somebody is using."""
    homes = sorted(
        (each for each in store.environments.iterdir() if each.is_dir()), key=lambda each: each.stat().st_mtime
    )
    for home in homes[: max(len(homes) - store.most, 0)]:
        with open(home.with_suffix(".lock"), "a") as lock, contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(home, ignore_errors=True)


def _make(home: Path, order: Order, store: Store) -> Built:
    """Build it, with a remedy for each known reason that it cannot be; the last failure is the result."""
    shutil.rmtree(home, ignore_errors=True)
    tries = _Tries(home, order, store)
    failure = tries.run()
    if failure:
        shutil.rmtree(home, ignore_errors=True)
        return replace(failure, python=order.python.shown, sources=order.wanted.sources, notes=tuple(tries.notes))
    site = next(home.glob("lib/python*/site-packages"))
    (site / "zz_chairlift_probe.pth").write_text(_PROBE)
    home.chmod(0o755)
    (home / ".complete").write_text("\n".join(tries.notes))
    return Built(order.python.shown, _installed(home), order.wanted.sources, notes=tuple(tries.notes))


class _Tries:
    """One after the other, what makes an environment: each try gives up one thing that stood in the way."""

    def __init__(self, home: Path, order: Order, store: Store) -> None:
        self.home, self.order, self.store = home, order, store
        self.notes: list[str] = []
        self.overrides = [f"django=={show(order.wish.django)}.*"] if order.wish.bump else []
        self.build_constraints: list[str] = []
        self.left_out: list[str] = []
        self.editable = True
        # What is pinned resolves the same without asking the index again, and much faster.
        self.offline = order.wish.offline or order.wanted.pinned

    def run(self) -> Built | None:
        """None when it is built, or else why not, which distribution and which lines say so."""
        for _ in range(6 + _LEFT_OUT):
            ran, stopped = self._install()
            if ran.ok:
                return None
            if not self._remedy(ran.out):
                return _explained(ran, stopped)
        return _explained(ran, stopped)

    def _remedy(self, said: str) -> bool:
        if self.offline and not self.order.wish.offline:
            self.offline = False
            return True
        if _AWAY.search(said) and not self.offline and self.notes[-1:] != [_AWAY_NOTE]:
            self.offline = True
            self.order = replace(self.order, wish=replace(self.order.wish, offline=True))
            self.notes.append(_AWAY_NOTE)
            return True
        if "No solution found" in said and self.order.wish.bump and BELOW_DJANGO[0] not in self.overrides:
            self.overrides += BELOW_DJANGO
            below = ", ".join(BELOW_DJANGO[:3])
            self.notes.append(f"the pins of what Django stands on ({below}, …) were let go, so that it can be moved")
            return True
        old = re.search(r"use_2to3|No module named '(pkg_resources|distutils)|setuptools", said)
        if old and _CULPRIT.search(said) and not self.build_constraints:
            self.build_constraints = ["setuptools<58"]
            self.notes.append("built with an old setuptools, as the current one cannot build it")
            return True
        if "build_editable" in said and self.editable:
            self.editable = False
            self.notes.append("installed as a copy: what builds it is too old to install it in place")
            return True
        return self._without(said)

    def _without(self, said: str) -> bool:
        """Leave out what this machine cannot build (a driver without its library): the tests tell if it matters."""
        failed = re.search(_CULPRITS[0], said)
        name = canonicalize_name(failed[1].partition("==")[0]) if failed else ""
        if not name or name == "django" or len(self.left_out) >= _LEFT_OUT:
            return False
        if name in self.left_out:
            return False
        self.left_out.append(name)
        self.overrides.append(f"{name}; python_version < '3'")
        self.notes.append(f"{LEFT_OUT}{name}, which cannot be built here: {_cause(said)}")
        return True

    def _install(self) -> tuple[Ran, str]:
        order = self.order
        with tempfile.TemporaryDirectory(prefix="chairlift-") as name:
            given = Path(name)
            given.chmod(0o755)
            (given / "overrides.txt").write_text("\n".join(self.overrides))
            (given / "build.txt").write_text("\n".join(self.build_constraints))
            room = Room(
                checkout=order.checkout,
                shown=(order.python.home, uv().parent, *_local()),
                given=given,
                shared=self.store.folder,
                network=not self.offline,
                path=(uv().parent,),
                env={**settings(), **self._environment()},
            )
            argv = ["/bin/sh", "-c", _script(order.wanted), "sh", *self._arguments()]
            bounds = Bounds(seconds=900, memory_bytes=8 << 30, disk_bytes=4 << 30)
            confined = sandbox.confine(argv, room, bounds, demand=order.wish.demand_sandbox)
        return confined.ran, confined.stopped

    def _environment(self) -> dict[str, str]:
        found = {
            "UV_CACHE_DIR": str(self.store.cache),
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_PYTHON": str(self.home / "bin" / "python"),
            "UV_NO_PROGRESS": "1",
            "CHAIRLIFT_HOME": str(self.home),
            "CHAIRLIFT_PYTHON": str(self.order.python.path),
        }
        return found | ({"UV_OFFLINE": "1"} if self.offline else {})

    def _arguments(self) -> list[str]:
        order = self.order
        arguments: list[str] = []
        for line in order.wanted.lines:
            flag = re.match(r"(-r|-c|-e|--requirement|--constraint|--editable)[ =]?\s*(.*)", line)
            if flag and flag[1] in ("-e", "--editable") and not self.editable:
                flag = None
                line = line.partition(" ")[2].strip()
            arguments += [flag[1], flag[2]] if flag else [line]
        arguments += order.wish.extra
        if order.wanted.itself:
            extras = f"[{','.join(order.wanted.extras)}]" if order.wanted.extras else ""
            arguments += ["-e", CHECKOUT + extras] if self.editable else [CHECKOUT + extras]
        if order.python.release < (3, 12) and "setuptools" not in order.wanted.names:
            # What made environments at that time put it there, and much imports pkg_resources.
            arguments.append("setuptools<81")
        if self.overrides:
            arguments += ["--override", f"{GIVEN}/overrides.txt"]
        if self.build_constraints:
            arguments += ["--build-constraint", f"{GIVEN}/build.txt"]
        if order.wish.newest:
            arguments += ["--exclude-newer", order.wish.newest]
        return arguments


#: How a note begins that says what is missing; so many distributions may be.
LEFT_OUT = "left out: "
_LEFT_OUT = 3
_AWAY_NOTE = "the package index is away: only what was in the cache could be installed"
_CULPRIT = re.compile(r"Failed to (?:download and )?build")


def _cause(said: str) -> str:
    """The line that says what a build lacks."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"not found|[Ee]rror: |Exception", line)]
    return (telling[-1] if telling else "its build failed")[:160]


def _script(wanted: Wanted) -> str:
    lines = [
        "set -e",
        'uv venv --quiet --no-project --python "$CHAIRLIFT_PYTHON" --clear "$CHAIRLIFT_HOME"',
    ]
    if wanted.export:
        extras = " ".join(f"--extra {extra}" for extra in wanted.extras)
        lines.append(
            'uv export --quiet --frozen --no-hashes --all-groups --no-emit-project --python "$CHAIRLIFT_PYTHON" '
            f'{extras} -o "$TMPDIR/locked.txt" >/dev/null'
        )
        lines.append('set -- -r "$TMPDIR/locked.txt" "$@"')
    lines.append('exec uv pip install --color never --no-progress "$@"')
    return "\n".join(lines)


def _local() -> Iterator[Path]:
    """Folders and files that the settings name: an index on disk, certificates."""
    for value in settings().values():
        for word in value.split():
            path = Path(word.removeprefix("file://"))
            if path.is_absolute() and path.exists() and not path.is_relative_to("/etc/ssl") and len(path.parts) > 2:
                yield path.resolve()


def _installed(home: Path) -> dict[str, str]:
    found = {}
    for folder in home.glob("lib/python*/site-packages/*.dist-info"):
        name, _, version = folder.name.removesuffix(".dist-info").partition("-")
        found[canonicalize_name(name)] = version
    return dict(sorted(found.items()))


def _explained(ran: Ran, stopped: str) -> Built:
    """Which distribution, and the lines that say why."""
    said = ran.out
    culprit = next((found[1].rstrip(".,`'") for pattern in _CULPRITS if (found := re.search(pattern, said))), "")
    lines = [line.rstrip() for line in said.splitlines() if line.strip()]
    at = next((n for n, line in enumerate(lines) if re.search(r"^\s*(error|×|x )", line)), max(len(lines) - 12, 0))
    log = "\n".join([*lines[at : at + 12], *(["…", *lines[-12:]] if len(lines) > at + 24 else lines[at + 12 :])])
    if stopped:
        why = f"the environment could not be built: {stopped}"
    elif "No solution found" in said:
        why = "the environment could not be built: the requirements contradict each other"
    elif _AWAY.search(said):
        why = "the environment could not be built: the package index is away"
    else:
        why = f"the environment could not be built: {culprit or (lines[at].strip(' ×') if lines else ran.ended)}"
    return Built(why=why, culprit=culprit, log=log[:6000])
