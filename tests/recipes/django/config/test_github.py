"""Workflows of GitHub Actions get the target beside the current version, and jobs really install it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chairlift.recipes.django.config import Job, Run
from chairlift.recipes.django.config.workflows import keeps
from tests.recipes.django.config.kit import (
    CLEAN_UP,
    PINNED,
    PIP,
    PREPARE,
    UPGRADE,
    WITHOUT_MATRIX,
    changed,
    run,
    workflow,
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('        django: ["2.2", "3.0"]', '        django: ["2.2", "3.0", "3.2"]'),
        ('        django: [ "2.2" ] # all of them', '        django: [ "2.2", "3.2" ] # all of them'),
        ("        django: ['3.0', '2.2']", "        django: ['3.2', '3.0', '2.2']"),
        ("        django: [2.2]", "        django: [2.2, 3.2]"),
        ("        django:\n          - '2.2'", "        django:\n          - '2.2'\n          - '3.2'"),
        ("        django:\n        - 2.2 # old", "        django:\n        - 2.2 # old\n        - 3.2"),
        (
            "        django: [\n          '2.2',\n          '3.0',\n        ]",
            "        django: [\n          '2.2',\n          '3.0',\n          '3.2',\n        ]",
        ),
    ],
)
def test_a_matrix_of_github_gets_the_target(before: str, after: str) -> None:
    matrix = "        python: [3.8]  # one\n{}\n"
    files = {**PINNED, ".github/workflows/ci.yml": workflow(matrix.format(before), PIP)}
    ran = run(files)
    assert ran.files[".github/workflows/ci.yml"] == workflow(matrix.format(after), PIP)
    assert (3, 2) in {each for job in ran.edited.jobs for each in job.tests}
    assert ran.musts == []


def test_a_python_that_does_not_run_the_target_is_excluded() -> None:
    matrix = "        python: ['3.6', '3.8']\n        django: ['2.2', '3.2']\n"
    files = {**PINNED, ".github/workflows/ci.yml": workflow(matrix, PIP)}
    ran = run(files, target=(4, 2))
    assert changed(files[".github/workflows/ci.yml"], ran.files[".github/workflows/ci.yml"]) == [
        "-        django: ['2.2', '3.2']",
        "+        django: ['2.2', '3.2', '4.2']",
        "+        exclude:",
        "+          - python: '3.6'",
        "+            django: '4.2'",
    ]
    assert ran.musts == []


def test_where_no_python_runs_the_target_one_choice_with_another_is_included() -> None:
    matrix = "        python: ['3.6']\n        django: ['2.2']\n"
    files = {**PINNED, ".github/workflows/ci.yml": workflow(matrix, PIP)}
    ran = run(files, target=(4, 2))
    assert changed(files[".github/workflows/ci.yml"], ran.files[".github/workflows/ci.yml"]) == [
        "+        include:",
        "+          - python: '3.8'",
        "+            django: '4.2'",
    ]


def test_a_version_that_would_lose_its_zero_gets_quotes() -> None:
    matrix = "        python: [3.9]\n        django: [2.2]\n"
    files = {**PINNED, ".github/workflows/ci.yml": workflow(matrix, PIP)}
    assert "django: [2.2, '4.0']" in run(files, target=(4, 0)).files[".github/workflows/ci.yml"]


def test_included_choices_are_copied() -> None:
    matrix = (
        "        include:\n          - python: '3.6' # oldest\n            django: '2.2'\n"
        "          - {python: '3.8', django: '2.2'}\n"
    )
    files = {**PINNED, ".github/workflows/ci.yml": workflow(matrix, PIP)}
    ran = run(files)
    assert changed(files[".github/workflows/ci.yml"], ran.files[".github/workflows/ci.yml"]) == [
        "+          - {python: '3.8', django: '3.2'}"
    ]


def test_a_job_without_a_strategy_gets_a_choice_and_loses_it_again() -> None:
    files = {**PINNED, ".github/workflows/ci.yml": WITHOUT_MATRIX}
    ran = run(files)
    assert ran.musts == []
    assert changed(WITHOUT_MATRIX, ran.files[".github/workflows/ci.yml"]) == [
        "+    strategy:",
        "+      matrix:",
        '+        django: ["", "Django~=3.2.0"]',
        "+      - name: Install the Django of the matrix",
        "+        if: matrix.django",
        '+        run: python -m pip install "${{ matrix.django }}"',
    ]
    assert {each for job in ran.edited.jobs for each in job.tests} == {(2, 2), (3, 2)}
    upgraded = run(ran.files, UPGRADE)
    assert upgraded.files["requirements.txt"] == "Django==3.2.*\nrequests\n"
    cleaned = run(upgraded.files, CLEAN_UP, current=(3, 2))
    assert cleaned.files[".github/workflows/ci.yml"] == WITHOUT_MATRIX


def test_a_pin_that_is_installed_last_is_found_out() -> None:
    """The job is named for the target, and tests the old one: green would prove nothing."""
    steps = PIP.replace(
        "      - run: python manage.py", "      - run: pip install -r requirements.txt\n      - run: python manage.py"
    )
    steps += "      - run: ./deploy\n"
    files = {
        **PINNED,
        ".github/workflows/ci.yml": workflow("        python: ['3.8']\n        django: ['2.2', '3.2']\n", steps),
    }
    ran = run(files)
    assert "ci-installs-another" in ran.codes
    tests = {each for job in ran.edited.jobs if ("django", "3.2") in job.values for each in job.tests}
    assert tests == {(2, 2)}


def test_no_ci_at_all_is_said() -> None:
    """It may be said elsewhere: no more than to look at."""
    ran = run(PINNED)
    assert "ci-without-target" in ran.codes
    assert ran.musts == []


def test_a_workflow_that_is_no_yaml_is_said_and_left() -> None:
    files = {**PINNED, ".github/workflows/ci.yml": "jobs: [\n  a: {\n"}
    ran = run(files)
    assert ran.files == files
    assert "ci-unreadable" in ran.musts


def test_an_edit_that_loses_a_job_or_changes_what_it_installs_is_refused() -> None:
    old, new = Run("", (2, 2), tested=True), Run("", (3, 2), tested=True)
    job = Job("ci.yml", 1, "test", (("django", "2.2"),), (old,))
    assert keeps([job], [job, replace(job, values=(("django", "3.2"),), runs=(new,))])
    assert keeps([job], [replace(job, runs=(old, new))]), "another environment beside it"
    assert not keeps([job], [])
    assert not keeps([job], [replace(job, runs=(new,))])
    assert not keeps([job, job], [job])


LYING = {
    ".github/workflows/ci.yml": """\
