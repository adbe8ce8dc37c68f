from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.constraint_arguments import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("class A(BaseConstraint):\n    def __init__(self, name):\n        super().__init__(name)\n", "positional"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text, target=(6, 0)).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "class A(BaseConstraint):\n    def __init__(self, name):\n        super().__init__(name=name)\n",
        "class A(Other):\n    def __init__(self, name):\n        super().__init__(name)\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(6, 0)).findings
