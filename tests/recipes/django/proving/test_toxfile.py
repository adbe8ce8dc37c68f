"""Reading tox's file: factors, substitutions, and what an environment installs and runs."""

from __future__ import annotations

import pytest

from chairlift.recipes.django.proving.toxfile import ToxFile, best, expand, read

FULL = """
[tox]
envlist = py{38,39}-django{22,32}, quality

[base]
deps =
    -rrequirements/base.txt
    py38: only38

[testenv]
deps =
    django22: Django>=2.2,<2.3
    django32: Django>=3.2,<4.0
    django{22,32}: both
    !django22: not22   # a comment
    {[base]deps}
    -r{toxinidir}/requirements/test.txt
setenv =
    DJANGO_SETTINGS_MODULE = site.test
    py38: OLD = yes
    PATHS = {toxinidir}/a:{env:HOME:/nowhere}
    file|.env
extras =
    test, dev
passenv = *
commands =
    - python -m pytest {posargs:tests} \\
        --cov
    django22: echo old
    echo {envname} {env:MISSING:default} ${HOME}

[testenv:quality]
skip_install = true
changedir = {toxinidir}/sub
commands = flake8
"""


def test_the_list_is_written_out():
    names = ToxFile(FULL).environments()
    assert names == ("py38-django22", "py38-django32", "py39-django22", "py39-django32", "quality")


def test_an_environment_is_filled_in():
    found = ToxFile(FULL).environment("py38-django22")
    assert found.deps == (
        *("Django>=2.2,<2.3", "both", "-rrequirements/base.txt", "only38", "-r/box/checkout/requirements/test.txt"),
    )
    assert found.commands == (
        "python -m pytest tests --cov",
        "echo old",
        "echo py38-django22 default ${HOME}",
    )
    assert found.env["DJANGO_SETTINGS_MODULE"] == "site.test"
    assert found.env["OLD"] == "yes"
    assert found.env["PATHS"] == "/box/checkout/a:/nowhere"
    assert found.extras == ("test", "dev")
    assert (found.installs, found.folder) == (True, ".")


def test_other_factors_give_other_lines():
    found = ToxFile(FULL).environment("py39-django32")
    assert "Django>=3.2,<4.0" in found.deps
    assert "not22" in " ".join(found.deps)
    assert "Django>=2.2,<2.3" not in found.deps
    assert "OLD" not in found.env


def test_a_section_of_its_own_goes_first():
    found = ToxFile(FULL).environment("quality")
    assert (found.commands, found.folder, found.installs) == (("flake8",), "sub", False)


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("py38", ["py38"]),
        ("py{38,39}", ["py38", "py39"]),
        ("py{38, 39}-{a,b}", ["py38-a", "py38-b", "py39-a", "py39-b"]),
        ("py38{,-x}", ["py38", "py38-x"]),
    ],
)
def test_generative_names(name, names):
    assert expand(name) == names


def test_the_best_environment_is_of_the_django_then_of_the_python():
    names = ["quality", "py38-django22", "py38-django32", "py39-django32"]
    assert best(names, (3, 2), (3, 9))[0] == "py39-django32"
    assert best(names, (3, 2), (3, 10))[0] == "py38-django32"
    assert best(names, (4, 2), (3, 8))[:2] == ["py38-django22", "py38-django32"]
    assert best(["py3.9-dj32", "x"], (3, 2), (3, 9))[0] == "py3.9-dj32"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tox.ini", "[testenv]\ncommands = pytest\n"),
        ("setup.cfg", "[tox:tox]\nenvlist = py38\n[testenv]\ncommands = pytest\n"),
        ("pyproject.toml", '[tool.tox]\nlegacy_tox_ini = """\n[testenv]\ncommands = pytest\n"""\n'),
    ],
)
def test_every_place_is_read(name, text, tmp_path):
    (tmp_path / name).write_text(text)
    file = read(tmp_path)
    assert file
    assert file.environment("py38").commands == ("pytest",)


@pytest.mark.parametrize("text", ["", "no section [testenv\n", "[tox]\nenvlist = py38\n", "[testenv\n"])
def test_what_is_no_tox_file_is_none(text, tmp_path):
    (tmp_path / "tox.ini").write_text(text)
    assert read(tmp_path) is None


def test_a_substitution_that_goes_round_ends():
    text = "[testenv]\ndeps = {[testenv]deps}\ncommands = {[a]b}\n[a]\nb = {[a]b}\n"
    assert ToxFile(text).environment("x").deps is not None
