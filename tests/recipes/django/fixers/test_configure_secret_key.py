from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.configure_secret_key import fixer
from chairlift.testing.fixers import check_changes, check_unchanged

HEAD = "from django.conf import settings\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "settings.configure(\n    DEBUG=True,\n    INSTALLED_APPS=['a'],\n)\n",
            "settings.configure(\n    DEBUG=True,\n    SECRET_KEY=\"only for tests\",\n    INSTALLED_APPS=['a'],\n)\n",
        ),
        (
            "settings.configure(INSTALLED_APPS=['a'])\n",
            "settings.configure(SECRET_KEY=\"only for tests\", INSTALLED_APPS=['a'])\n",
        ),
        (
            "S = {\n    'INSTALLED_APPS': ('a',),\n}\ndef run():\n    settings.configure(**S)\n",
            "S = {\n    'SECRET_KEY': 'only for tests',\n    'INSTALLED_APPS': ('a',),\n}\n"
            "def run():\n    settings.configure(**S)\n",
        ),
        (
            "S = dict(INSTALLED_APPS=['a'])\nsettings.configure(**S)\n",
            "S = dict(SECRET_KEY=\"only for tests\", INSTALLED_APPS=['a'])\nsettings.configure(**S)\n",
        ),
        (
            "settings.configure(**{'INSTALLED_APPS': []})\n",
            "settings.configure(**{'SECRET_KEY': 'only for tests', 'INSTALLED_APPS': []})\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, HEAD + before, HEAD + after, target=(3, 2))


@pytest.mark.parametrize(
    "text",
    [
        "settings.configure(SECRET_KEY='x', INSTALLED_APPS=['a'])\n",
        "S = {'INSTALLED_APPS': []}\nS['SECRET_KEY'] = 'x'\nsettings.configure(**S)\n",
        "S = {'INSTALLED_APPS': []}\n",
        "S = {'INSTALLED_APPS': [], **more}\nsettings.configure(**S)\n",
        "settings.configure(INSTALLED_APPS=[], **more)\n",
        "settings.configure(DEBUG=True)\n",
        "other.configure(INSTALLED_APPS=[])\n",
        "INSTALLED_APPS = []\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    check_unchanged(fixer, HEAD + text, target=(3, 2))
