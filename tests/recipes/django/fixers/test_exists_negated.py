from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.exists_negated import fixer
from chairlift.testing.fixers import check_changes, check_unchanged

HEAD = "from django.db.models import Exists\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Exists(q, negated=True)\n", "~Exists(q)\n"),
        ("f(Exists(queryset=q, negated=False))\n", "f(Exists(queryset=q))\n"),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, HEAD + before, HEAD + after)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Exists(q, negated=x)\n", "gone"),
        ("Exists(q, negated=True).x\n", "gone"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, HEAD + text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "Exists(q)\n",
        "Other(q, negated=True)\n",
        "~Exists(q)\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, HEAD + text).findings
