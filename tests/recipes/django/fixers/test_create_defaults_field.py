from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.create_defaults_field import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("class A(models.Model):\n    create_defaults = models.TextField()\n", "argument"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "create_defaults = models.TextField()\n",
        "class A:\n    create_defaults = {}\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
