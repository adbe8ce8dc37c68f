"""How projects of some years ago install and run their tests, which today's tools no longer take as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from chairlift.programs import run
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.proving import commands
from chairlift.recipes.django.proving.environments import built
from chairlift.recipes.django.proving.evidence import Built, State, Wish
from chairlift.recipes.django.proving.interpreters import Interpreter, choose, for_both
from chairlift.recipes.django.proving.order import Order
from chairlift.recipes.django.proving.prove import prove
from chairlift.recipes.django.proving.tests import last_words
from chairlift.recipes.django.proving.toxfile import ToxFile
from chairlift.recipes.django.proving.wanted import find, for_setup_test, own_requirements, spelled_out
from chairlift.recipes.django.releases import Leg, Stage
from chairlift.testing.recipes import write_files
from tests.recipes.django.proving.services import STORE, in_a_sandbox, on_django, service

SETUP = """
from setuptools import setup
setup(name="{name}", version="1.0", packages=["shop"], install_requires=["django>=2.2,<2.3"])
"""


def environment(folder: Path, wish: Wish, **said: str) -> tuple[Path, Built]:
    made = service(folder, said)
    with built(Order(made, find(Project(made)), choose(wish.django, made), wish), STORE) as (home, found):
        return home, found


# ---- what is installed ----


@in_a_sandbox
@on_django((2, 2))
def test_a_release_that_was_taken_back_is_replaced_by_the_oldest_that_is_left(tmp_path: Path) -> None:
    wish = Wish((2, 2), newest="2021-10-15")
    _, found = environment(tmp_path, wish, **{"requirements.txt": "django==2.2.24\natomicwrites\n"})
    assert found.ok, found.log
    assert (found.installed["atomicwrites"], found.installed["django"]) == ("1.4.1", "2.2.24")
    assert [note for note in found.notes if note.startswith("no release of atomicwrites is left from then")]


@in_a_sandbox
@on_django((2, 2))
def test_a_repository_that_cannot_be_had_is_taken_from_the_index(tmp_path: Path) -> None:
    lines = "django==2.2.28\n-r more/extra.txt\n"
    files = {"requirements.txt": lines, "more/extra.txt": "git://github.invalid/a/ddt.git@abc#egg=ddt\n"}
    _, found = environment(tmp_path, Wish((2, 2)), **files)
    assert found.ok, found.log
    assert "ddt" in found.installed
    assert "ddt was taken from the index: its repository cannot be had here" in found.notes


@in_a_sandbox
@on_django((2, 2))
def test_a_repository_without_a_name_is_left_out_and_never_guessed(tmp_path: Path) -> None:
    """What lies in the index under the last part of its address may be anybody's."""
    lines = "django==2.2.28\ngit+https://github.invalid/a/ddt.git@main\n"
    _, found = environment(tmp_path, Wish((2, 2)), **{"requirements.txt": lines})
    assert found.ok, found.log
    assert "ddt" not in found.installed
    assert any(note.startswith("left out: what is at https://github.invalid/a/ddt.git") for note in found.notes)


@in_a_sandbox
@on_django((2, 2))
def test_a_package_that_cannot_be_installed_in_place_is_tested_in_place_all_the_same(tmp_path: Path) -> None:
    """setuptools of that day can only copy it: then its tests would import the copy."""
    files = {"setup.py": SETUP.format(name="in-place"), "requirements.txt": "", "shop/copied.py": "WHERE = __file__\n"}
    files["requirements.txt"] = "-e .\n"
    wish = Wish((2, 2), newest="2021-05-01")
    home, found = environment(tmp_path, wish, **files)
    assert found.ok, found.log
    assert any("installed as a copy" in note for note in found.notes)
    assert found.installed["in-place"] == "1.0", "its metadata is there"
    (site,) = home.glob("lib/python*/site-packages")
    assert not (site / "shop").exists()
    where = run([str(home / "bin" / "python"), "-c", "import sys; print(sys.path)"], cwd=tmp_path, seconds=20).out
    assert "/box/checkout" in (site / "zz_checkout.pth").read_text()
    assert where
    assert prove(tmp_path, wish, STORE).state is State.ABSENT
    tests = (
        "from django.test import TestCase\nimport shop\n\nclass A(TestCase):\n    def test_a(self):\n"
        "        assert shop.__file__ == '/box/checkout/shop/__init__.py', shop.__file__\n"
    )
    assert prove(service(tmp_path, files, tests=tests), wish, STORE).state is State.PASSED


@in_a_sandbox
@on_django((2, 2))
def test_a_package_that_cannot_be_built_is_put_on_the_path(tmp_path: Path) -> None:
    setup = "from pip.req import parse_requirements\n" + SETUP.format(name="no-build").replace("2.3'", "2.3', 'ddt'")
    setup = setup.replace('"django>=2.2,<2.3"', '"django>=2.2,<2.3", "ddt"')
    tests = (
        "from django.test import TestCase\nimport ddt, shop\n\nclass A(TestCase):\n    def test_a(self):\n"
        "        assert shop.__file__ == '/box/checkout/shop/__init__.py', shop.__file__\n"
    )
    made = service(tmp_path, {"setup.py": setup, "below/x": ""}, tests=tests)
    (made / "requirements.txt").unlink()
    command = "cd below && python ../manage.py test shop"
    found = prove(made, Wish((2, 2), tests=command, checks=False), STORE)
    assert found.state is State.PASSED, (found.why, found.built.log, found.output[-1500:])
    assert any(note.startswith("not installed, but put on the path as it is") for note in found.built.notes)


