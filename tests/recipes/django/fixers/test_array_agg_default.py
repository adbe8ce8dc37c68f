from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.array_agg_default import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'from django.contrib.postgres.aggregates import ArrayAgg\nx = ArrayAgg("a", distinct=True)\n',
            (
                "from django.contrib.postgres.aggregates import ArrayAgg\n"
                "from django.db.models import Value\n"
                'x = ArrayAgg("a", distinct=True, default=Value([]))\n'
            ),
        ),
        (
            (
                "from django.db.models import Value as V\n"
                "from django.contrib.postgres.aggregates import StringAgg\n"
                'x = StringAgg("a", V(","))\n'
            ),
            (
                "from django.db.models import Value as V\n"
                "from django.contrib.postgres.aggregates import StringAgg\n"
                'x = StringAgg("a", V(","), default=V(""))\n'
            ),
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, current=(4, 2))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('from django.contrib.postgres.aggregates import JSONBAgg\nJSONBAgg("a")\n', "None"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text, current=(4, 2)).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        'from django.contrib.postgres.aggregates import ArrayAgg\nArrayAgg("a", default=None)\n',
        'ArrayAgg("a")\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, current=(4, 2)).findings
