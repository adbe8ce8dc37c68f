from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.project_state_apps import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('ProjectState(real_apps=["a", "b"])\n', 'ProjectState(real_apps={"a", "b"})\n'),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    "text",
    [
        'ProjectState(real_apps={"a"})\n',
        'Other(real_apps=["a"])\n',
        "ProjectState(real_apps=apps)\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
