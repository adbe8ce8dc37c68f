"""Pins are raised where they are understood; everything else stays as it was, and is said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import assume, given
from packaging.requirements import Requirement
from packaging.version import Version

from chairlift.recipes.bump import Target, bump, raised

SERIES, EXACT = Target(Version("3.2")), Target(Version("3.2.25"))


def lines(name: str, text: str, target: Target = SERIES) -> tuple[str, list[str]]:
    new, notes = bump(name, text, "django", target)
    return new, [f"{note.line}: {note.text}" for note in notes]


@pytest.mark.parametrize(
    ("before", "series", "exact"),
    [
        ("Django==2.2.28", "Django==3.2.*", "Django==3.2.25"),
        ("django == 2.2.*", "django == 3.2.*", "django == 3.2.25"),
        ("Django>=2.2,<3.0", "Django>=2.2,<3.3", "Django>=2.2,<3.3"),
        ("Django >= 2.2 , < 2.3", "Django >= 2.2 , < 3.3", "Django >= 2.2 , < 3.3"),
        ("Django<3.2", "Django<3.3", "Django<3.3"),
        ("Django<=2.2.28", "Django<3.3", "Django<3.3"),
        ("Django (>=2.2,<3)", "Django (>=2.2,<3.3)", "Django (>=2.2,<3.3)"),
        ("Django~=2.2", "Django~=3.2", "Django~=3.2"),
        ("Django~=2.2.5", "Django~=3.2.0", "Django~=3.2.25"),
        ("Django[argon2]==2.2.1", "Django[argon2]==3.2.*", "Django[argon2]==3.2.25"),
        ("Django==2.2; extra=='x'", "Django==3.2.*; extra=='x'", "Django==3.2.25; extra=='x'"),
        ("Django>=2.2b1,!=2.2.3,<3", "Django>=2.2b1,!=2.2.3,<3.3", "Django>=2.2b1,!=2.2.3,<3.3"),
        ("Django==3.2.10", "Django==3.2.10", "Django==3.2.25"),
    ],
)
def test_what_is_raised(before: str, series: str, exact: str) -> None:
    for target, after in ((SERIES, series), (EXACT, exact)):
        found = raised(before, "django", target)
        assert found is not None
        assert (found.text, found.left) == (after, "")


@pytest.mark.parametrize(
    "text",
    [
        *("Django", "Django>=2.2", "Django<4.0", "Django>=3.2,<4", "Django==3.2.*", "Django!=2.2", "Django>=3.2rc1"),
        *("Django==4.0", "Django>=4.0", "Django>=4.2,<5", "Django~=4.1.3", "Django==3.2.25", "Django==3.2.30"),
    ],
)
def test_what_is_there_already_or_newer_stays(text: str) -> None:
    for target in (SERIES, EXACT):
        found = raised(text, "django", target)
        assert found is not None
        assert (found.text, found.left) == (text, "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Django @ https://x.org/d.zip", "it is taken from a link"),
        ("Django===2.2", "=== compares texts"),
        ("git+https://x.org/django@main#egg=Django", "this is no requirement with a version"),
        ("Django 2.2", "this is no requirement with a version"),
        ("django = 2.2", "this is no requirement with a version"),
        ("Django>=2.2,<3,!=3.2.*", "what it says keeps 3.2 out"),
    ],
)
def test_what_is_not_understood_is_left_alone(text: str, why: str) -> None:
    found = raised(text, "django", SERIES)
    assert found is not None
    assert found.text == text
    assert why in found.left


@pytest.mark.parametrize(
    "text", ["django-filter==2.2", "djangorestframework<3", "git+https://x.org/y", "-r base.txt", ""]
)
def test_other_packages_are_none_of_our_business(text: str) -> None:
    assert raised(text, "django", SERIES) is None


_VERSIONS = st.builds("{}.{}".format, st.integers(1, 5), st.integers(0, 3)) | st.just("2.2.28")
_CLAUSES = st.builds("{}{}".format, st.sampled_from(["==", "~=", "<", "<=", ">=", ">", "!="]), _VERSIONS)


@given(st.lists(_CLAUSES, max_size=3).map(",".join), st.sampled_from([SERIES, EXACT]))
def test_raising_lowers_nothing_and_twice_is_once(clauses: str, target: Target) -> None:
    found = raised(f"Django{clauses}", "django", target)
    assert found is not None
    assume(not found.left)
    again = raised(found.text, "django", target)
    assert again == found
    old, new = Requirement(f"Django{clauses}").specifier, Requirement(found.text).specifier
    known = [f"{major}.{minor}" for major in range(1, 7) for minor in range(4)]
    before = [version for version in known if old.contains(version)]
    after = [version for version in [*known, "3.2.25"] if new.contains(version)]
    assert not before or Version(after[-1]) >= min(Version(before[-1]), target.version)


# Files

REQUIREMENTS = """\
# Django==2.2 is what we run
-r base.in
--index-url https://x.org/simple
asgiref==3.2.10    # via django
Django==2.2.28     # pinned, see #12
  django>=2.2,<3 \\
