from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.gis_versions import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('INSTALLED_APPS = ["django.contrib.gis"]\n', "PostGIS 3.1"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        'x = "django.contrib.gis"\n',
        'INSTALLED_APPS = ["django.contrib.admin"]\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings


def test_only_what_is_raised_on_the_way() -> None:
    text = 'INSTALLED_APPS = ["django.contrib.gis"]\n'
    assert "PROJ 5 or newer" in check_unchanged(fixer, text, current=(4, 1), target=(4, 2)).findings[0].text
    assert not check_unchanged(fixer, text, current=(3, 0), target=(3, 1)).findings
