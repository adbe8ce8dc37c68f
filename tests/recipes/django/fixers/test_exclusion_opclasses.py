from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.exclusion_opclasses import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('ExclusionConstraint(name="a", opclasses=["b"])\n', "opclasses"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "ExclusionConstraint(expressions=[])\n",
        'Index(opclasses=["a"])\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
