"""Lets uv, Poetry, PDM and Pipenv lock again what they locked: in a copy of their own files, judged by what comes out.

The tool gets the manifest and the lock file, and nothing of the service's code: nothing of a checkout is run here.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from chairlift import scratch
from chairlift.programs import CannotStart, run
from chairlift.recipes.django.dependencies.resolving import PASSED, Resolver, told, uv
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Release, show

#: Lock files that a tool can be asked to write again here.
LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock")
#: Of Poetry, which wrote no version into its file once: the last that writes each format.
_POETRY = {"1.0": "1.0.10", "1.1": "1.2.2", "2.0": "1.8.5", "2.1": "2.1.4"}
_PDM = "pdm>=2.12,<3"
#: It resolves inside the Python of the service, so the last that knows old ones; of itself it makes an environment.
_PIPENV = "pipenv==2024.4.1"
#: Who signs for the index, where that is not who signs for everybody: uv knows it by the system, these do not.
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT")
#: Newer ones of what it asks for by a minimum only break it.
_WITH = ("--with", "hishel<2")


@dataclass(frozen=True)
class Locked:
    """The new text, and what moved (name -> before, after); or `why` there is none."""

    text: str = ""
    moved: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    why: str = ""


def lock(project: Project, path: str, target: Release, by: Resolver, wanted: Mapping[str, str]) -> Locked:
    """The lock file with Django at the target, and `wanted` at their versions. Writes nothing into the checkout."""
    before = (project.read(path) or b"").decode("utf-8", "replace")
    old = packages(before)
    if _is(old.get("django", ""), target) and not wanted:
        return Locked(before)
    name = path.rpartition("/")[2]
    if "--offline" in by.extra and name != "uv.lock":
        return Locked(why=f"the network was disabled, and what writes {name} cannot do without")
    with scratch.folder() as copy:
        _copy(project, copy)
        folder = copy / posixpath.dirname(path)
        argv, env = command(folder, name, before, by, wanted)
        passed = (
            *PASSED,
            *_CERTIFICATES,
            *(each for each in os.environ if each.startswith(("POETRY_HTTP_BASIC_", "PDM_PYPI_"))),
        )
        passed += _named_in_sources(folder) if name == "Pipfile.lock" else ()
        try:
            ran = run(argv, cwd=folder, seconds=by.seconds, env=env, also=passed, limit=1_000_000)
        except CannotStart as error:
            return Locked(why=str(error))
        if not ran.ok:
            return Locked(why=told(ran.tail(1200)) or ran.ended)
        if _toml(folder / "Pipfile") != _toml(project.root / posixpath.dirname(path) / "Pipfile"):
            return Locked(why="it would write its own form of it into the Pipfile, too")
        after = (folder / name).read_text(encoding="utf-8")
    new = packages(after)
    if not _is(new.get("django", ""), target):
        return Locked(why=f"Django {new.get('django', '')} is still what it locks: something else keeps it there")
    if "exclude-newer" not in before:
        # A day that was only ours is not to hold for the service from now on.
        after = re.sub(r'(?m)^\[options\]\nexclude-newer = "[^"]*"\n\n', "", after)
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    return Locked(after, {name: (old.get(name, ""), new.get(name, "")) for name in names})


def packages(text: str) -> dict[str, str]:
    """Name -> version of all that is locked; nothing where it cannot be read."""
    if text.lstrip().startswith("{"):
        return _of_pipenv(text)
    try:
        rows = tomllib.loads(text).get("package", [])
    except tomllib.TOMLDecodeError:
        return {}
    named = [each for each in rows if isinstance(each, dict) and each.get("name")] if isinstance(rows, list) else []
    return {str(canonicalize_name(str(each["name"]))): str(each.get("version", "")) for each in named}


def _of_pipenv(text: str) -> dict[str, str]:
    try:
        groups = json.loads(text)
    except ValueError:
        return {}
    rows = [group for name, group in groups.items() if name != "_meta" and isinstance(group, dict)]
    return {
        str(canonicalize_name(name)): str(row["version"]).removeprefix("==")
        for group in rows
        for name, row in group.items()
        if isinstance(row, dict) and row.get("version")
    }


def _is(version: str, target: Release) -> bool:
    return version == show(target) or version.startswith(f"{show(target)}.")


def _copy(project: Project, to: Path) -> None:
    """Manifests and locks, where they are: a workspace has several."""
    for path in project.matching("pyproject.toml", "uv.toml", "pdm.toml", "poetry.toml", "Pipfile", *LOCKS):
        file = to / path
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(project.root / path, file)


def command(
    folder: Path, name: str, text: str, by: Resolver, wanted: Mapping[str, str]
) -> tuple[list[str], dict[str, str]]:
    """How the tool that wrote a file writes it again, with its surroundings."""
    env = {"UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1"}
    python = ["--python", str(by.interpreter)] if by.interpreter else []
    if name == "uv.lock":
        moves = ["django", *(f"{each}=={version}" if version else each for each, version in wanted.items())]
        argv = [*uv(), "lock", "--quiet", "--no-progress", *python, *by.extra]
        argv += [word for each in moves for word in ("--upgrade-package", each)]
        argv += ["--exclude-newer", by.exclude_newer] if by.exclude_newer else []
        own = _toml(folder / "pyproject.toml").get("project", {}).get("name")
        # Its metadata is read, never built: that would run its code.
        return [*argv, *(["--no-build-package", str(own)] if own else [])], env
    if name == "Pipfile.lock":
        words = [*uv(), "tool", "run", "--from", _PIPENV, "pipenv", *python, "upgrade", "--lock-only"]
        others = [f"{each}=={version}" if version else each for each, version in wanted.items()]
        group, asked = _asked(folder, "django")
        return [*words, *(["--dev"] if group == "dev-packages" else []), *others, asked], {
            **env,
            "PIPENV_NOSPIN": "1",
            "PIPENV_YES": "1",
            "PIPENV_IGNORE_VIRTUALENVS": "1",
        }
    # The tool itself runs on any Python that it can, and has nothing to install for the service.
    tool = [*uv(), "tool", "run", *(python if by.python >= (3, 8) else []), "--from"]
    if name == "poetry.lock":
        version = _poetry(text)
        keep = [] if version.startswith("2") else ["--no-update"]
        words = [*tool, f"poetry=={version}", "poetry", "lock", *keep, "--no-interaction", "--no-ansi"]
        return words, {**env, "POETRY_VIRTUALENVS_CREATE": "false"}
    return [*tool, _PDM, *_WITH, "pdm", "lock", "--update-reuse"], {**env, "PDM_CHECK_UPDATE": "false"}


def _asked(folder: Path, name: str) -> tuple[str, str]:
    """Where the Pipfile asks for a distribution, and what, in its own words: any others it would take over."""
    manifest = _toml(folder / "Pipfile")
    for group in ("packages", "dev-packages"):
        for key, row in manifest.get(group, {}).items():
            if canonicalize_name(key) == name:
                version = row.get("version", "*") if isinstance(row, dict) else str(row)
                extras = f"[{','.join(row['extras'])}]" if isinstance(row, dict) and row.get("extras") else ""
                return group, f"{key}{extras}{'' if version == '*' else version}"
    return "packages", name


def _named_in_sources(folder: Path) -> tuple[str, ...]:
    """Variables of the environment that the addresses of indexes in a Pipfile name: who asks them needs these."""
    sources = _toml(folder / "Pipfile").get("source", [])
    urls = " ".join(str(each.get("url", "")) for each in sources if isinstance(each, dict))
    return tuple(first or second for first, second in re.findall(r"\$(?:\{(\w+)\}|(\w+))", urls))


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        return {}


def _poetry(text: str) -> str:
    """The Poetry that wrote the file, else the last one that wrote such files."""
    if found := re.search(r"generated by Poetry (\d+\.\d+\.\d+)", text[:400]):
        return found[1]
    kind = re.search(r'(?m)^lock-version = "(\d+\.\d+)"', text)
    return _POETRY.get(kind[1] if kind else "", _POETRY["2.1"])
