"""Edits of each stage on files of the shapes that services have: the fewest lines, and jobs that really follow."""

from __future__ import annotations

import pytest
from packaging.version import Version

from chairlift.recipes.django.releases import Release
from tests.recipes.django.config.kit import CLEAN_UP, PREPARE, UPGRADE, changed, run

PINNED = {"requirements.txt": "Django==2.2.28\nrequests\n"}


def workflow(matrix: str, steps: str) -> str:
    return f"on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n{matrix}    steps:\n{steps}"


PIP = """\
      - uses: actions/setup-python@v2
        with:
          python-version: ${{ matrix.python }}
      - run: pip install -r requirements.txt
      - run: pip install "Django~=${{ matrix.django }}.0"
      - run: python manage.py test
"""


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
    matrix = "        include:\n          - python: '3.6' # oldest\n            django: '2.2'\n          - {python: '3.8', django: '2.2'}\n"
    files = {**PINNED, ".github/workflows/ci.yml": workflow(matrix, PIP)}
    ran = run(files)
    assert changed(files[".github/workflows/ci.yml"], ran.files[".github/workflows/ci.yml"]) == [
        "+          - {python: '3.8', django: '3.2'}"
    ]


WITHOUT_MATRIX = """\
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/setup-python@v2
        with: {python-version: 3.8}
      # what is pinned
      - run: pip install -r requirements.txt
      - run: python manage.py test  # all
"""


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
    assert run(PINNED).musts == ["ci-without-target"]


def test_a_workflow_that_is_no_yaml_is_said_and_left() -> None:
    files = {**PINNED, ".github/workflows/ci.yml": "jobs: [\n  a: {\n"}
    ran = run(files)
    assert ran.files == files
    assert "ci-unreadable" in ran.musts


TOX = """\
[tox]
envlist = py38-django{22,30}, quality  ; all

[testenv]
deps =
    # by version
    django22: -r requirements/django.txt
    django30: Django>=3.0,<3.1
    -r requirements/test.txt
commands =
    pytest {posargs}
"""
LISTS = {
    "requirements/base.in": "-c constraints.txt\nDjango  # web\n",
    "requirements/constraints.txt": "# why\nDjango>=2.2,<3.0\n",
    "requirements/base.txt": "#\n# This file is autogenerated by pip-compile\n#\ndjango==2.2.24\n    # via -r requirements/base.in\n",
    "requirements/django.txt": "django==2.2.24\n",
    "requirements/test.txt": "#\n# This file is autogenerated by pip-compile\n#\npytest==6\n",
    "Makefile": 'upgrade:\n\tgrep -e "^django==" requirements/base.txt > requirements/django.txt\n',
}
RUNS_TOX = """\
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        toxenv: [django22, django30, quality]
    steps:
      - uses: actions/setup-python@v2
        with:
          python-version: '3.8'
      - run: tox
        env:
          TOXENV: ${{ matrix.toxenv }}
      - if: matrix.toxenv == 'django22'
        run: codecov
"""


def test_tox_and_its_workflow_through_all_three_stages() -> None:
    files = {**LISTS, "tox.ini": TOX, ".github/workflows/ci.yml": RUNS_TOX}
    prepared = run(files)
    assert prepared.musts == []
    assert changed(TOX, prepared.files["tox.ini"]) == [
        "-envlist = py38-django{22,30}, quality  ; all",
        "+envlist = py38-django{22,30,32}, quality  ; all",
        "+    django32: Django>=3.2,<3.3",
    ]
    assert "[django22, django30, django32, quality]" in prepared.files[".github/workflows/ci.yml"]

    upgraded = run(prepared.files, UPGRADE)
    assert upgraded.musts == []
    assert upgraded.files["requirements/constraints.txt"] == "# why\nDjango>=3.2,<4.0\n"
    assert upgraded.files["requirements/django.txt"] == "django==2.2.24\n", "tools write this one"
    assert changed(prepared.files["tox.ini"], upgraded.files["tox.ini"]) == [
        "-    django22: -r requirements/django.txt",
        "+    django22: Django>=2.2,<2.3",
        "-    django32: Django>=3.2,<3.3",
        "+    django32: -r requirements/django.txt",
    ]

    locked = {**upgraded.files, "requirements/django.txt": "django==3.2.25\n"}
    cleaned = run(locked, CLEAN_UP, current=(3, 2))
    assert cleaned.files["tox.ini"].count("django") == 3
    assert "toxenv: [django32, quality]" in cleaned.files[".github/workflows/ci.yml"]
    assert "if: matrix.toxenv == 'django32'" in cleaned.files[".github/workflows/ci.yml"]
    assert {each for job in cleaned.edited.jobs for each in job.tests} == {(3, 2)}


