"""Pins, ranges, Pythons and a library's own words, raised by the fewest letters."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from packaging.version import Version

from chairlift.recipes.django.config.declared import Kind
from chairlift.recipes.django.config.specifiers import in_requirement, shifted, with_commas
from chairlift.testing.recipes import write_files
from tests.recipes.django.config.kit import (
    CLEAN_UP,
    PINNED,
    PIP,
    UPGRADE,
    WITHOUT_MATRIX,
    changed,
    declared,
    run,
    workflow,
)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("requirements.in", "Django>=2.2,<2.3 # LTS\r\n", "Django>=3.2,<3.3 # LTS\r\n"),
        (
            "requirements.txt",
            "\ufeffdjango == 2.2.10 ; python_version>'3'\n",
            "\ufeffdjango == 3.2.* ; python_version>'3'\n",
        ),
        ("Pipfile", "[packages]\ndjango = '~=2.2.0'  # x\n", "[packages]\ndjango = '~=3.2.0'  # x\n"),
        (
            "Pipfile",
            '[packages]\ndjango = {version = "==2.2.*", extras = ["argon2"]}\n',
            '[packages]\ndjango = {version = "==3.2.*", extras = ["argon2"]}\n',
        ),
        (
            "pyproject.toml",
            '[tool.poetry]\nname = "x"\npackage-mode = false\n[tool.poetry.dependencies]\npython = "^3.8"\n'
            'Django = "^2.2" # web\n',
            '[tool.poetry]\nname = "x"\npackage-mode = false\n[tool.poetry.dependencies]\npython = "^3.8"\n'
            'Django = "^3.2" # web\n',
        ),
        (
            "environment.yml",
            "dependencies:\n  - python=3.8\n  - django=2.2 # x\n",
            "dependencies:\n  - python=3.8\n  - django=3.2 # x\n",
        ),
        ("environment.yml", "dependencies:\n  - django>=2.2,<2.3\n", "dependencies:\n  - django>=3.2,<3.3\n"),
        (
            "Dockerfile",
            "FROM python:3.8-slim\nRUN pip install 'Django==2.2.28' gunicorn\n",
            "FROM python:3.8-slim\nRUN pip install 'Django==3.2.*' gunicorn\n",
        ),
    ],
)
def test_pins(path: str, before: str, after: str) -> None:
    assert run({path: before}, UPGRADE).files[path] == after


def test_an_exact_release_is_the_pin() -> None:
    ran = run({"requirements.txt": "Django==2.2.28\n"}, UPGRADE, exact=Version("3.2.25"))
    assert ran.files["requirements.txt"] == "Django==3.2.25\n"


def test_pythons_that_the_target_does_not_run_on_are_raised() -> None:
    files = {
        **PINNED,
        "Dockerfile": "FROM python:3.6-slim AS base\n",
        ".python-version": "3.6.9\n",
        "Pipfile": '[requires]\npython_version = "3.6"\n',
        ".github/workflows/ci.yml": WITHOUT_MATRIX.replace("3.8", "3.6"),
    }
    ran = run(files, UPGRADE, target=(4, 2))
    assert ran.files["Dockerfile"] == "FROM python:3.8-slim AS base\n"
    assert ran.files[".python-version"] == "3.8\n"
    assert 'python_version = "3.8"' in ran.files["Pipfile"]
    assert changed(files[".github/workflows/ci.yml"], ran.files[".github/workflows/ci.yml"]) == [
        "-        with: {python-version: 3.6}",
        "+        with: {python-version: 3.8}",
    ]
    assert ran.musts == []


SETUP = """\
from setuptools import setup

