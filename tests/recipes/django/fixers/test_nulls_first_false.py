from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.nulls_first_false import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('F("a").asc(nulls_first=False)\n', 'F("a").asc()\n'),
        ('F("a").desc(nulls_first=True, nulls_last=False)\n', 'F("a").desc(nulls_first=True)\n'),
        (
            ('from django.db.models.expressions import OrderBy\nOrderBy(F("a"), nulls_last=False, descending=True)\n'),
            'from django.db.models.expressions import OrderBy\nOrderBy(F("a"), descending=True)\n',
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    "text",
    [
        'F("a").asc(nulls_first=True)\n',
        'F("a").asc(nulls_first=x)\n',
        "sort(nulls_first=False)\n",
        'OrderBy(F("a"), nulls_last=False)\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
