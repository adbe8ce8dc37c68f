from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.default_auto_field import fixer
from chairlift.recipes.django.releases import Leg, Stage
from chairlift.testing.fixers import check_changes, check_unchanged

APPS = "INSTALLED_APPS = ['a']\n"
LINE = 'DEFAULT_AUTO_FIELD = "django.db.models.AutoField"\n'


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("app/settings.py", APPS, f"{APPS}\n{LINE}"),
        ("app/settings.py", APPS[:-1], f"{APPS}\n{LINE}"),
        (
            "app/settings/base.py",
            f"{APPS}\nDATABASES = {{\n    'default': 1,\n}}\nX = 1\n",
            f"{APPS}\nDATABASES = {{\n    'default': 1,\n}}\n\n{LINE}X = 1\n",
        ),
        ("app/settings.py", APPS + "INSTALLED_APPS += ['b']\n", f"{APPS}\n{LINE}INSTALLED_APPS += ['b']\n"),
        (
            "app/settings.py",
            "class Base(Configuration):\r\n    INSTALLED_APPS = env.list('A')\r\n",
            "class Base(Configuration):\r\n    INSTALLED_APPS = env.list('A')\r\n\r\n    " + LINE[:-1] + "\r\n",
        ),
        (
            "runtests.py",
            "from django.conf import settings\nsettings.configure(\n    INSTALLED_APPS=['a'],\n)\n",
            "from django.conf import settings\nsettings.configure(\n"
            "    DEFAULT_AUTO_FIELD=\"django.db.models.AutoField\",\n    INSTALLED_APPS=['a'],\n)\n",
        ),
    ],
)
def test_adds_it_once(path: str, before: str, after: str) -> None:
    check_changes(fixer, before, after, path=path, stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    ("path", "text", "files"),
    [
        ("app/settings.py", APPS + "DEFAULT_AUTO_FIELD = env('X')\n", {}),
        ("app/settings.py", APPS + "if x:\n    DEFAULT_AUTO_FIELD: str = 'x'\n", {}),
        ("app/settings.py", APPS + "globals()['DEFAULT_AUTO_FIELD'] = 'x'\n", {}),
        ("app/settings.py", "INSTALLED_APPS = INSTALLED_APPS + ['b']\n", {}),
        ("app/settings.py", "INSTALLED_APPS = base.INSTALLED_APPS + ['b']\n", {}),
        ("app/settings.py", "INSTALLED_APPS += ['b']\n", {}),
        ("app/settings/test.py", "from .base import *\n" + APPS, {"app/settings/base.py": APPS}),
        ("app/settings/test.py", "from app.settings.base import *\n" + APPS, {"app/settings/base.py": APPS}),
        ("app/settings/base.py", APPS, {"app/settings/production.py": "from .base import *\n" + LINE}),
        ("settings/components/apps.py", APPS, {"settings/components/db.py": LINE}),
        ("settings/components/apps.py", APPS, {"settings/__init__.py": LINE}),
        ("app/checks.py", "def f():\n    INSTALLED_APPS = []\n", {}),
        ("runtests.py", "from django.conf import settings\nsettings.configure(INSTALLED_APPS=[], **more)\n", {}),
        ("runtests.py", "from django.conf import settings\noverride(INSTALLED_APPS=[])\n", {}),
    ],
)
def test_leaves_alone(path: str, text: str, files: dict[str, str]) -> None:
    check_unchanged(fixer, text, path=path, files=files, stage=Stage.UPGRADE)


def test_other_projects_of_the_checkout_do_not_count() -> None:
    check_changes(
        fixer,
        APPS,
        f"{APPS}\n{LINE}",
        path="one/settings.py",
        files={"two/settings.py": APPS + LINE, "one/example/demo/settings.py": APPS + LINE},
        stage=Stage.UPGRADE,
    )


def test_it_is_for_the_change_that_brings_3_2() -> None:
    check_unchanged(fixer, APPS, path="app/settings.py")
    assert not fixer.applies(Leg((3, 2), (4, 2), Stage.UPGRADE))
    assert not fixer.applies(Leg((2, 2), (3, 1), Stage.UPGRADE))
