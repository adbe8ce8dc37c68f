from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.oracle import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('D = {"ENGINE": "django.db.backends.oracle"}\n', "Long names"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        'D = {"ENGINE": "django.db.backends.mysql"}\n',
        '"django.db.backends.oracle"\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
