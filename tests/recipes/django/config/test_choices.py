"""Where choices of CI name environments of tox and none of them a Django, the target's environment is one more."""

from __future__ import annotations

import pytest

from tests.recipes.django.config.kit import changed, run

CI = ".github/workflows/ci.yml"
RUN = ["- run: pip install tox", "- run: tox\n        env:\n          TOXENV: ${{ matrix.toxenv }}"]
TOX = (
    "[tox]\nenvlist = {envlist}\n[testenv]\ndeps =\n    django22: Django>=2.2,<2.3\n    pytest\ncommands = pytest\n"
    "[testenv:quality]\ndeps = -rbase.txt\ncommands = pylint app\n"
)


def files(choices: str, envlist: str = "py38-django{22}, quality") -> dict[str, str]:
    steps = "".join(f"      {step}\n" for step in ("- uses: actions/checkout@v4", *RUN))
    ci = (
        "on: push\njobs:\n  test:\n    runs-on: x\n    strategy:\n      matrix:\n        python: ['3.8']\n"
        f"        toxenv: {choices}\n    steps:\n{steps}"
    )
    return {CI: ci, "tox.ini": TOX.format(envlist=envlist), "base.in": "Django\n", "base.txt": "django==2.2.1\n"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('["py38", "quality"]', '["django32", "py38", "quality"]'),
        ("[quality, py38]", "[django32, quality, py38]"),
        ("\n          - py38\n          - quality", "\n          - django32\n          - py38\n          - quality"),
    ],
)
def test_the_target_is_one_choice_more(before: str, after: str) -> None:
    ran = run(files(before))
    assert ran.files[CI] == files(after)[CI]
    assert (3, 2) in {each for job in ran.edited.jobs for each in job.tests}
    assert "ci-without-target" not in ran.codes


@pytest.mark.parametrize(
    "choices",
    [
        # Nothing that tox knows.
        '["lint", "docs"]',
        # It has the target already, by a name of its own.
        '["django32", "quality"]',
    ],
)
def test_other_choices_are_left(choices: str) -> None:
    ran = run(files(choices, "py38-django{22,32}, quality"))
    assert ran.files[CI] == files(choices)[CI]


def test_a_choice_for_an_older_django_is_copied_as_ever() -> None:
    ran = run(files('["django22", "quality"]'))
    assert changed(files('["django22", "quality"]')[CI], ran.files[CI]) == [
        '-        toxenv: ["django22", "quality"]',
        '+        toxenv: ["django22", "django32", "quality"]',
    ]


def test_what_tox_cannot_install_is_no_choice() -> None:
    left = {name: text for name, text in files('["py38", "quality"]').items() if name != "tox.ini"}
    assert run(left).files[CI] == left[CI]