setup(
    name='thing',
    version='1.4.2',
    install_requires=['Django>=2.2,<3.0', 'six'],  # few
    classifiers=[
        'Framework :: Django',
        'Framework :: Django :: 2.2',
        'Programming Language :: Python :: 3.8',
    ],
)
"""
LOG = "# Changes\n\n## Unreleased\n\n- One thing.\n\n## 1.4.2\n\n- Another.\n"


def test_a_library_says_what_it_supports_and_keeps_the_old_one() -> None:
    files = {
        "setup.py": SETUP,
        "CHANGELOG.md": LOG,
        ".github/workflows/ci.yml": workflow(
            "        python: [3.8]\n        django: ['2.2']\n", PIP.replace("-r requirements.txt", "-e .")
        ),
    }
    prepared = run(files)
    assert prepared.musts == []
    assert "install_requires=['Django>=2.2,<4.0', 'six'],  # few" in prepared.files["setup.py"]
    released = run(prepared.files, UPGRADE)
    assert (
        "        'Framework :: Django :: 2.2',\n        'Framework :: Django :: 3.2',\n" in released.files["setup.py"]
    )
    assert "version='1.5.0'" in released.files["setup.py"]
    assert released.files["CHANGELOG.md"] == LOG.replace("- One", "- Added support for Django 3.2.\n- One")
    assert {each for job in released.edited.jobs for each in job.tests} == {(2, 2), (3, 2)}
    retired = run(released.files, CLEAN_UP)
    assert "Django>=3.2,<4.0" in retired.files["setup.py"]
    assert "Django :: 2.2" not in retired.files["setup.py"]
    assert "django: ['3.2']" in retired.files[".github/workflows/ci.yml"]


PLAIN = """\
from setuptools import setup
setup(
    name='thing',
    version='1.4.0',
    install_requires=['Django>=2.2,<2.3'],
)
"""


@pytest.mark.parametrize(
    ("log", "after"),
    [
        ("# Changes\n\n## 1.4.0\n* One.\n", "# Changes\n\n## 1.5.0\n* {words}\n\n## 1.4.0\n* One.\n"),
        (
            "Changes\n=======\n\n1.4.0 (2021-01-01)\n------------------\n\n- One.\n",
            "Changes\n=======\n\n1.5.0 (unreleased)\n------------------\n\n- {words}\n\n"
            "1.4.0 (2021-01-01)\n------------------\n\n- One.\n",
        ),
        (
            "## [1.4.0] - 2021-01-01\n\n- One.\n",
            "## [1.5.0] (unreleased)\n\n- {words}\n\n## [1.4.0] - 2021-01-01\n\n- One.\n",
        ),
        ("v1.4.0\r\n~~~~~~\r\n* One.\r\n", "v1.5.0\r\n~~~~~~\r\n* {words}\r\n\r\nv1.4.0\r\n~~~~~~\r\n* One.\r\n"),
    ],
)
def test_a_library_without_classifiers_gets_a_version_and_an_entry_once(log: str, after: str) -> None:
    released = run({"setup.py": PLAIN, "CHANGELOG.md": log}, UPGRADE)
    assert released.files["CHANGELOG.md"] == after.replace("{words}", "Added support for Django 3.2.")
    assert "version='1.5.0'" in released.files["setup.py"]
    assert run(released.files, UPGRADE).files == released.files


TOX = """\
[tox]
envlist = py38-django22, py38-django32
[testenv]
deps =
    django22: Django>=2.2,<2.3
    django32: Django>=3.2,<3.3
    -r test.txt
