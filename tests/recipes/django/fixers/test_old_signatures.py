from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.old_signatures import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('INSTALLED_APPS = ["django.contrib.sessions"]\n', "sessions"),
        ("from django.core import signing\nsigning.loads(x)\n", "signed"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        'x = ["django.contrib.auth"]\n',
        'import_module("django.contrib.sessions")\n',
        "from json import loads\nloads(x)\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings


def test_newer_ones_sign_as_the_target_does() -> None:
    assert not check_unchanged(fixer, 'INSTALLED_APPS = ["django.contrib.sessions"]\n', current=(3, 2)).findings
