from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.earliest_field_name import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = A.objects.latest(field_name='day')\n", "x = A.objects.latest('day')\n"),
        ("x = A.objects.earliest(\n    field_name = 'day',\n)\n", "x = A.objects.earliest(\n    'day',\n)\n"),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    "text",
    [
        "x = A.objects.latest('day')\n",
        "x = A.objects.get(field_name='day')\n",
        "x = A.latest('a', field_name='day')\n",
        "x = latest(field_name='a')\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    check_unchanged(fixer, text)
