from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.mysql_charset import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('D = {"ENGINE": "django.db.backends.mysql"}\n', "utf8mb4"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        'D = {"ENGINE": "django.db.backends.mysql", "OPTIONS": {"charset": "utf8mb4"}}\n',
        'D = {"ENGINE": "django.db.backends.sqlite3"}\n',
        'if engine == "django.db.backends.mysql":\n    pass\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