# via -r base.in
django-filter==2.2
"""


def test_comments_and_formatting_are_kept() -> None:
    new, said = lines("base.txt", REQUIREMENTS)
    assert new == REQUIREMENTS.replace("Django==2.2.28 ", "Django==3.2.* ").replace(
        "django>=2.2,<3 ", "django>=2.2,<3.3 "
    )
    assert said == ["5: Django==2.2.28 -> Django==3.2.*", "6: django>=2.2,<3 -> django>=2.2,<3.3"]


def test_windows_lines_and_a_missing_last_one() -> None:
    assert lines("base.txt", "a==1\r\nDjango==2.2\r\nb==1")[0] == "a==1\r\nDjango==3.2.*\r\nb==1"
    assert lines("base.txt", "Django==2.2")[0] == "Django==3.2.*"


@pytest.mark.parametrize("text", ["Django==2.2.28 --hash=sha256:ab\n", "Django==2.2.28 \\\n    --hash=sha256:ab\n"])
def test_hashes_would_no_longer_match(text: str) -> None:
    new, said = lines("base.txt", text)
    assert new == text
    assert said == ["1: Django==2.2.28 was left alone: it is pinned by its hash; compile the file again"]


def test_a_hash_of_the_next_line_is_not_ours() -> None:
    assert lines("base.txt", "Django==2.2\nb==1 --hash=sha256:ab\n")[0] == "Django==3.2.*\nb==1 --hash=sha256:ab\n"


SETUP = """\
[metadata]
name = django
description = Django==2.2 for all
[options]
install_requires =
    Django>=2.2,<3.0
    six
python_requires = >=3.6
[options.extras_require]
test = Django==2.2.28; python_version < "3.8"
"""


def test_setup_cfg_only_where_requirements_stand() -> None:
    new, said = lines("setup.cfg", SETUP)
    assert new == SETUP.replace(">=2.2,<3.0", ">=2.2,<3.3").replace("Django==2.2.28;", "Django==3.2.*;")
    assert [each.partition(":")[0] for each in said] == ["6", "10"]


TOX = """\
[tox]
envlist = py38-django22
[testenv]
deps =
    django22: Django>=2.2,<2.3
    -r requirements/test.txt
    Django==2.2
