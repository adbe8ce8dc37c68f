from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.group_by_cols import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "class A(Func):\n    def get_group_by_cols(self):\n        return []\n",
            "class A(Func):\n    def get_group_by_cols(self, alias=None):\n        return []\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, current=(3, 2), target=(4, 2))


@pytest.mark.parametrize(
    "text",
    [
        "class A(Func):\n    def get_group_by_cols(self, alias=None):\n        return []\n",
        "def get_group_by_cols(self): ...\n",
        "class A(Func):\n    def get_group_by_cols(self, *args): ...\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, current=(3, 2), target=(4, 2)).findings


def test_not_where_nobody_passes_it() -> None:
    text = "class A(Func):\n    def get_group_by_cols(self): ...\n"
    check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE)