@pytest.mark.parametrize(
    ("before", "target", "after"),
    [
        ("py{36,38}-django{22,30}", (3, 2), "py{36,38}-django{22,30,32}"),
        ("py38-{django22,django30}", (3, 2), "py38-{django22,django30,django32}"),
        ("py{36,38}-dj{22}", (3, 2), "py{36,38}-dj{22,32}"),
        ("py38-django2.2", (3, 2), "py38-django2.2, py38-django3.2"),
        ("py{36,38}-django{22,32}", (4, 2), "py{36,38}-django{22,32}, py38-django42"),
        ("py36-django22", (4, 2), "py36-django22, py38-django42"),
        ("py27-django111, py38-django22", (3, 2), "py27-django111, py38-django22, py38-django32"),
    ],
)
def test_names_of_environments(before: str, target: Release, after: str) -> None:
    factor = "dj" if "-dj{" in before else "django2.2" if "2.2" in before else "django"
    lines = {"dj": "dj22: Django~=2.2.0", "django2.2": "django2.2: Django~=2.2.0"}.get(
        factor, "django22: Django~=2.2.0"
    )
    text = f"[tox]\nenvlist = {before}\nskipsdist = true\n[testenv]\ndeps =\n    {lines}\ncommands = pytest\n"
    ran = run({"tox.ini": text, "requirements.txt": "Django~=2.2\n"}, target=target)
    assert ran.files["tox.ini"].splitlines()[1] == f"envlist = {after}"
    assert "tox-without-target" not in ran.codes


def test_tox_without_versions_gets_an_environment_that_installs_the_target() -> None:
    text = "[tox]\nenvlist = py38\nskipsdist = true\n[testenv]\ndeps = -r requirements.txt\ncommands = pytest\n"
    ran = run({**PINNED, "tox.ini": text})
    assert "tox-without-target" not in ran.codes
    assert changed(text, ran.files["tox.ini"]) == [
        "-envlist = py38",
        "+envlist = py38, py38-django32",
        "+commands_pre =",
        '+    django32: python -m pip install "Django>=3.2,<3.3"',
    ]


def test_what_tox_gh_actions_chooses_from_gets_the_target() -> None:
    text = (
        "[tox]\nenvlist = py38-django{22}\nskipsdist = true\n[gh-actions:env]\nDJANGO =\n    2.2: django22\n"
        "[testenv]\ndeps =\n    django22: Django~=2.2.0\ncommands = pytest\n"
    )
    steps = "      - uses: actions/setup-python@v2\n        with: {python-version: '3.8'}\n      - run: tox\n"
    steps += "        env: {DJANGO: '${{ matrix.django }}'}\n"
    files = {"tox.ini": text, ".github/workflows/ci.yml": workflow('        django: ["2.2"]\n', steps)}
    ran = run(files)
    assert "    3.2: django32\n" in ran.files["tox.ini"]
    assert 'django: ["2.2", "3.2"]' in ran.files[".github/workflows/ci.yml"]
    assert ran.musts == []


