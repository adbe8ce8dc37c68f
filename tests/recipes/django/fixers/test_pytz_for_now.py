"""The setting comes with Django 4, where own code has zones of pytz, and is gone before 5."""

from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers import pytz_for_now
from chairlift.recipes.django.releases import Leg, Release, Stage
from chairlift.testing.fixers import check_changes, check_unchanged

FIXER = pytz_for_now.fixer
APPS = "INSTALLED_APPS = ['a']\n"
USES = {"app/views.py": "import pytz\n\nzone = pytz.timezone('Asia/Tokyo')\n"}
COMMENT = "# Django's zones stay pytz's, as our own code's are, until that has moved to zoneinfo; gone in Django 5.0.\n"
LINE = "USE_DEPRECATED_PYTZ = True\n"


@pytest.mark.parametrize("uses", ["import pytz\n", "import os, pytz\n", "def f():\n    from pytz import timezone\n"])
def test_comes_where_code_has_zones_of_pytz(uses: str) -> None:
    check_changes(
        FIXER,
        f"{APPS}USE_TZ = True\nX = 1\n",
        f"{APPS}USE_TZ = True\n\n{COMMENT}{LINE}X = 1\n",
        path="app/settings.py",
        current=(3, 2),
        target=(4, 2),
        stage=Stage.UPGRADE,
        files={"app/views.py": uses},
    )


def test_below_the_apps_where_nothing_says_the_zone() -> None:
    after = f"{APPS}\n{COMMENT}{LINE}X = 1\n"
    where = {"path": "app/settings.py", "files": USES}
    check_changes(FIXER, f"{APPS}X = 1\n", after, current=(2, 2), target=(4, 1), stage=Stage.UPGRADE, **where)


@pytest.mark.parametrize(
    ("text", "files"),
    [
        (APPS, {}),
        (APPS, {"app/views.py": "# import pytz\nimport pytzdata\n"}),
        (APPS, {"app/migrations/0001_x.py": "import pytz\n"}),
        (APPS, {**USES, "app/local_settings.py": LINE}),
        (f"{APPS}USE_DEPRECATED_PYTZ = False\n", USES),
    ],
)
def test_is_not_added(text: str, files: dict[str, str]) -> None:
    target, stage = (4, 2), Stage.UPGRADE
    check_unchanged(FIXER, text, path="app/settings.py", current=(3, 2), target=target, stage=stage, files=files)


@pytest.mark.parametrize(
    ("current", "target", "stage"),
    [
        ((3, 2), (4, 2), Stage.PREPARE),
        ((3, 2), (4, 2), Stage.CLEAN_UP),
        ((4, 0), (4, 2), Stage.UPGRADE),
        ((2, 2), (3, 2), Stage.UPGRADE),
    ],
)
def test_for_no_other_change(current: Release, target: Release, stage: Stage) -> None:
    assert not FIXER.applies(Leg(current, target, stage))


def test_a_jump_beyond_has_no_use_for_it() -> None:
    stage = Stage.UPGRADE
    check_unchanged(FIXER, APPS, path="app/settings.py", current=(3, 2), target=(5, 2), stage=stage, files=USES)
