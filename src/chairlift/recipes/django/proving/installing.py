"""Installs what a service's tests need with uv, with a remedy for each known reason that it cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from packaging.utils import canonicalize_name

from chairlift import scratch
from chairlift.programs import Ran
from chairlift.recipes.django.dependencies.resolving import unanswered
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.proving import sandbox
from chairlift.recipes.django.proving.evidence import Built
from chairlift.recipes.django.proving.interpreters import uv
from chairlift.recipes.django.proving.order import Order, Store, settings
from chairlift.recipes.django.proving.sandbox import CHECKOUT, GIVEN, Bounds, Room
from chairlift.recipes.django.proving.wanted import Wanted, of_setuptools, own_requirements, spelled_out
from chairlift.recipes.django.releases import show

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

_AWAY = re.compile(
    r"error sending request|dns error|Failed to fetch|Could not connect|tcp connect error|timed out", re.I
)
_GIT_FAILED = re.compile(r"git://|Git operation failed|failed to clone", re.I)
_CULPRITS = (
    r"Failed to (?:download and )?build (?:editable )?[`']?([\w.-]+(?:==[\w.!+-]+)?)",
    r"Failed to (?:download|fetch|unzip|read)[^`']*[`']([\w.-]+==[\w.!+-]+)",
    r"[Bb]ecause ([\w.-]+) was not found in",
    r"no version of ([\w.-]+\S*)",
)


class Tries:
    """One after the other, what makes an environment: each try gives up one thing that stood in the way."""

    def __init__(self, home: Path, order: Order, store: Store) -> None:
        self.home, self.order, self.store = home, order, store
        self.notes: list[str] = []
        self.overrides = [f"django=={show(order.wish.django)}.*"] if order.wish.bump else []
        self.build_constraints: list[str] = []
        self.left_out: list[str] = []
        self.editable = True
        # As `setup.py develop` did it: with the finder of today, tests beside the package could not be imported.
        self.developed = _develops(order)
        #: The checkout cannot be built at all: what it needs is installed, and it is put on the path as it is.
        self.bare = False
        #: Distributions whose releases of the day are gone, with the day of what is left.
        self.later: dict[str, str] = {}
        #: What is taken from a repository that cannot be had, and comes from the index instead.
        self.from_index: list[str] = []
        # What is pinned resolves the same without asking the index again, and much faster.
        self.offline = order.wish.offline or order.wanted.pinned

    def run(self) -> Built | None:
        """None when it is built, or else why not, which distribution and which lines say so."""
        for _ in range(_MOST):
            ran, stopped = self._install()
            if ran.ok:
                return None
            if not self._remedy(ran.out):
                break
        return _explained(ran, stopped, "the package index did not answer" if _AWAY_NOTE in self.notes else "")

    def _remedy(self, said: str) -> bool:
        if self.offline and not self.order.wish.offline:
            self.offline = False
            return True
        if _AWAY.search(said) and not _GIT_FAILED.search(said) and not self.offline and self.notes[-1:] != [_AWAY_NOTE]:
            self.offline = True
            self.order = replace(self.order, wish=replace(self.order.wish, offline=True))
            self.notes.append(_AWAY_NOTE)
            return True
        if "No solution found" in said and self.order.wish.bump and BELOW_DJANGO[0] not in self.overrides:
            self.overrides += BELOW_DJANGO
            below = ", ".join(BELOW_DJANGO[:3])
            self.notes.append(f"the pins of what Django stands on ({below}, …) were let go, so that it can be moved")
            return True
        return self._found_elsewhere(said) or self._built_otherwise(said) or self._without(said)

    def _found_elsewhere(self, said: str) -> bool:
        """Where it can be had: a later release, or the index instead of a repository."""
        gone = re.search(r"`([\w.-]+)` was filtered by `exclude-newer`[\s\S]*?published at (\d{4}-\d\d-\d\d)", said)
        if gone and gone[1] not in self.later:
            self.later[gone[1]] = gone[2]
            self.notes.append(f"no release of {gone[1]} is left from then: the oldest that is, of {gone[2]}, was taken")
            return True
        if not _GIT_FAILED.search(said):
            return False
        name = _of_git(said) or self._at(said)
        if not name or name in self.from_index:
            return False
        self.from_index.append(name)
        # Of an address nobody knows for sure what it is called in the index, where anybody may have taken that name.
        how = f"{LEFT_OUT}what is at {name}" if "/" in name else f"{name} was taken from the index"
        self.notes.append(f"{how}: its repository cannot be had here")
        return True

    def _at(self, said: str) -> str:
        """The name of what is required from a repository that uv speaks of, or its address if that is all there is."""
        for line in self._lines():
            found = _GIT.search(line)
            if found and found["address"].removesuffix(".git") in said:
                return _named(found) or found["address"]
        return ""

    def _built_otherwise(self, said: str) -> bool:
        if "editable_mode" in said and self.developed:
            # All that is built is told, and some backends refuse what they do not know.
            self.developed = False
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
        return False

    def _without(self, said: str) -> bool:
        """Leave out what this machine cannot build (a driver without its library): the tests tell if it matters."""
        failed = re.search(_CULPRITS[0], said)
        name = canonicalize_name(failed[1].partition("==")[0]) if failed else ""
        # Of a folder uv does not say the name.
        unnamed = not name and "The build backend returned an error" in said
        if not self.bare and (unnamed or re.search(rf"file://{CHECKOUT}(?=[`'\s]|$)", said)):
            self.bare = True
            self.notes.append(f"not installed, but put on the path as it is, for it cannot be built: {_cause(said)}")
            return True
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
        with scratch.folder() as given:
            given.chmod(0o755)
            (given / "overrides.txt").write_text("\n".join(self.overrides))
            (given / "lines.txt").write_text("\n".join(self._lines()))
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
        if self.editable and not self.from_index and not self.bare:
            for line in order.wanted.lines:
                flag = re.match(r"(-r|-c|-e|--requirement|--constraint|--editable)[ =]?\s*(.*)", line)
                arguments += [flag[1], flag[2]] if flag else [line]
        elif order.wanted.lines or self.bare:
            arguments += ["-r", f"{GIVEN}/lines.txt"]
        arguments += order.wish.extra
        if order.wanted.itself and not self.bare:
            extras = f"[{','.join(order.wanted.extras)}]" if order.wanted.extras else ""
            arguments += ["-e", CHECKOUT + extras] if self.editable else [CHECKOUT + extras]
        arguments += ["--config-setting", "editable_mode=compat"] if self.editable and self.developed else []
        if order.python.release < (3, 12) and "setuptools" not in order.wanted.names:
            # What made environments at that time put it there, and much imports pkg_resources.
            arguments.append("setuptools<81")
        if self.overrides:
            arguments += ["--override", f"{GIVEN}/overrides.txt"]
        if self.build_constraints:
            arguments += ["--build-constraint", f"{GIVEN}/build.txt"]
        if order.wish.newest:
            arguments += ["--exclude-newer", order.wish.newest]
        for name, day in self.later.items():
            arguments += ["--exclude-newer-package", f"{name}={day}"]
        return arguments

    def _lines(self) -> list[str]:
        """What is wanted, line by line, with what the remedies change."""
        project = Project(self.order.checkout)
        lines = spelled_out(project, self.order.wanted.lines)
        if self.bare:
            lines = [line for line in lines if not _ITSELF.fullmatch(line)]
            lines += own_requirements(project) if self.order.wanted.itself or not lines else ()
        if not self.editable:
            lines = [re.sub(r"^(?:-e\s+|--editable[ =])", "", line) for line in lines]
        return [self._from_index(line) for line in lines]

    def _from_index(self, line: str) -> str:
        found = _GIT.search(line)
        if found and found["address"] in self.from_index and not _named(found):
            return ""
        return found["egg"] or found["name"] if found and _named(found) in self.from_index else line


def _develops(order: Order) -> bool:
    """Whether setuptools puts the checkout into the environment in place, be it that its requirements ask for it."""
    project = Project(order.checkout)
    lines = spelled_out(project, order.wanted.lines)
    asked = order.wanted.itself or any(line.startswith(("-e", "--editable")) for line in lines)
    return asked and of_setuptools(project)


#: A requirement that is a repository: `name @ git+https://…`, or the address with `#egg=name`.
_GIT = re.compile(
    r"^\s*(?:-e\s+|--editable[ =])?(?:(?P<name>[\w.-]+)(?:\[[^\]]*\])?\s*@\s*)?(?:git\+(?=\w+:)|(?=git:))"
    r"(?P<address>\w+://(?:[^\s#@/]+@)?[^\s#@]+)[^\s#]*(?:#(?:\S*&)?egg=(?P<egg>[\w.-]+))?",
    re.MULTILINE,
)
_ITSELF = re.compile(rf"(?:-e\s+|--editable[ =])?{CHECKOUT}(?:\[[^\]]*\])?")
_MOST = 16


def _named(found: re.Match[str]) -> str:
    return canonicalize_name(found["egg"] or found["name"] or "")


#: How a note begins that says what is missing; so many distributions may be.
LEFT_OUT = "left out: "
_LEFT_OUT = 3
_AWAY_NOTE = "the package index is away: only what was in the cache could be installed"
_CULPRIT = re.compile(r"Failed to (?:download and )?build")


def _of_git(said: str) -> str:
    """The distribution that uv could not take from its repository."""
    for pattern in (r"egg=([\w.-]+)", r"[`']([\w.-]+) @ git\+", r"download and build `([\w.-]+)"):
        if found := re.search(pattern, said):
            return canonicalize_name(found[1])
    return ""


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


def _explained(ran: Ran, stopped: str, silent: str) -> Built:
    """Which distribution, and the lines that say why; `silent` says that the index could not be asked.

    What is only not in the cache contradicts nothing.
    """
    said = ran.out
    culprit = next((found[1].rstrip(".,`'") for pattern in _CULPRITS if (found := re.search(pattern, said))), "")
    lines = [line.rstrip() for line in said.splitlines() if line.strip()]
    at = next((n for n, line in enumerate(lines) if re.search(r"^\s*(error|×|x )", line)), max(len(lines) - 12, 0))
    log = "\n".join([*lines[at : at + 12], *(["…", *lines[-12:]] if len(lines) > at + 24 else lines[at + 12 :])])
    if stopped:
        why = f"the environment could not be built: {stopped}"
    elif "No solution found" in said and (silent or unanswered(said)):
        why = f"the environment could not be built: {silent or unanswered(said)}, so nobody knows what fits"
        culprit = ""
    elif "No solution found" in said:
        why = "the environment could not be built: the requirements contradict each other"
    elif _AWAY.search(said):
        why = "the environment could not be built: the package index did not answer"
        culprit = ""
    else:
        why = f"the environment could not be built: {culprit or (lines[at].strip(' ×') if lines else ran.ended)}"
    return Built(why=why, culprit=culprit, log=log[:6000])
