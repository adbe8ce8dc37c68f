from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.index_together_migrations import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('class A(Model):\n    class Meta:\n        index_together = [("a", "b")]\n', "Meta.index_together"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "class Meta:\n    indexes = []\n",
        "index_together = 1\n",
        'x = {"index_together": 1}\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings


def test_old_migrations_may_stay() -> None:
    text = 'options = {"index_together": {("a", "b")}}\n'
    found = check_unchanged(fixer, text, path="app/migrations/0001_initial.py").findings
    assert [each.weight.value for each in found] == ["note"]
