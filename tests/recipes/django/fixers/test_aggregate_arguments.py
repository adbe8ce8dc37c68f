from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.aggregate_arguments import fixer
from chairlift.testing.fixers import check_unchanged

HEAD = "from django.db.models import Count, Sum\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('Sum("a", "b")\n', "one argument"),
        ("Count(distinct=True)\n", "one argument"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, HEAD + text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        'Sum("a")\n',
        'Count("a", distinct=True)\n',
        "Count(*a)\n",
        'Sum(expression="a")\n',
        'Avg("a", "b")\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, HEAD + text).findings