commands = pip install Django==2.2
[testenv:docs]
deps = Django~=2.2.0
"""


def test_tox_factors_are_left_to_people() -> None:
    new, said = lines("tox.ini", TOX)
    assert new == TOX.replace("    Django==2.2\n", "    Django==3.2.*\n").replace("~=2.2.0", "~=3.2.0")
    assert said[0] == "5: Django>=2.2,<2.3 was left alone: it belongs to django22: add a factor for 3.2"


def test_a_factor_for_the_new_version_alone_is_not_the_upgrade() -> None:
    _, notes = bump("tox.ini", "[testenv]\ndeps =\n    django32: Django>=3.2,<3.3\n", "django", SERIES)
    assert [note.done for note in notes] == [False]


PROJECT = """\
[build-system]
requires = ["hatchling", 'Django<3']
[project]
name = "x" # Django==2.2
dependencies = [
    "Django >=2.2, <3.0",  # keep
    "django-filter==2.2",
]
[project.optional-dependencies]
old = ["django==2.2; python_version < '3.8'"]
[dependency-groups]
test = [{ include-group = "x" }, "Django==2.2.28"]
[tool.poetry.dependencies]
django = "^2.2"
"""


def test_pyproject_by_the_standards_and_poetry_by_hand() -> None:
    new, said = lines("pyproject.toml", PROJECT)
    assert new == (
        PROJECT.replace("'Django<3'", "'Django<3.3'")
        .replace('"Django >=2.2, <3.0"', '"Django >=2.2, <3.3"')
        .replace('"django==2.2;', '"django==3.2.*;')
        .replace('"Django==2.2.28"', '"Django==3.2.*"')
    )
    assert said[-1] == "1: the range in tool.poetry.dependencies was left alone: raise it by hand"
    assert "6: Django >=2.2, <3.0 -> Django >=2.2, <3.3" in said


@pytest.mark.parametrize(
    "text", ["[project", "a = " + "[" * 9000, "project = 1", "project.dependencies = 'Django'", ""]
)
def test_a_strange_pyproject_is_left_alone(text: str) -> None:
    assert lines("pyproject.toml", text)[0] == text


def test_a_requirement_in_escapes_is_left_alone() -> None:
    text = 'project.dependencies = ["Django\\u003d=2.2"]\n'
    assert lines("pyproject.toml", text) == (text, ["1: Django==2.2 was left alone: it is written in an unusual way"])


@given(st.text(max_size=60), st.sampled_from(["base.txt", "setup.cfg", "tox.ini", "pyproject.toml"]))
def test_garbage_is_left_alone(text: str, name: str) -> None:
    assert bump(name, text, "django", SERIES)[0] == text


# The program


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "chairlift.recipes.bump", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=dict(os.environ), check=False)


def test_the_program_edits_all_files_once(tmp_path: Path) -> None:
    texts = {
        "requirements.txt": "Django==2.2\n",
        "requirements-dev.txt": "-r requirements.txt\n",
        "constraints.txt": "Django<2.3\n",
        "requirements/edx/base.in": "Django\n",
        "requirements/base.txt": "django==2.2.28\n",
        "tox.ini": TOX,
        "notes.txt": "Django==2.2\n",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "requirements" / "link.txt").symlink_to("../notes.txt")
    (tmp_path / "requirements" / "latin.txt").write_bytes(b"# \xe9\nDjango==2.2\n")
    (tmp_path / "packaging.py").write_text("raise SystemExit('a module of the checkout was imported')\n")

    first = run(tmp_path, "django", "3.2.25")
    assert (first.returncode, first.stderr) == (0, "")
    assert (tmp_path / "requirements.txt").read_text() == "Django==3.2.25\n"
    assert (tmp_path / "constraints.txt").read_text() == "Django<3.3\n"
    assert (tmp_path / "requirements" / "base.txt").read_text() == "django==3.2.25\n"
    assert (tmp_path / "notes.txt").read_text() == texts["notes.txt"]
    assert "finding: requirements/latin.txt was left alone: it is not UTF-8" in first.stdout.splitlines()
    assert "requirements/base.txt:1: django==2.2.28 -> django==3.2.25" in first.stdout.splitlines()

    state = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    second = run(tmp_path, "django", "3.2.25")
    assert second.returncode == 0
    assert "->" not in second.stdout
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == state


@pytest.mark.parametrize("text", ["flask==1.0\n", "Django==2.2 --hash=sha256:ab\n", "Django @ https://x.org/d.zip\n"])
def test_nothing_raised_is_no_success(tmp_path: Path, text: str) -> None:
    """Else a service whose pins nobody understands would count as upgraded."""
    (tmp_path / "requirements.txt").write_text(text)
    found = run(tmp_path, "Django", "3.2")
    assert found.returncode == 1
    assert "no requirement of Django was found that could be raised" in found.stderr
    assert (tmp_path / "requirements.txt").read_text() == text


@pytest.mark.parametrize(("version", "said"), [("new", "'new' is no version"), ("3", "'3' is too short: write 3.0")])
def test_a_version_that_is_none(tmp_path: Path, version: str, said: str) -> None:
    found = run(tmp_path, "Django", version)
    assert found.returncode == 2
    assert said in found.stderr
