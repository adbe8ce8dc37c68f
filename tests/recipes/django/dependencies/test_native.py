"""Real uv, Poetry, PDM and Pipenv lock again, against an index on this machine: only what must move moves."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chairlift.recipes.django.book import Book
from chairlift.recipes.django.changing import move
from chairlift.recipes.django.dependencies import native
from chairlift.recipes.django.dependencies.resolving import Resolver, uv
from chairlift.recipes.django.findings import Weight
from chairlift.recipes.django.project import Project
from chairlift.testing.recipes import read_files, write_files
from tests.recipes.django.dependencies.wheels import wheel
from tests.recipes.django.index import served

MANIFESTS = {
    "uv.lock": """
[project]
name = "shop"
version = "0.1.0"
requires-python = ">=3.8"
dependencies = ["django~=2.2.0", "tick"]
[[tool.uv.index]]
url = "{url}"
default = true
""",
    "poetry.lock": """
[tool.poetry]
name = "shop"
version = "0.1.0"
description = ""
authors = []
package-mode = false
[tool.poetry.dependencies]
python = "^3.8"
django = "~2.2.0"
tick = "*"
[[tool.poetry.source]]
name = "local"
url = "{url}"
priority = "primary"
""",
    "pdm.lock": """
[project]
name = "shop"
version = "0.1.0"
requires-python = ">=3.8"
dependencies = ["django~=2.2.0", "tick"]
[[tool.pdm.source]]
name = "pypi"
url = "{url}"
verify_ssl = false
""",
    "Pipfile.lock": """
