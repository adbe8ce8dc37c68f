"""Which command runs the tests, taken out of tox and make."""

from __future__ import annotations

import pytest

from chairlift.recipes.django.proving.commands import NoTests, find, is_test_run, manage
from tests.recipes.django.proving.services import GREEN, service

TOX = """
    [tox]
    envlist = py38-django{22,32}, quality
    [testenv]
    setenv = DJANGO_SETTINGS_MODULE = site.test
    deps = django22: Django<3
    commands =
        python -m pip list
        pytest tests
        coverage report
    [testenv:quality]
    commands = flake8
"""


def found(folder, files=None, said="", django=(2, 2), tests=GREEN):
    return find(service(folder, files, tests=tests), django, (3, 8), said)


def test_tox_goes_first_with_only_what_tests(tmp_path):
    command = found(tmp_path, {"tox.ini": TOX})
    assert command.line == "pytest tests"
    assert command.env["DJANGO_SETTINGS_MODULE"] == "site.test"
    assert command.tox
    assert command.tox.name == "py38-django22"


def test_the_environment_of_the_target_is_taken(tmp_path):
    command = found(tmp_path, {"tox.ini": TOX}, django=(3, 2))
    assert command.tox
    assert command.tox.name == "py38-django32"


@pytest.mark.parametrize(
    "said", ["tox", "tox -e py38-django22", "tox -epy38-django22,quality", "python -m tox", "make test"]
)
def test_what_was_said_is_taken_out_of_its_wrapping(said, tmp_path):
    files = {"tox.ini": TOX, "Makefile": "E = py38-django22\ntest: clean\n\t@tox -e $(E)\n\nclean:\n\trm -rf x\n"}
    assert found(tmp_path, files, said).line == "pytest tests"


def test_make_is_read_where_it_only_calls_tests(tmp_path):
    files = {
        "Makefile": "PY ?= python\n.PHONY: test\ntest: ## run\n\tmkdir -p out\n\t$(PY) manage.py test \\\n\t--noinput\n"
    }
    command = found(tmp_path, files)
    assert (command.line.split(), command.source) == (["python", "manage.py", "test", "--noinput"], "Makefile, test")


def test_make_without_what_only_a_variable_asks_for(tmp_path):
    """`TOX := tox --` where TOXENV is set, which it is not here."""
    makefile = "ifdef TOXENV\nTOX := tox -- # apart\nendif\ntest: clean\n\t$(TOX)python -Wd -m pytest\n"
    makefile += "ifndef CI\nclean:\n\tcoverage erase\nelse\ntest:\n\tfalse\nendif\n"
    files = {"tox.ini": "[testenv]\ncommands = make test\n", "Makefile": makefile}
    assert found(tmp_path, files).line == "python -Wd -m pytest"


def test_make_that_computes_is_run_as_it_is(tmp_path):
    files = {"Makefile": "test:\n\t$(shell which python) manage.py test\n"}
    assert found(tmp_path, files, "make test").line == "make test"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pytest.ini", "[pytest]\n"),
        ("setup.cfg", "[tool:pytest]\n"),
        ("tox.ini", "[pytest]\n"),
        ("pyproject.toml", "[tool.pytest.ini_options]\n"),
    ],
)
def test_pytest_is_taken_where_it_is_configured(name, text, tmp_path):
    command = found(tmp_path, {name: text})
    assert (command.line, command.source) == ("python -m pytest", name)


def test_else_manage_py(tmp_path):
    assert found(tmp_path).line == "python manage.py test"


def test_manage_py_in_a_folder_runs_there(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "manage.py").write_text("")
    command = find(tmp_path, (2, 2), (3, 8))
    assert (command.line, command.folder) == ("python manage.py test", "src")
    assert manage(tmp_path) == "src/manage.py"


def test_else_what_the_tests_look_like(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text("import unittest\n")
    assert find(tmp_path, (2, 2), (3, 8)).line == "python -m unittest discover"
    (tmp_path / "tests" / "test_b.py").write_text("import pytest\n")
    assert find(tmp_path, (2, 2), (3, 8)).line == "python -m pytest"


def test_no_tests_are_told(tmp_path):
    (tmp_path / "module.py").write_text("")
    with pytest.raises(NoTests, match="no tests were found"):
        find(tmp_path, (2, 2), (3, 8))


def test_a_command_that_cannot_be_split_stays(tmp_path):
    assert found(tmp_path, said="pytest 'open").line == "pytest 'open"


def test_make_and_tox_that_call_each_other_end(tmp_path):
    files = {"tox.ini": "[testenv]\ncommands = make test\n", "Makefile": "test:\n\ttox\n"}
    assert found(tmp_path, files, "make test").line


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("python -Wd ./manage.py test --keepdb", True),
        ("python manage.py --settings x test", True),
        ("coverage run -m pytest", True),
        ("coverage run --source . manage.py test", True),
        ("py.test -x", True),
        ("django-admin test", True),
        ("python -m django test", True),
        ("python tests/runtests.py", True),
        ("python manage.py migrate", False),
        ("python manage.py makemigrations --check", False),
        ("pytest-lint x", False),
        ("pip install pytest-cov", False),
        ("coverage report", False),
        ("flake8 tests", False),
    ],
)
def test_which_lines_run_tests(line, is_one):
    assert is_test_run(line) is is_one