def test_what_a_package_needs_is_read_without_running_it(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "[project]\ndependencies = ['django']\n"
        "[project.optional-dependencies]\ntest = ['ddt']\nx = ['no']\n",
        "setup.cfg": "[options]\ninstall_requires =\n    six\n    mock>=1\n"
        "[options.extras_require]\ntests =\n    nose\n",
        "setup.py": "setup(install_requires=['pytz'], extras_require={'test': ['freezegun']})\n",
    }
    write_files(tmp_path, files)
    found = own_requirements(Project(tmp_path))
    assert sorted(found) == ["ddt", "django", "freezegun", "mock>=1", "nose", "pytz", "six"]


def test_includes_are_spelled_out_with_the_paths_of_the_box(tmp_path: Path) -> None:
    files = {
        "requirements/test.txt": "-r base.txt  # all\n-c limits.txt\nddt\n-e .\n-e ./libs/a[x]\n--index-url https://x/\n",
        "requirements/base.txt": "django \\\n  --hash=sha256:00\n-r test.txt\n.\n",
    }
    write_files(tmp_path, files)
    assert spelled_out(Project(tmp_path), ["-r /box/checkout/requirements/test.txt", "six"]) == [
        "django    --hash=sha256:00",
        "/box/checkout",
        "-c /box/checkout/requirements/limits.txt",
        "ddt",
        "-e /box/checkout",
        "-e /box/checkout/libs/a[x]",
        "--index-url https://x/",
        "six",
    ]


def test_what_setup_py_would_fetch_for_its_tests_is_known(tmp_path: Path) -> None:
    text = (
        "needs = ['mock', 'nose']\nsetup(setup_requires='setuptools_scm', tests_require=needs, install_requires=odd())"
    )
    write_files(tmp_path, {"setup.py": text})
    assert for_setup_test(Project(tmp_path)) == ("setuptools_scm", "mock", "nose")


# ---- what is run ----


def test_a_target_that_only_needs_others_is_those_that_run_tests(tmp_path: Path) -> None:
    makefile = (
        "flake8:\n\tflake8 shop\nruntests:\n\tcoverage run `which django-admin.py` test shop\n"
        "report:\n\tcoverage report\ntest: flake8 runtests report\n.PHONY: test\n"
    )
    write_files(tmp_path, {"Makefile": makefile})
    found = commands.find(tmp_path, (2, 2), (3, 8))
    assert found.line == "coverage run `which django-admin.py` test shop"


def test_targets_that_need_each_other_end(tmp_path: Path) -> None:
    write_files(tmp_path, {"Makefile": "test: check\ncheck: test\n", "manage.py": ""})
    assert commands.find(tmp_path, (2, 2), (3, 8)).line == "python manage.py test"


@pytest.mark.parametrize(
    ("name", "folder"), [("core-py38", "."), ("example-py38", "example_project"), ("docs-py38", "docs")]
)
def test_the_folder_of_tox_may_depend_on_a_factor(name: str, folder: str) -> None:
    text = "[testenv]\nchangedir =\n    example: example_project\n    docs: docs\ncommands = pytest\n"
    assert ToxFile(text).environment(name).folder == folder


def test_what_coverage_says_last_is_no_reason() -> None:
    said = 'ImportError: no shop\ncontrol.py:1: CoverageWarning: No data was collected.\n  self._warn("No data")\n'
    assert last_words(said) == "ImportError: no shop"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "Traceback:\nImportError: No module named 'tests'\n\npytest-django did not search\n",
            "ImportError: No module named 'tests'",
        ),
        ("Ran 3 tests\nFAILED (errors=1)\n", "FAILED (errors=1)"),
        ("ValueError: of a log\na\nb\nc\n3 failed\n", "3 failed"),
        ("the word Error: is in a sentence\n1 failed\n", "1 failed"),
    ],
)
def test_an_exception_says_more_than_the_hint_below_it(said: str, words: str) -> None:
    assert last_words(said) == words


def test_the_python_stays_where_the_target_runs_on_it(tmp_path: Path) -> None:
    def leg(target: tuple[int, int], stage: Stage = Stage.UPGRADE) -> Leg:
        return Leg((2, 2), target, stage)

    here = [Interpreter((3, minor, 1), Path("/x"), Path("/x")) for minor in (6, 9, 10)]
    present = choose((2, 2), tmp_path, here=here).release
    assert present == (3, 9)
    found = for_both(leg((3, 2)), tmp_path)
    assert found is None or found <= (3, 9), "2.2 runs on no newer one"
    assert for_both(leg((3, 2), Stage.CLEAN_UP), tmp_path) is None
    (tmp_path / ".python-version").write_text("3.6\n")
    assert for_both(leg((4, 2)), tmp_path) is None, "4.2 does not run on 3.6"


@in_a_sandbox
@on_django((2, 2))
@on_django((3, 2))
def test_tests_by_setup_py_run_without_a_network(tmp_path: Path) -> None:
    setup = SETUP.format(name="by-setup").replace(")\n", ", setup_requires=['six'], test_suite='plain.tests')\n", 1)
    tests = "import unittest\nimport django\nclass A(unittest.TestCase):\n    def test_a(self):\n        import six\n"
    made = service(tmp_path, {"setup.py": setup, "plain/__init__.py": "", "plain/tests.py": tests})
    (made / "requirements.txt").unlink()
    found = prove(made, Wish((2, 2), tests="python setup.py test", checks=False, newest="2021-10-15"), STORE)
    assert found.state is State.PASSED, (found.why, found.output[-2000:])
