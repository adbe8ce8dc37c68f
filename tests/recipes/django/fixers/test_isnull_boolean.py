from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.isnull_boolean import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Book.objects.filter(author__isnull=1)\n", "Book.objects.filter(author__isnull=True)\n"),
        ("Q(a__b__isnull=0, c=0)\n", "Q(a__b__isnull=False, c=0)\n"),
        ('qs.filter(**{"a__isnull": 1, "n": 1})\n', 'qs.filter(**{"a__isnull": True, "n": 1})\n'),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    "text",
    [
        "qs.filter(a__isnull=True)\n",
        "qs.filter(a__isnull=flag)\n",
        'qs.filter(a__isnull="x")\n',
        'params = {"a__isnull": 1}\n',
        "isnull = 1\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
