from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.use_tz_default import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'ROOT_URLCONF = "a.urls"\nINSTALLED_APPS = []\n',
            'ROOT_URLCONF = "a.urls"\nUSE_TZ = False\nINSTALLED_APPS = []\n',
        ),
        ('INSTALLED_APPS = [\n    "a",\n]\n', 'INSTALLED_APPS = [\n    "a",\n]\nUSE_TZ = False\n'),
        ("INSTALLED_APPS = []", "INSTALLED_APPS = []\nUSE_TZ = False\n"),
        ("\ufeffINSTALLED_APPS = []\nX = 1\n", "\ufeffINSTALLED_APPS = []\nUSE_TZ = False\nX = 1\n"),
        (
            "from django.conf import settings\nsettings.configure(\n    INSTALLED_APPS=[],\n)\n",
            ("from django.conf import settings\nsettings.configure(\n    INSTALLED_APPS=[],\n    USE_TZ=False,\n)\n"),
        ),
        (
            "from django.conf import settings\nsettings.configure(INSTALLED_APPS=[], A=1)\n",
            "from django.conf import settings\nsettings.configure(INSTALLED_APPS=[], A=1, USE_TZ=False)\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    "text",
    [
        'ROOT_URLCONF = "a"\nUSE_TZ = True\n',
        'from .base import *\nROOT_URLCONF = "a"\n',
        "def f():\n    INSTALLED_APPS = []\n",
        "from django.conf import settings\nsettings.configure(A=1)\n",
        "from django.conf import settings\nsettings.configure(**{}, INSTALLED_APPS=[])\n",
        "from other import settings\nsettings.configure(INSTALLED_APPS=[])\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings


def test_another_file_may_say_it() -> None:
    files = {"settings/time.py": "USE_TZ = True\n"}
    check_unchanged(fixer, 'ROOT_URLCONF = "a"\n', path="settings/base.py", files=files)
