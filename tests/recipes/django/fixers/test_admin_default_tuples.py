from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.admin_default_tuples import fixer
from chairlift.testing.fixers import check_changes, check_unchanged

HEAD = "from django.contrib.admin import ModelAdmin\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'class A(ModelAdmin):\n    actions = ModelAdmin.actions + ["x", "y"]\n',
            'class A(ModelAdmin):\n    actions = [*ModelAdmin.actions, "x", "y"]\n',
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, HEAD + before, HEAD + after)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ModelAdmin.actions.append(f)\n", "tuple"),
        ("x = ModelAdmin.inlines + y\n", "tuple"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, HEAD + text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        'class A(Base):\n    actions = Base.actions + ["x"]\n',
        "ModelAdmin.actions\n",
        "x = [*ModelAdmin.inlines, 1]\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, HEAD + text).findings