[[source]]
name = "pypi"
url = "{url}"
verify_ssl = false
[packages]
tick = "*"
django = "~=2.2.0"
""",
}
COMMANDS = {
    "uv.lock": ["lock"],
    "poetry.lock": ["tool", "run", "--from", "poetry==1.8.3", "poetry", "lock", "-n"],
    "pdm.lock": ["tool", "run", "--with", "hishel<2", "--from", "pdm>=2.12,<3", "pdm", "lock"],
    "Pipfile.lock": ["tool", "run", "--from", "pipenv==2024.4.1", "pipenv", "--python", sys.executable, "lock"],
}
BY = Resolver(sys.version_info[:2], Path(sys.executable))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("index")
    wheel(folder, "Django", "2.2.24", ["pytz"])
    wheel(folder, "Django", "3.2.24", ["pytz", "asgiref"])
    wheel(folder, "Django", "3.2.25", ["pytz", "asgiref"])
    for name in ("asgiref", "pytz"):
        wheel(folder, name, "1.0")
    wheel(folder, "tick", "1.0", ["Django>=2.2"])
    wheel(folder, "strict", "1.0", ["Django<3"])
    with served(folder) as url:
        # What comes out later is nothing that has to move.
        wheel(folder, "pytz", "2.0")
        (folder / "pytz-2.0-py3-none-any.whl").rename(folder / "later.whl")
        yield url


@pytest.fixture(params=list(MANIFESTS))
def service(request: pytest.FixtureRequest, tmp_path: Path, address: str) -> tuple[Path, str]:
    """A checkout that its own tool has locked on Django 2.2, and the name of its lock file."""
    name: str = request.param
    write_files(tmp_path, {_manifest(name): MANIFESTS[name].replace("{url}", address)})
    env = {**os.environ, "PIPENV_IGNORE_VIRTUALENVS": "1", "WORKON_HOME": str(tmp_path / ".venv"), "PIPENV_NOSPIN": "1"}
    command = [*uv(), *COMMANDS[name]]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, env=env)
    if not (tmp_path / name).exists():
        pytest.skip(f"{name} IS NOT TESTED: its tool could not be had: {done.stdout[-300:]} {done.stderr[-300:]}")
    assert native.packages((tmp_path / name).read_text())["django"] == "2.2.24"
    for made in (".venv", ".pdm-python"):
        subprocess.run(["rm", "-rf", made], cwd=tmp_path, check=True)
    return tmp_path, name


def _manifest(name: str) -> str:
    return "Pipfile" if name == "Pipfile.lock" else "pyproject.toml"


def raised(root: Path, name: str) -> None:
    manifest = root / _manifest(name)
    manifest.write_text(manifest.read_text().replace("~=2.2.0", "~=3.2.0").replace("~2.2.0", "~3.2.0"))


def test_django_moves_and_what_it_needs_comes(service: tuple[Path, str]) -> None:
    root, name = service
    raised(root, name)
    before = read_files(root)
    found = native.lock(Project(root), name, (3, 2), BY, {})
    assert not found.why
    assert found.moved == {"django": ("2.2.24", "3.2.25"), "asgiref": ("", "1.0")}
    assert native.packages(found.text) == {**native.packages(before[name]), "django": "3.2.25", "asgiref": "1.0"} | (
        {"shop": "0.1.0"} if name == "uv.lock" else {}
    )
    assert read_files(root) == before, "nothing is written into the checkout"
    (root / name).write_text(found.text)
    again = native.lock(Project(root), name, (3, 2), BY, {})
    assert (again.text, again.moved) == (found.text, {}), "a second run changes nothing"


def test_what_keeps_the_target_out_is_said(service: tuple[Path, str]) -> None:
    root, name = service
    raised(root, name)
    manifest = root / _manifest(name)
    text = (
        manifest.read_text().replace('"tick"]', '"tick", "strict"]').replace('tick = "*"', 'tick = "*"\nstrict = "*"')
    )
    manifest.write_text(text)
    found = native.lock(Project(root), name, (3, 2), BY, {})
    assert "strict" in found.why
    assert not found.text


def test_the_change_writes_it_and_tells_what_moved(service: tuple[Path, str]) -> None:
    root, name = service
    raised(root, name)
    book = Book(root)
    assert move(book, (3, 2), BY, {}) == {"django", "asgiref"}
    assert book.pins() == {"asgiref": ("", "1.0"), "django": ("2.2.24", "3.2.25")}
    assert [each.path for each in book.touched()] == [name]
    assert not book.findings


def test_a_tool_that_cannot_lock_leaves_the_file_and_a_word(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "[project]\nname = 'shop'\n",
        "uv.lock": "[[package]]\nname = 'django'\nversion = '2.2.24'\n",
    }
    write_files(tmp_path, files)
    book = Book(tmp_path)
    move(book, (3, 2), BY, {})
    assert read_files(tmp_path) == files
    (finding,) = book.findings
    assert (finding.path, finding.weight, finding.how) == ("uv.lock", Weight.MUST, "run `uv lock`")
    assert finding.text.startswith("uv.lock is written by its own tool, which has to lock Django 3.2: ")


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("# This file is automatically @generated by Poetry 1.4.2 and should not be changed by hand.\n", "1.4.2"),
        ('[metadata]\nlock-version = "1.1"\n', "1.2.2"),
        ('[metadata]\nlock-version = "2.0"\n', "1.8.5"),
        ("", "2.1.4"),
    ],
)
def test_the_poetry_that_wrote_it_writes_it_again(text: str, version: str, tmp_path: Path) -> None:
    write_files(tmp_path, {"pyproject.toml": "", "poetry.lock": text})
    argv, _ = native.command(tmp_path, "poetry.lock", text, BY, {})
    assert f"poetry=={version}" in argv
    assert ("--no-update" in argv) == version.startswith("1.")


def test_the_day_of_the_run_does_not_stay_in_the_lock(tmp_path: Path, address: str) -> None:
    write_files(tmp_path, {"pyproject.toml": MANIFESTS["uv.lock"].replace("{url}", address)})
    subprocess.run([*uv(), "lock", "--quiet"], cwd=tmp_path, check=True)
    raised(tmp_path, "uv.lock")
    by = Resolver(BY.python, BY.interpreter, exclude_newer="2022-01-01")
    found = native.lock(Project(tmp_path), "uv.lock", (3, 2), by, {})
    assert found.moved
    assert "exclude-newer" not in found.text


@pytest.mark.parametrize("name", [each for each in native.LOCKS if each != "uv.lock"])
def test_offline_no_tool_is_let_loose(name: str, tmp_path: Path) -> None:
    locked = '{"default": {"django": {"version": "==2.2.24"}}}' if name == "Pipfile.lock" else ""
    write_files(tmp_path, {_manifest(name): "", name: locked})
    found = native.lock(Project(tmp_path), name, (3, 2), Resolver(BY.python, BY.interpreter, extra=("--offline",)), {})
    assert found.why.startswith("the network was disabled")


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ('django = "~=3.2.0"', "django~=3.2.0"),
        ('Django = {version = ">=3", extras = ["argon2"]}', "Django[argon2]>=3"),
        ('django = "*"', "django"),
        ('six = "*"', "django"),
    ],
)
def test_pipenv_is_told_what_the_pipfile_says(said: str, asked: str, tmp_path: Path) -> None:
    write_files(tmp_path, {"Pipfile": f"[packages]\n{said}\n"})
    assert native.command(tmp_path, "Pipfile.lock", "{}", BY, {})[0][-1] == asked


@pytest.mark.parametrize(("group", "dev"), [("packages", False), ("dev-packages", True)])
def test_pipenv_is_told_in_which_group_it_is(group: str, dev: bool, tmp_path: Path) -> None:
    write_files(tmp_path, {"Pipfile": f'[{group}]\ndjango = "~=3.2.0"\n[packages.six]\nversion = "*"\n'})
    argv = native.command(tmp_path, "Pipfile.lock", "{}", BY, {"six": ""})[0]
    assert ("--dev" in argv) is dev
    assert argv[-2:] == ["six", "django~=3.2.0"]