jobs:
  build:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        python-version: [py38]
        django-version: [django22, django30]
    steps:
    - run: TOXENV=${{ matrix.python-version }}-${{ matrix.django-version }} make validate
""",
    "Makefile": "validate:\n\tpip install -r requirements/base.txt\n\ttox -- python -m pytest\n",
    "tox.ini": "[tox]\nenvlist = py38-django{22,30}\n[testenv]\n"
    "deps =\n    django22: Django<2.3\n    django30: Django<3.1\n"
    "commands =\n    pip install -r requirements/base.txt\n    python -m pytest\n",
    "requirements/base.in": "Django<2.3\n",
    "requirements/base.txt": "# This file is autogenerated by pip-compile\ndjango==2.2.24\n    # via -r base.in\n",
    "app/wsgi.py": "",
}


def test_where_every_job_installs_the_pins_the_target_has_its_name_when_they_move() -> None:
    """Before, a job of that name would be one more that tests the old version; the old names go at the end."""
    path = ".github/workflows/ci.yml"
    prepared = run(LYING, PREPARE)
    assert prepared.files[path] == LYING[path]
    upgraded = run(prepared.files, UPGRADE)
    assert "django-version: [django22, django30, django32]" in upgraded.files[path]
    pins = upgraded.files["requirements/base.txt"].replace("2.2.24", "3.2.8")
    cleaned = run({**upgraded.files, "requirements/base.txt": pins}, CLEAN_UP)
    assert "django-version: [django32]" in cleaned.files[path]


UNSEEN = """\
jobs:
  tests:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        django-version: ['django22']
        status: ['']
        include:
          - django-version: 'django30'
            status: 'ignored'
    steps:
    - run: docker exec box ./inside.sh ${{ matrix.django-version }}
"""


def test_a_job_that_cannot_be_followed_gets_the_target_by_name() -> None:
    files = {".github/workflows/ci.yml": UNSEEN, "requirements.txt": "Django==2.2.24\n"}
    ran = run(files)
    assert "django-version: ['django22', 'django32']" in ran.files[".github/workflows/ci.yml"]
    assert "ci-unseen" in ran.codes
    assert "ci-without-target" in ran.musts, "nobody has seen it test the target"
    cleaned = run(ran.files, CLEAN_UP).files[".github/workflows/ci.yml"]
    assert "django-version: ['django32']" in cleaned
    assert "include" not in cleaned