@pytest.mark.parametrize(
    ("path", "before", "added"),
    [
        (
            ".travis.yml",
            "python: 3.8\nenv:\n  - DJANGO=2.2 DB=a\n  - DJANGO=3.0 DB=a # new\n"
            "install: pip install Django~=$DJANGO.0\nscript: pytest\n",
            ["+  - DJANGO=3.2 DB=a"],
        ),
        (
            ".travis.yml",
            "jobs:\n  include:\n    - python: 3.8\n      env: TOXENV=django22\n\ninstall: pip install tox\nscript: tox\n",
            ["+    - python: 3.8", "+      env: TOXENV=django32"],
        ),
        (
            ".gitlab-ci.yml",
            "test:\n  image: python:3.8\n  parallel:\n    matrix:\n      - DJANGO: ['2.2', '3.0']\n"
            "  script:\n    - pip install Django~=$DJANGO.0\n    - pytest\n",
            ["-      - DJANGO: ['2.2', '3.0']", "+      - DJANGO: ['2.2', '3.0', '3.2']"],
        ),
        (
            ".gitlab-ci.yml",
            ".base: &base\n  image: python:3.8\n\ntest:django22:\n  <<: *base\n  script:\n    - tox -e django22\n\nother:\n  script: [ls]\n",
            ["+", "+test:django32:", "+  <<: *base", "+  script:", "+    - tox -e django32"],
        ),
        (
            ".gitlab-ci.yml",
            "test:\n  image: python:3.8\n  script:\n    - pip install -r requirements.txt\n    - pytest\n",
            [
                "+  parallel:",
                "+    matrix:",
                '+      - DJANGO: ["", "Django~=3.2.0"]',
                '+    - if [ -n "$DJANGO" ]; then python -m pip install "$DJANGO"; fi',
            ],
        ),
        (
            ".circleci/config.yml",
            "version: 2.1\njobs:\n  test:\n    parameters:\n      django: {type: string}\n    docker: [{image: 'cimg/python:3.8'}]\n"
            "    steps:\n      - run: pip install Django~=<< parameters.django >>.0\n      - run: pytest\n"
            "workflows:\n  all:\n    jobs:\n      - test:\n          matrix:\n            parameters:\n              django: ['2.2']\n",
            ["-              django: ['2.2']", "+              django: ['2.2', '3.2']"],
        ),
        (
            ".circleci/config.yml",
            "version: 2\njobs:\n  django22:\n    docker: [{image: 'python:3.8'}]\n    steps:\n      - run: tox -e django22\n"
            "workflows:\n  all:\n    jobs:\n      - django22\n",
            [
                "+  django32:",
                "+    docker: [{image: 'python:3.8'}]",
                "+    steps:",
                "+      - run: tox -e django32",
                "+      - django32",
            ],
        ),
    ],
)
def test_other_cis(path: str, before: str, added: list[str]) -> None:
    tox = "[tox]\nenvlist = django{22,32}\nskipsdist = true\n[testenv]\ndeps =\n  django22: Django~=2.2.0\n  django32: Django~=3.2.0\ncommands = pytest\n"
    files = {**PINNED, "tox.ini": tox, path: before}
    ran = run(files)
    assert ran.musts == []
    assert changed(before, ran.files[path]) == added
    assert (3, 2) in {each for job in ran.edited.jobs for each in job.tests}


def test_nox() -> None:
    text = (
        "import nox\n\nDJANGOS = ['2.2', '3.0']  # all\n\n\n@nox.session(python=['3.8'])\n@nox.parametrize('django', DJANGOS)\n"
        "def tests(session, django):\n    session.install(f'Django~={django}.0')\n    session.run('pytest')\n"
    )
    ran = run({**PINNED, "noxfile.py": text})
    assert changed(text, ran.files["noxfile.py"]) == [
        "-DJANGOS = ['2.2', '3.0']  # all",
        "+DJANGOS = ['2.2', '3.0', '3.2']  # all",
    ]
    assert "nox-without-target" not in ran.codes
    cleaned = run(ran.files, CLEAN_UP)
    assert "DJANGOS = ['3.2']  # all" in cleaned.files["noxfile.py"]


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
            '[tool.poetry]\nname = "x"\npackage-mode = false\n[tool.poetry.dependencies]\npython = "^3.8"\nDjango = "^2.2" # web\n',
            '[tool.poetry]\nname = "x"\npackage-mode = false\n[tool.poetry.dependencies]\npython = "^3.8"\nDjango = "^3.2" # web\n',
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


def test_a_constraint_kept_elsewhere_is_copied_without_its_limit() -> None:
    address = "https://example.org/common.txt"
    files = {"requirements.in": "-c constraints.txt\nDjango\n", "constraints.txt": f"# all\n-c {address}\n"}
    ran = run(files, UPGRADE, fetch=lambda _: b"# org\nDjango<2.3\nsix<2\n")
    assert ran.files["constraints.txt"] == "# all\n-c common.txt\n"
    assert "six<2" in ran.files["common.txt"]
    assert "\nDjango" not in ran.files["common.txt"]
    assert "constraint-copied" in ran.codes


def test_hashes_and_links_are_left_for_others_and_said() -> None:
    files = {"requirements.txt": "django @ https://x.org/d.zip\n"}
    ran = run(files, UPGRADE)
    assert ran.files == files
    assert "pin-left" in ran.musts


@pytest.mark.parametrize("stage", [PREPARE, UPGRADE, CLEAN_UP])
def test_what_is_there_already_stays(stage: object) -> None:
    files = {
        "requirements.txt": "Django==3.2.25\n",
        "tox.ini": TOX.replace("{22,30}", "{32}")
        .replace("    django22: -r requirements/django.txt\n", "")
        .replace("django30: Django>=3.0,<3.1", "django32: Django~=3.2.0"),
        ".github/workflows/ci.yml": RUNS_TOX.replace("django22, django30", "django32"),
        "requirements/test.txt": "pytest\n",
    }
    files[".github/workflows/ci.yml"] = files[".github/workflows/ci.yml"].replace("'django22'", "'django32'")
    assert run(files, stage, current=(3, 2)).files == files  # type: ignore[arg-type]
