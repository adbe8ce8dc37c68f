from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.request_raw_uri import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("u = request.get_raw_uri()\n", "u = request.build_absolute_uri()\n"),
        ("u = self.request.get_raw_uri()\n", "u = self.request.build_absolute_uri()\n"),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("u = thing.get_raw_uri()\n", "gone"),
        ("f = request.get_raw_uri\n", "gone"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "u = request.build_absolute_uri()\n",
        "def get_raw_uri(): ...\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
