"""Finds the command that runs a service's tests, and takes it out of tox and make, whose environments are not ours."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from chairlift.recipes.django.project import Project
from chairlift.recipes.django.proving import toxfile
from chairlift.recipes.django.proving.toxfile import Environment
from chairlift.recipes.django.releases import Release

_TESTS = re.compile(
    r"(^|[\s/=])(pytest|py\.test|nosetests|runtests?\.py|run_tests?\.py)(\s|$)|manage\.py\s+(\S+\s+)*?(test|jenkins)\b"
    r"|django-admin(\.py)?`?\s+test\b|-m\s+(pytest|unittest|nose|xmlrunner|django\s+test)\b|setup\.py\s+test\b|trial\s"
)
_DEPTH = 4


@dataclass(frozen=True)
class Command:
    """How the tests are run: a line for a shell, in `folder` of the checkout. `tox` is where it was taken from."""

    line: str
    source: str
    folder: str = "."
    env: Mapping[str, str] = field(default_factory=dict)
    tox: Environment | None = None


class NoTests(Exception):
    """The checkout has no tests that could be found; the text says what was looked for."""


def find(checkout: Path, django: Release, python: Release, said: str = "") -> Command:
    """The command that was said, or the one the checkout itself has. Raises NoTests."""
    tox = _of_tox(checkout, django, python)
    if said:
        found = _unwrapped(checkout, said, "as it was said", django, python, _DEPTH)
        # What it needs is still what tox installs.
        return found if found.tox or not tox else replace(found, env={**tox.env, **found.env}, tox=tox.tox)
    if tox:
        return tox
    for target in ("test", "tests", "unit-test", "unittest", "test-python", "check"):
        lines = _recipe(checkout, target)
        if any(_TESTS.search(line) for line in lines):
            return _unwrapped(checkout, f"make {target}", f"Makefile, {target}", django, python, _DEPTH)
    if source := _pytest_config(checkout):
        return Command("python -m pytest", source)
    for manage in _manages(checkout):
        folder, _, name = manage.rpartition("/")
        return Command(f"python {name} test", manage, folder or ".")
    paths = Project(checkout).paths
    for path in ("runtests.py", "tests/runtests.py", "run_tests.py", "quicktest.py"):
        if path in paths:
            return Command(f"python {path}", path)
    tests = [path for path in paths if re.search(r"(^|/)(test_[^/]*|[^/]*_tests?|tests)\.py$", path)]
    if not tests:
        raise NoTests("no tests were found: no command in tox.ini or Makefile, no pytest, no manage.py, no test files")
    uses_pytest = any(b"import pytest" in (Project(checkout).read(path) or b"") for path in tests)
    return Command("python -m pytest" if uses_pytest else "python -m unittest discover", tests[0])


def is_test_run(line: str) -> bool:
    """Whether a command line runs tests."""
    return _TESTS.search(line) is not None


def _manages(checkout: Path) -> Iterator[str]:
    yield from sorted(Project(checkout).matching("manage.py"), key=lambda path: (path.count("/"), path))


def manage(checkout: Path) -> str:
    """The outermost manage.py, from the checkout; empty where there is none."""
    return next(_manages(checkout), "")


def _of_tox(checkout: Path, django: Release, python: Release, only: str = "") -> Command | None:
    file = toxfile.read(checkout)
    if file is None:
        return None
    # An environment of any name is [testenv], so there is always one.
    names = [only] if only else toxfile.best(file.environments(), django, python) or ["py"]
    for name in names:
        environment = file.environment(name)
        lines = [each for line in environment.commands if _is_run(checkout, line) for each in _inside(checkout, line)]
        if lines or (only and environment.commands):
            return Command(
                " && ".join(lines or environment.commands),
                f"tox, {name}",
                environment.folder,
                environment.env,
                environment,
            )
    return None


def _inside(checkout: Path, line: str) -> list[str]:
    """Of a make target what runs tests: what else it does (installing, mostly) is not to be done here."""
    target = re.fullmatch(r"make\s+([\w.-]+)", line)
    return [each for each in _recipe(checkout, target[1]) if is_test_run(each)] if target else [line]


def _is_run(checkout: Path, line: str) -> bool:
    target = re.fullmatch(r"make\s+([\w.-]+)", line)
    return is_test_run(line) or bool(target and any(is_test_run(each) for each in _recipe(checkout, target[1])))


def _unwrapped(checkout: Path, line: str, source: str, django: Release, python: Release, depth: int) -> Command:
    """Taken out of `tox` and `make`, as often as one calls the other; anything else stays as it is."""
    try:
        words = shlex.split(line)
    except ValueError:
        words = []
    if not depth or not words:
        return Command(line, source)
    words = words[2:] if words[:2] == ["python", "-m"] and words[2:3] == ["tox"] else words
    if words[0] == "tox":
        only = next((words[at + 1] for at, word in enumerate(words[:-1]) if word in ("-e", "--env")), "")
        only = next((word[2:] for word in words if re.fullmatch(r"-e\S+", word)), only).split(",")[0]
        return _of_tox(checkout, django, python, only) or Command(line, source)
    if words[0] == "make" and len(words) == 2:
        lines = [
            each for each in _recipe(checkout, words[1]) if is_test_run(each) or each.split()[0] in ("tox", "make")
        ]
        if len(lines) == 1:
            return _unwrapped(checkout, lines[0], f"Makefile, {words[1]}", django, python, depth - 1)
        if lines:
            return Command(" && ".join(lines), f"Makefile, {words[1]}")
    return Command(line, source)


def _recipe(checkout: Path, target: str, depth: int = _DEPTH) -> list[str]:
    """The lines of a Makefile's target, with its plain variables filled in; nothing where more is needed.

    A target that has none of its own, but others that it needs, stands for those of them that run tests.
    """
    text = _without_ifdef((Project(checkout).read("Makefile") or b"").decode(errors="replace").replace("\\\n", " "))
    values = dict(re.findall(r"^(?:export\s+)?(\w+)\s*[:?]?=\s*(.*?)\s*$", text, re.MULTILINE))
    found = re.search(
        rf"^(?:[\w.-]+[ \t]+)*{re.escape(target)}(?:[ \t]+[\w.-]+)*[ \t]*::?(?!=)([^\n]*)\n"
        r"((?:\t[^\n]*\n|\s*\n|#[^\n]*\n)*)",
        text + "\n",
        re.MULTILINE,
    )
    lines = []
    for line in (found[2] if found else "").splitlines():
        line = line.strip().lstrip("@-+").strip()
        for _ in range(_DEPTH):
            line = re.sub(r"\$[({](\w+)[)}]", lambda name: values.get(name[1], ""), line)
        line = line.replace("$$", "$")
        if line and not line.startswith("#"):
            lines.append(line)
    if found and not lines and depth:
        for needed in found[1].partition("#")[0].split():
            lines += [line for line in _recipe(checkout, needed, depth - 1) if is_test_run(line)]
    return [] if any("$(" in line for line in lines) else lines


def _without_ifdef(text: str) -> str:
    """As it is where nothing is set: what stands below `ifdef` goes, what stands below its `else` or `ifndef` stays."""
    lines: list[str] = []
    branches: list[bool] = []
    for line in text.splitlines(keepends=True):
        word = line.split()[0] if line.strip() and not line.startswith("\t") else ""
        if word in ("ifdef", "ifndef", "ifeq", "ifneq"):
            branches.append(word != "ifdef")
        elif word == "else" and branches:
            branches[-1] = not branches[-1]
        elif word == "endif" and branches:
            branches.pop()
        elif all(branches):
            lines.append(line)
    return "".join(lines)


def _pytest_config(checkout: Path) -> str:
    project = Project(checkout)
    for name, mark in (("pytest.ini", b"[pytest]"), ("setup.cfg", b"[tool:pytest]"), ("tox.ini", b"[pytest]")):
        if mark in (project.read(name) or b""):
            return name
    try:
        data = tomllib.loads((project.read("pyproject.toml") or b"").decode(errors="replace"))
    except tomllib.TOMLDecodeError:
        return ""
    return "pyproject.toml" if "pytest" in data.get("tool", {}) else ""