commands = python manage.py test
"""


def test_what_a_library_is_developed_on_moves_where_ci_tests_the_old_version_besides() -> None:
    files = {
        "setup.py": PLAIN,
        "requirements/dev.in": "Django>=2.2,<2.3\n",
        "tox.ini": TOX,
        "test.txt": "six\n",
        ".github/workflows/ci.yml": WITHOUT_MATRIX.replace(
            "pip install -r requirements.txt", "pip install tox"
        ).replace("python manage.py test", "tox"),
    }
    moved = run(files, UPGRADE)
    assert moved.files["requirements/dev.in"] == "Django>=3.2,<3.3\n"
    assert moved.edited.follow
    assert "Django>=2.2,<2.3" in moved.files["setup.py"]
    # Where these pins are what CI tests, they are how the old version is kept.
    tested = {**files, ".github/workflows/ci.yml": WITHOUT_MATRIX.replace("requirements.txt", "requirements/dev.in")}
    kept = run(tested, UPGRADE)
    assert kept.files["requirements/dev.in"] == files["requirements/dev.in"]
    assert not kept.edited.follow


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("Django>=2.2<3.0", "Django>=2.2,<3.0"),
        ("Django >= 2.2 <3.0 ; python_version>'3'", "Django >= 2.2,<3.0 ; python_version>'3'"),
        ("Django>=2.2,<3.0", "Django>=2.2,<3.0"),
        ("Django==2.2.*", "Django==2.2.*"),
        ("Django", "Django"),
    ],
)
def test_a_forgotten_comma_is_read_as_old_tools_did(given: str, meant: str) -> None:
    assert with_commas(given) == meant


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Django>3.2<4", "Django>=4.2,<5"),
        ("Django>=3.2<4.0 ; python_version>'3'", "Django>=4.2,<5.0 ; python_version>'3'"),
        ("Django>=3.2<5", "Django>=3.2<5"),
        ("Django", "Django"),
    ],
)
def test_a_range_without_its_comma_is_raised_as_what_it_means(before: str, after: str) -> None:
    assert in_requirement(before, shifted, (4, 2), None) == after


def test_a_factor_with_a_forgotten_comma_is_one() -> None:
    factors = "[testenv]\ndeps =\n    django22: Django>=2.2<3.0\ncommands = python manage.py test\n"
    tox = f"[tox]\nenvlist = py38-django22\n{factors}"
    ran = run({"requirements.txt": "Django==2.2.28\n", "tox.ini": tox})
    assert "    django32: Django>=3.2" in ran.files["tox.ini"]
    assert "envlist = py38-django22, py38-django32" in ran.files["tox.ini"]


def test_a_changelog_of_another_version_is_left_to_a_person() -> None:
    log = "## 1.3.0\n* One.\n"
    released = run({"setup.py": PLAIN, "CHANGELOG.md": log}, UPGRADE)
    assert released.files["CHANGELOG.md"] == log
    assert "version='1.4.0'" in released.files["setup.py"], "or it would be raised again and again"
    assert "changelog" in released.codes


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"manage.py": "os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'\n"}, Kind.LIBRARY),
        ({"manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.test')\n"}, Kind.APPLICATION),
        ({"manage.py": "main()\n"}, Kind.APPLICATION),
        ({"shop/wsgi.py": ""}, Kind.APPLICATION),
        ({"tests/wsgi.py": ""}, Kind.LIBRARY),
        ({}, Kind.LIBRARY),
    ],
)
def test_a_package_that_only_its_tests_run_is_a_library(files: dict[str, str], kind: Kind) -> None:
    assert declared({"setup.py": PLAIN, **files}).kind is kind


def test_a_constraint_kept_elsewhere_is_copied_without_its_limit() -> None:
    address = "https://example.org/common.txt"
    files = {"requirements.in": "-c constraints.txt\nDjango\n", "constraints.txt": f"# all\n-c {address}\n"}
    ran = run(files, UPGRADE, fetch=lambda _: b"# org\nDjango<2.3\nsix<2\n")
    assert ran.files["constraints.txt"].startswith("# all\n-c common.txt\n")
    assert ran.files["constraints.txt"].endswith("\nDjango<3.3\n"), "else the next release of all would be taken"
    assert "six<2" in ran.files["common.txt"]
    assert "\nDjango" not in ran.files["common.txt"]
    assert "constraint-copied" in ran.codes


def test_what_is_tested_on_the_way_is_said_as_well() -> None:
    tox = "[tox]\nenvlist = py38-django{22,30}\n[testenv]\ndeps =\n    django22: Django<2.3\n    django30: Django<3.1\n"
    files = {"setup.py": SETUP, "tox.ini": f"{tox}commands = pytest\n", ".travis.yml": "python: 3.8\nscript: tox\n"}
    ran = run(run(files).files, UPGRADE).files["setup.py"]
    lines = "".join(f"        'Framework :: Django :: {each}',\n" for each in ("2.2", "3.0", "3.2"))
    assert f"Django',\n{lines}" in ran
    assert "3.1" not in ran


ELSEWHERE = {
    "Makefile": "help:\n\techo help\n\n"
    "upgrade: export X=1\nupgrade: tools ## all\n\tpip-compile base.in\n\ntools:\n\ttrue\n",
    "base.in": "-c constraints.txt\nDjango\n",
    "constraints.txt": "# all\n-c https://example.org/common.txt\n",
    "requirements/base.txt": "# This file is autogenerated by pip-compile\ndjango==2.2.24\n"
    "    # via\n    #   -c https://example.org/common.txt\n    #   -r base.in\nsix==1.0\n",
    "app/wsgi.py": "",
}
COMMON = b"# org\nDjango<2.3\nsix<2\n"


def test_a_makefile_that_compiles_makes_the_copy_anew() -> None:
    ran = run(ELSEWHERE, UPGRADE, fetch=lambda _: COMMON)
    text = ran.files["Makefile"]
    assert "upgrade: common.txt tools ## all\n" in text
    assert text.index(".PHONY: common.txt") < text.index("upgrade: export X=1"), "above all that is about the rule"
    assert "curl -fsSL -o $@.tmp https://example.org/common.txt\n\tsed '/^[Dd]jango[ ;<>=!~]/d'" in text
    assert ran.files["constraints.txt"].endswith(
        "-c common.txt\n\n# Its own limit of Django, since that of others is left out.\nDjango<3.3\n"
    )


def test_make_agrees(tmp_path: Path) -> None:
    write_files(tmp_path, run(ELSEWHERE, UPGRADE, fetch=lambda _: COMMON).files)
    made = subprocess.run(
        ["make", "--no-print-directory", "-n", "upgrade"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert [line.split()[0] for line in made.stdout.splitlines()] == ["curl", "sed", "rm", "true", "pip-compile"]


def test_constraints_that_are_away_and_were_about_django_are_made_later() -> None:
    """pip-compile's own note says that they were; without it nobody knows, and nothing is changed."""
    ran = run(ELSEWHERE, UPGRADE)
    assert ran.files["constraints.txt"].startswith("# all\n-c common.txt\n")
    assert "six" not in ran.files["common.txt"]
    assert any("could not be read" in each.text for each in ran.edited.findings if each.code == "constraint-copied")
    unknown = {**ELSEWHERE, "requirements/base.txt": ELSEWHERE["requirements/base.txt"].replace("-c https", "-r https")}
    for files in (unknown, {name: text for name, text in ELSEWHERE.items() if name != "Makefile"}):
        left = run(files, UPGRADE)
        assert left.files["constraints.txt"] == files["constraints.txt"]
        assert "common.txt" not in left.files


