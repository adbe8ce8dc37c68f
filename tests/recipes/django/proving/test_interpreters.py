"""Which Python is taken, by what a service declares and a Django allows."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from chairlift.recipes.django.proving import interpreters
from chairlift.recipes.django.proving.interpreters import Interpreter, NoPython, choose, declared, probe

HERE = [Interpreter((3, minor, 1), Path(f"/p/3.{minor}/bin/python"), Path(f"/p/3.{minor}")) for minor in (8, 9, 11, 12)]


@pytest.mark.parametrize(
    ("name", "text", "exact"),
    [
        (".python-version", "3.8.18\n", [(3, 8)]),
        (".python-version", "cpython-3.9\n", [(3, 9)]),
        (".python-version", "pypy3\n", []),
        ("runtime.txt", "python-3.8.10\n", [(3, 8)]),
        (".tool-versions", "nodejs 12.1\npython 3.9.1\n", [(3, 9)]),
        ("Dockerfile", "FROM registry.example.com/library/python:3.8-slim\n", [(3, 8)]),
        ("Dockerfile", "FROM ubuntu:20.04\n", []),
        ("tox.ini", "[tox]\nenvlist = py38-django22\n", [(3, 8)]),
        ("tox.ini", "[testenv]\nbasepython = python3.9\n", [(3, 9)]),
        ("Pipfile", '[requires]\npython_version = "3.8"\n', [(3, 8)]),
    ],
)
def test_exact_versions_are_read(name, text, exact, tmp_path):
    (tmp_path / name).write_text(text)
    assert declared(tmp_path).exact == tuple(exact)


@pytest.mark.parametrize(
    ("name", "text", "allowed", "refused"),
    [
        ("pyproject.toml", '[project]\nrequires-python = ">=3.8.1,<3.10"\n', (3, 8), (3, 10)),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.8"\n', (3, 11), (3, 7)),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "~3.8"\n', (3, 8), (3, 9)),
        ("setup.cfg", "[options]\npython_requires = >=3.9\n", (3, 9), (3, 8)),
        ("setup.py", "setup(python_requires='>=3.6, <3.9')\n", (3, 8), (3, 9)),
    ],
)
def test_bounds_are_read(name, text, allowed, refused, tmp_path):
    (tmp_path / name).write_text(text)
    assert declared(tmp_path).allows(allowed)
    assert not declared(tmp_path).allows(refused)


@pytest.mark.parametrize(
    "text",
    [
        "[broken",
        '[project]\nrequires-python = "any"\n',
        "\udc80".encode(errors="surrogatepass").decode(errors="replace"),
    ],
)
def test_what_cannot_be_read_declares_nothing(text, tmp_path):
    (tmp_path / "pyproject.toml").write_text(text)
    (tmp_path / "setup.cfg").write_text(text)
    assert declared(tmp_path) == declared(tmp_path / "nowhere")


def test_the_declared_one_is_taken(tmp_path):
    (tmp_path / ".python-version").write_text("3.8")
    assert choose((2, 2), tmp_path, here=HERE).release == (3, 8)


def test_without_a_word_it_is_the_newest_that_this_django_runs_on(tmp_path):
    assert choose((2, 2), tmp_path, here=HERE).release == (3, 9)
    assert choose((4, 2), tmp_path, here=HERE).release == (3, 12)


def test_one_that_this_django_cannot_do_gives_way(tmp_path):
    (tmp_path / ".python-version").write_text("3.8")
    (tmp_path / "setup.py").write_text("setup(python_requires='<3.9')")
    assert choose((5, 2), tmp_path, here=HERE).release == (3, 12)


def test_a_wish_goes_before_what_is_declared(tmp_path):
    (tmp_path / ".python-version").write_text("3.8")
    assert choose((4, 2), tmp_path, (3, 11), here=HERE).release == (3, 11)


def test_a_wish_that_django_refuses_is_refused(tmp_path):
    with pytest.raises(NoPython, match=r"Django 5\.2 does not run on Python 3\.8, but on 3\.10 or"):
        choose((5, 2), tmp_path, (3, 8), here=HERE)


def test_what_is_missing_is_named_with_the_remedy(tmp_path):
    with pytest.raises(
        NoPython, match=r"needs Python 3\.7 or 3\.6 here, and this machine has 3\.8.*uv python install 3\.7"
    ):
        choose((2, 1), tmp_path, here=HERE)


def test_what_really_starts_is_found():
    found = {each.release: each for each in interpreters.installed()}
    assert found
    for each in found.values():
        assert each.path.is_absolute()
        assert each.path.exists()
        assert not (each.home / "pyvenv.cfg").exists()


def test_this_python_says_what_it_is():
    found = probe(Path(sys.executable))
    assert found
    assert found.version == sys.version_info[:3]
    assert found.home == Path(sys.base_prefix)


def test_a_shim_with_nothing_behind_it_is_none(tmp_path):
    shim = tmp_path / "python3.8"
    shim.write_text("#!/bin/sh\necho 'pyenv: version 3.8 is not installed' >&2\nexit 127\n")
    shim.chmod(0o755)
    assert probe(shim) is None
    assert probe(tmp_path / "nothing") is None
