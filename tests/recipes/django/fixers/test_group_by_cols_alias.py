from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.group_by_cols_alias import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            (
                "class A(Func):\n"
                "    def get_group_by_cols(self, alias=None):\n"
                "        return self.x.get_group_by_cols(alias=alias)\n"
            ),
            "class A(Func):\n    def get_group_by_cols(self):\n        return self.x.get_group_by_cols()\n",
        ),
        (
            "class A(Func):\n    def get_group_by_cols(self, alias=None):\n        return [self]\n",
            "class A(Func):\n    def get_group_by_cols(self):\n        return [self]\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(4, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    "text",
    [
        "class A(Func):\n    def get_group_by_cols(self):\n        return []\n",
        "class A(Func):\n    def get_group_by_cols(self, alias=None):\n        return [alias]\n",
        "class A(Func):\n    def get_group_by_cols(self, alias):\n        return []\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(4, 2), stage=Stage.UPGRADE).findings