LISTED = {name: text.replace("common.txt", "org-constraints.txt") for name, text in ELSEWHERE.items()}


def test_an_old_copy_says_more_than_none_where_the_list_is_away() -> None:
    files = {**LISTED, "org-constraints.txt": "# copied once\nsix<2\nDjango<3.0\ndjango-x<9\n"}
    ran = run(files, UPGRADE)
    assert ran.files["constraints.txt"].startswith("# all\n-c org-constraints.txt\n")
    assert ran.files["org-constraints.txt"] == "# copied once\nsix<2\ndjango-x<9\n"
    assert "upgrade: org-constraints.txt tools ## all\n" in ran.files["Makefile"]
    assert any("which is an old one until" in each.text for each in ran.edited.findings)


def test_an_old_copy_is_made_anew_where_the_list_answers() -> None:
    ran = run({**LISTED, "org-constraints.txt": "six<1\n"}, UPGRADE, fetch=lambda _: COMMON)
    assert "six<2\n" in ran.files["org-constraints.txt"]
    assert "\nDjango" not in ran.files["org-constraints.txt"]
    assert "-c org-constraints.txt\n" in ran.files["constraints.txt"]


@pytest.mark.parametrize(
    "files",
    [
        {**ELSEWHERE, "common.txt": "Django<3.0\n"},
        {**LISTED, "org-constraints.txt": "Django<3.0\n", "requirements/dev.in": "-r ../org-constraints.txt\n"},
        {**LISTED, "org-constraints.txt": "# This file is autogenerated by pip-compile\ndjango==2.2.1\n    # via x\n"},
    ],
)
@pytest.mark.parametrize("answer", [COMMON, None])
def test_a_file_that_is_something_else_is_never_taken_for_a_copy(files: dict[str, str], answer: bytes | None) -> None:
    def fetch(_: str) -> bytes:
        if answer is None:
            raise OSError("away")
        return answer

    ran = run(files, UPGRADE, fetch=fetch)
    assert "constraint-blocks" in ran.musts
    assert ran.files["constraints.txt"] == files["constraints.txt"]
    assert ran.files["Makefile"] == files["Makefile"]


