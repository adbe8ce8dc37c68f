from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.third_party_settings import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged

PINNED = {"requirements.txt": "django-allauth==0.57\ndjango-hijack==3.4.5\nwagtail==5.0\n"}
LISTED = "INSTALLED_APPS = ['a']\nMIDDLEWARE = ['b']\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("INSTALLED_APPS = ['wagtail.core', 'b']\n", "INSTALLED_APPS = ['wagtail', 'b']\n"),
        ("INSTALLED_APPS = ['wagtail.core', 'wagtail', 'b']\n", "INSTALLED_APPS = ['wagtail', 'b']\n"),
        (
            "INSTALLED_APPS = (\n    'a',\n    'compat',  # old\n    'hijack_admin',\n)\n",
            "INSTALLED_APPS = (\n    'a',\n    'hijack.contrib.admin',\n)\n",
        ),
        (
            "A = 1\nHIJACK_ALLOW_GET_REQUESTS = True  # why\nB = 2\nINSTALLED_APPS = ['a']\n",
            "A = 1\nB = 2\nINSTALLED_APPS = ['a']\n",
        ),
        (
            "INSTALLED_APPS = ['allauth.account']\nMIDDLEWARE = [\n    'b',\n    'c',\n]\n",
            "INSTALLED_APPS = ['allauth.account']\nMIDDLEWARE = [\n    'b',\n    'c',\n"
            "    'allauth.account.middleware.AccountMiddleware',\n]\n",
        ),
        (
            'INSTALLED_APPS = ["hijack"]\nMIDDLEWARE = ("b",)\n',
            'INSTALLED_APPS = ["hijack"]\nMIDDLEWARE = ("b", "hijack.middleware.HijackUserMiddleware",)\n',
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, path="a/settings.py", target=(4, 2), stage=Stage.UPGRADE, files=PINNED)


@pytest.mark.parametrize(
    "text",
    [
        LISTED,
        "NAMES = ['wagtail.core']\n",
        "INSTALLED_APPS = ('compat', 'b')\n",
        "INSTALLED_APPS = ['wagtail.' 'core']\n",
        "HIJACK_USE_BOOTSTRAP = True\nINSTALLED_APPS = ['x'] if HIJACK_USE_BOOTSTRAP else []\n",
        "HIJACK_INSERT_BEFORE = None\nINSTALLED_APPS = ['a']\n",
        "INSTALLED_APPS = ['hijack']\nMIDDLEWARE = ['hijack.middleware.HijackUserMiddleware']\n",
        "def f():\n    MIDDLEWARE = ['b']\nINSTALLED_APPS = ['hijack']\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    fixed = check_unchanged(fixer, text, path="a/settings.py", target=(4, 2), stage=Stage.UPGRADE, files=PINNED)
    assert not fixed.findings


def test_a_list_that_comes_from_elsewhere_is_left_to_a_person() -> None:
    text = "INSTALLED_APPS = ['hijack']\nMIDDLEWARE = make()\n"
    fixed = check_unchanged(fixer, text, path="a/settings.py", target=(4, 2), stage=Stage.UPGRADE, files=PINNED)
    assert "'hijack.middleware.HijackUserMiddleware'" in fixed.findings[0].how


@pytest.mark.parametrize("pins", ["django-allauth==0.55.2\n", "allauth==0.57\n", ""])
def test_an_older_release_wants_nothing(pins: str) -> None:
    text = "INSTALLED_APPS = ['allauth.account']\nMIDDLEWARE = ['b']\n"
    files = {"requirements.txt": pins}
    check_unchanged(fixer, text, path="a/settings.py", target=(4, 2), stage=Stage.UPGRADE, files=files)
