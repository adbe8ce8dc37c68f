from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.setup_databases_keywords import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            ("from django.test.utils import setup_databases\nx = setup_databases(1, False, True, parallel=2)\n"),
            ("from django.test.utils import setup_databases\nx = setup_databases(1, False, keepdb=True, parallel=2)\n"),
        ),
        (
            "from django.test import utils\nx = utils.setup_databases(1, False, a, b, c, d)\n",
            (
                "from django.test import utils\n"
                "x = utils.setup_databases(1, False, keepdb=a, debug_sql=b, parallel=c, aliases=d)\n"
            ),
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    "text",
    [
        ("from django.test.utils import setup_databases\nx = setup_databases(1, False, keepdb=True)\n"),
        "from django.test.utils import setup_databases\nx = setup_databases(*a)\n",
        "x = setup_databases(1, 2, 3)\n",
        "x = self.setup_databases(1, 2, 3)\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    check_unchanged(fixer, text)
