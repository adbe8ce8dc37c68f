from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.group_by_alias import fixer
from chairlift.testing.fixers import check_changes, check_unchanged

OLD = "class E(Func):\n    def get_group_by_cols(self):\n        return []\n"


def test_takes_the_alias() -> None:
    check_changes(fixer, OLD, OLD.replace("(self)", "(self, alias=None)"), target=(3, 2))


@pytest.mark.parametrize(
    "text",
    [
        OLD.replace("(self)", "(self, alias=None)"),
        OLD.replace("(self)", "(self, **kwargs)"),
        "def get_group_by_cols(self):\n    return []\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    check_unchanged(fixer, text, target=(3, 2))


def test_not_where_the_target_passes_none_again() -> None:
    check_unchanged(fixer, OLD, target=(4, 2))
