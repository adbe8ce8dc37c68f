from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.constraint_validate import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from django.db.models import BaseConstraint\nclass A(BaseConstraint): ...\n", "validate"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        ("from django.db.models import BaseConstraint\nclass A(BaseConstraint):\n    def validate(self): ...\n"),
        "from mine import BaseConstraint\nclass A(BaseConstraint): ...\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
