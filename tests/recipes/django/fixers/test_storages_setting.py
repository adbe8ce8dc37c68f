from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.storages_setting import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'DEFAULT_FILE_STORAGE = env("S")\nA = 1\n',
            (
                "STORAGES = {\n"
                '    "default": {"BACKEND": env("S")},\n'
                '    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},\n'
                "}\n"
                "A = 1\n"
            ),
        ),
        (
            'DEFAULT_FILE_STORAGE = env("S")\nA = 1\nSTATICFILES_STORAGE = "x.Y"\n',
            ('A = 1\nSTORAGES = {\n    "default": {"BACKEND": env("S")},\n    "staticfiles": {"BACKEND": "x.Y"},\n}\n'),
        ),
        (
            '@override_settings(A=1, STATICFILES_STORAGE="x.Y")\ndef test(): ...\n',
            (
                '@override_settings(A=1, STORAGES={"default": {"BACKEND": "django.core.files.storage.FileSy'
                'stemStorage"}, "staticfiles": {"BACKEND": "x.Y"}})\n'
                "def test(): ...\n"
            ),
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, current=(4, 2), target=(5, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('if S3:\n    DEFAULT_FILE_STORAGE = "a.B"\n', "not read"),
        ('from .base import *\nDEFAULT_FILE_STORAGE = env("A")\n', "not read"),
        ("from django.conf import settings\nx = settings.STATICFILES_STORAGE\n", "gone"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text, current=(4, 2), target=(5, 2), stage=Stage.UPGRADE).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "STORAGES = {}\n",
        "from .base import A\nprint(settings.DEFAULT_FILE_STORAGE)\n",
        "def f(STATICFILES_STORAGE=1): ...\n",
        "other(STATICFILES_STORAGE=1)\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, current=(4, 2), target=(5, 2), stage=Stage.UPGRADE).findings


def test_plain_strings_of_settings_are_for_the_other_tool() -> None:
    text = 'DEFAULT_FILE_STORAGE = "a.B"\n'
    assert not check_unchanged(fixer, text, path="settings.py", stage=Stage.UPGRADE).findings
