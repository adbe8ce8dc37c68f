from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.query_add_filter import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('q.query.add_filter(("a", 1))\n', 'q.query.add_filter("a", 1)\n'),
        ('query.add_filter( ("a__in", [1]), )\n', 'query.add_filter( "a__in", [1], )\n'),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(5, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("query.add_filter(pair)\n", "takes"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        'query.add_filter("a", 1)\n',
        'table.add_filter(("a", 1))\n',
        "query.add_filter(*pair)\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE).findings
