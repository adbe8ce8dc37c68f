"""Finds the Python that a service runs on: what it declares and the Django allows, of what this machine really has."""

from __future__ import annotations

import configparser
import functools
import json
import os
import re
import shutil
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from chairlift.programs import CannotStart, run
from chairlift.recipes.django.releases import Leg, Release, Stage, series, show

#: The oldest that uv makes environments for.
OLDEST: Release = (3, 6)

_PROBE = "import json, sys, ssl, sqlite3; print(json.dumps([sys.version_info[:3], sys.executable, sys.base_prefix]))"
_SECONDS = 20


class NoPython(Exception):
    """No Python here fits; the text says which would, and how to get one."""


@dataclass(frozen=True)
class Interpreter:
    """A Python that starts, with TLS and SQLite: `path` is the real one, never a shim; `home` holds all of it."""

    version: tuple[int, int, int]
    path: Path
    home: Path

    @property
    def release(self) -> Release:
        return self.version[0], self.version[1]

    @property
    def shown(self) -> str:
        return ".".join(map(str, self.version))


def choose(
    django: Release, checkout: Path, wanted: Release | None = None, here: Sequence[Interpreter] = ()
) -> Interpreter:
    """The Python for this Django: `wanted`, else the one that the service declares, else the newest that fits both.

    Raises NoPython. `here` are those to choose from, all of this machine by default.
    """
    allowed = [each for each in series(django).pythons if each >= OLDEST]
    found = {each.release: each for each in here or installed()}
    said = declared(checkout)
    if wanted:
        if wanted not in series(django).pythons:
            raise NoPython(f"Django {show(django)} does not run on Python {show(wanted)}, but on {_list(allowed)}")
        fitting = [wanted]
    else:
        fitting = [each for each in said.exact if each in allowed]
        fitting += [each for each in reversed(allowed) if each not in fitting and said.allows(each)]
        # A service that declares only what this Django cannot do has to change; any of Django's own is a try.
        fitting = fitting or list(reversed(allowed))
    for release in fitting:
        if release in found:
            return found[release]
    have = _list(sorted(found)) or "none"
    raise NoPython(
        f"Django {show(django)} needs Python {_list(fitting)} here, and this machine has {have}: "
        f"install one, for example with `uv python install {show(fitting[0])}` or `pyenv install {show(fitting[0])}`"
    )


def for_both(leg: Leg, checkout: Path) -> Release | None:
    """The Python that the service runs on now, if the target runs on it too: one thing should move at a time."""
    if leg.stage is Stage.CLEAN_UP:
        return None  # Nothing needs the old one any more.
    try:
        present = choose(leg.current, checkout).release
    except NoPython:
        return None
    return present if present in series(leg.target).pythons else None


def choose_for(leg: Leg, checkout: Path) -> Interpreter:
    """The one on which this change is resolved and proven. Raises NoPython."""
    django = leg.current if leg.stage is Stage.PREPARE else leg.target
    return choose(django, checkout, for_both(leg, checkout))


def _list(releases: Iterable[Release]) -> str:
    return " or ".join(show(each) for each in releases)


# ---- what the service says ----


@dataclass(frozen=True)
class Declared:
    """What a service says of its Python: `exact` in the order of their weight, and bounds such as `>=3.8`."""

    exact: tuple[Release, ...] = ()
    bounds: tuple[str, ...] = ()

    def allows(self, release: Release) -> bool:
        # A bound on the patch level (>=3.8.1) is one that some release of the series fulfils.
        sets = [SpecifierSet(bound) for bound in self.bounds]
        return any(all(f"{show(release)}.{patch}" in each for each in sets) for patch in (0, 99))


def declared(checkout: Path) -> Declared:
    """From the files of pyenv, asdf, Heroku, packaging, Poetry, Pipenv, tox and Docker."""
    exact: list[Release] = []
    for name, pattern in _SAYS:
        for found in re.finditer(pattern, _text(checkout / name), re.MULTILINE):
            release = (int(found[1]), int(found[2]))
            if release not in exact:
                exact.append(release)
    bounds = [bound for bound in _bounds(checkout) if bound and _is_specifier(bound)]
    return Declared(tuple(exact), tuple(bounds))