DOWNLOADED = {
    "Makefile": 'F=common.txt\n$(F):\n\twget -O "$(@)" https://example.org/common.txt || touch "$(@)"\n\techo done\n\n'
    "upgrade: $(F)\n\tpip-compile base.in\n\tsed '/^[dD]jango==/d' test.txt > test.tmp\n",
    "base.in": "-c constraints.txt\nDjango\n",
    "constraints.txt": "-c common.txt\n",
    "common.txt": "# org\nDjango<2.3\nsix<2\n",
    "app/wsgi.py": "",
}


def test_what_a_makefile_downloads_loses_its_limit_each_time() -> None:
    ran = run(DOWNLOADED, UPGRADE)
    assert ran.files["common.txt"] == "# org\nsix<2\n"
    assert "Django<3.3\n" in ran.files["constraints.txt"]
    line = """\techo done\n\tsed '/^[Dd]jango[ ;<>=!~]/d' "$(@)" > "$(@).tmp" && mv "$(@).tmp" "$(@)"\n\nupgrade"""
    assert line in ran.files["Makefile"]


def test_a_makefile_that_frees_another_distribution_does_not_free_django() -> None:
    other = "\tsed 's/django-simple-history==3.0.0//g' common.txt > t && mv t common.txt\n"
    files = {**DOWNLOADED, "Makefile": DOWNLOADED["Makefile"] + other}
    ran = run(files, UPGRADE)
    assert "/^[Dd]jango[ ;<>=!~]/d" in ran.files["Makefile"]
    assert "Django<3.3\n" in ran.files["constraints.txt"]


@pytest.mark.parametrize("common", ["six<2\n", "Django<4\n"])
def test_a_download_that_lets_the_target_in_is_left(common: str) -> None:
    files = {**DOWNLOADED, "common.txt": common}
    assert run(files, UPGRADE).files["Makefile"] == files["Makefile"]


def test_a_makefile_that_takes_the_limit_out_already_is_left() -> None:
    makefile = DOWNLOADED["Makefile"].replace("\techo done", "\tsed 's/Django<2.3//g' $@ > t && mv t $@")
    files = {**DOWNLOADED, "Makefile": makefile, "common.txt": "six<2\n"}
    assert run(files, UPGRADE).files["Makefile"] == makefile


def test_hashes_and_links_are_left_for_others_and_said() -> None:
    files = {"requirements.txt": "django @ https://x.org/d.zip\n"}
    ran = run(files, UPGRADE)
    assert ran.files == files
    assert "pin-left" in ran.musts


def test_neighbours_in_a_list_of_pythons_go_together() -> None:
    text = "python: [3.8, 3.5, 3.4]\ninstall: pip install -r requirements.txt\nscript: pytest\n"
    ran = run({**PINNED, ".travis.yml": text}, UPGRADE)
    assert ran.files[".travis.yml"] == text.replace(", 3.5, 3.4", "")
