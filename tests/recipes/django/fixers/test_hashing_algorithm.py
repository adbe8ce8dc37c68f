"""The setting comes with the upgrade, and goes with the clean-up."""

from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers import hashing_algorithm, hashing_algorithm_cleanup
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged

ADD, REMOVE = hashing_algorithm.fixer, hashing_algorithm_cleanup.fixer
APPS = "INSTALLED_APPS = ['a']\n"
LINE = 'DEFAULT_HASHING_ALGORITHM = "sha1"\n'
COMMENT = (
    "# For as long as instances with the old Django run beside those with the new one; the clean-up takes it out.\n"
)
ADDED = f"{APPS}\n{COMMENT}{LINE}X = 1\n"


def test_comes_and_goes() -> None:
    check_changes(ADD, f"{APPS}X = 1\n", ADDED, path="app/settings.py", target=(3, 2), stage=Stage.UPGRADE)
    check_unchanged(REMOVE, ADDED, path="app/settings.py", target=(3, 2), stage=Stage.UPGRADE)
    check_changes(REMOVE, ADDED, f"{APPS}\nX = 1\n", path="app/settings.py", target=(3, 2), stage=Stage.CLEAN_UP)


@pytest.mark.parametrize("path", ["tests/settings.py", "shop/test_settings.py", "shop/settings_test.py", "runtests.py"])
def test_no_instance_runs_on_the_settings_of_tests(path: str) -> None:
    check_unchanged(ADD, f"{APPS}X = 1\n", path=path, target=(3, 2), stage=Stage.UPGRADE)


def test_attested_words_are_no_tests() -> None:
    check_changes(ADD, f"{APPS}X = 1\n", ADDED, path="contest/settings.py", target=(3, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{APPS}\n{LINE}\nX = 1\n", f"{APPS}\nX = 1\n"),
        (f"{APPS}\n# about X\n{LINE}X = 1\n", f"{APPS}\n# about X\nX = 1\n"),
        (f"{APPS}if x:\n    {LINE}", f"{APPS}if x:\n    pass\n"),
        (f"{APPS}\n# DEFAULT_HASHING_ALGORITHM: BOM-1\n{LINE}", APPS),
    ],
)
def test_goes_in_every_spelling(before: str, after: str) -> None:
    check_changes(REMOVE, before, after, path="app/settings.py", stage=Stage.CLEAN_UP)
    # Every instance of 3.2 reads both: nothing has to wait.
    check_changes(REMOVE, before, after, path="app/settings.py", current=(3, 2))


@pytest.mark.parametrize(
    ("text", "files"),
    [
        (APPS + LINE, {}),
        (APPS, {"app/local_settings.py": LINE}),
        ("from .base import *\n" + APPS, {"app/base.py": APPS}),
    ],
)
def test_is_not_added(text: str, files: dict[str, str]) -> None:
    check_unchanged(ADD, text, path="app/settings.py", files=files, target=(3, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize("stage", [Stage.PREPARE, Stage.CLEAN_UP])
def test_only_the_upgrade_adds(stage: Stage) -> None:
    check_unchanged(ADD, APPS, path="app/settings.py", target=(3, 2), stage=stage)


def test_in_one_jump_there_is_nothing_to_set() -> None:
    fixed = check_unchanged(ADD, APPS, path="app/settings.py", target=(4, 2), stage=Stage.UPGRADE)
    assert "go to 3.2 first" in fixed.findings[0].how


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app/models.py", LINE),
        ("app/settings.py", "DEFAULT_HASHING_ALGORITHM = x = 'sha1'\n"),
        ("app/settings.py", "DEFAULT_HASHING_ALGORITHM = 'sha1'; x = 1\n"),
    ],
)
def test_stays(path: str, text: str) -> None:
    check_unchanged(REMOVE, text, path=path, stage=Stage.CLEAN_UP)