_SAYS = (
    (".python-version", r"^\s*(?:python-|cpython-)?(\d)\.(\d+)"),
    ("runtime.txt", r"^\s*python-(\d)\.(\d+)"),
    (".tool-versions", r"^\s*python\s+(\d)\.(\d+)"),
    ("Dockerfile", r"^\s*FROM\s+(?:\S+/)?python:(\d)\.(\d+)"),
    ("tox.ini", r"\bpy(\d)(\d+)\b"),
    ("tox.ini", r"^\s*basepython\s*=\s*python(\d)\.(\d+)"),
    ("Pipfile", r'^\s*python_(?:full_)?version\s*=\s*"(\d)\.(\d+)'),
)


def _bounds(checkout: Path) -> Iterator[str]:
    try:
        data = tomllib.loads(_text(checkout / "pyproject.toml"))
    except tomllib.TOMLDecodeError:
        data = {}
    project, poetry = data.get("project", {}), data.get("tool", {}).get("poetry", {})
    if isinstance(project.get("requires-python"), str):
        yield project["requires-python"]
    said = poetry.get("dependencies", {}).get("python") if isinstance(poetry.get("dependencies"), dict) else None
    if isinstance(said, str):
        yield ",".join(_caret(part.strip()) for part in said.split(","))
    cfg = configparser.RawConfigParser()
    try:
        cfg.read_string(_text(checkout / "setup.cfg"))
        yield cfg.get("options", "python_requires", fallback="")
    except configparser.Error:
        pass
    if found := re.search(r"python_requires\s*=\s*['\"]([^'\"]+)['\"]", _text(checkout / "setup.py")):
        yield found[1]


def _caret(bound: str) -> str:
    """Poetry's own spelling as everybody else's: ^3.8 and ~3.8."""
    if bound.startswith("^"):
        return f">={bound[1:]},<{int(bound[1:].split('.')[0] or 0) + 1}"
    if bound.startswith("~") and not bound.startswith("~="):
        parts = bound[1:].split(".")
        return f">={bound[1:]},=={'.'.join(parts[:2])}.*" if len(parts) > 1 else f"=={bound[1:]}.*"
    return bound


def _is_specifier(text: str) -> bool:
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return False
    return True


def _text(file: Path) -> str:
    try:
        return file.read_text(errors="replace") if file.stat().st_size < 1_000_000 else ""
    except OSError:
        return ""


# ---- what this machine has ----


@functools.cache
def installed() -> tuple[Interpreter, ...]:
    """Every Python that really starts, one for each series: on PATH, of pyenv and of uv, in this order."""
    found: dict[Release, Interpreter] = {}
    seen: set[Path] = set()
    for candidate in _candidates():
        real = candidate.resolve()
        if real in seen:
            continue
        seen.add(real)
        interpreter = probe(candidate)
        if interpreter and interpreter.release >= OLDEST:
            found.setdefault(interpreter.release, interpreter)
    return tuple(sorted(found.values(), key=lambda each: each.version))


def probe(python: Path) -> Interpreter | None:
    """What starts there; None for a shim with nothing behind it, and for one without TLS or SQLite."""
    try:
        # Another folder than ours: a shim would take its version from what lies there.
        ran = run([str(python), "-I", "-c", _PROBE], cwd=python.parent, seconds=_SECONDS, apart=True)
        version, path, home = json.loads(ran.out)
    except (CannotStart, OSError, ValueError, TypeError):
        return None
    return Interpreter((version[0], version[1], version[2]), Path(path), Path(home))


def _candidates() -> Iterator[Path]:
    for folder in os.get_exec_path():
        # A virtual environment (ours, most of all) is no place to make others from.
        if not (Path(folder).parent / "pyvenv.cfg").exists():
            yield from sorted(path for path in Path(folder).glob("python3.*") if _is_python(path))
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted((path for path in root.glob("versions/*/bin/python3.*") if _is_python(path)), reverse=True)
    own = os.environ.get("UV_PYTHON_INSTALL_DIR", Path.home() / ".local" / "share" / "uv" / "python")
    yield from sorted((path for path in Path(own).glob("cpython-*/bin/python3.*") if _is_python(path)), reverse=True)


def _is_python(path: Path) -> bool:
    return re.fullmatch(r"python3\.\d+", path.name) is not None and os.access(path, os.X_OK)


@functools.cache
def uv() -> Path:
    """The program uv, as it really is. Raises NoPython where there is none."""
    beside = Path(sys.executable).parent / "uv"
    found = str(beside) if beside.exists() else shutil.which("uv")
    if not found:
        raise NoPython("uv is not installed, and it makes the environments: `pip install uv`")
    return Path(found).resolve()
