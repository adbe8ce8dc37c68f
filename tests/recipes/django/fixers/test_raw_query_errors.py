from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.raw_query_errors import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            ("from django.db.models.query_utils import InvalidQuery\ntry:\n    a()\nexcept InvalidQuery:\n    b()\n"),
            (
                "from django.core.exceptions import FieldDoesNotExist, FieldError\n"
                "try:\n"
                "    a()\n"
                "except (FieldDoesNotExist, FieldError):\n"
                "    b()\n"
            ),
        ),
        (
            (
                "from django.db.models.query_utils import InvalidQuery, Q\n"
                "try:\n"
                "    a(Q)\n"
                "except (KeyError, InvalidQuery) as e:\n"
                "    b()\n"
            ),
            (
                "from django.db.models.query_utils import Q\n"
                "from django.core.exceptions import FieldDoesNotExist, FieldError\n"
                "try:\n"
                "    a(Q)\n"
                "except (KeyError, FieldDoesNotExist, FieldError) as e:\n"
                "    b()\n"
            ),
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, current=(3, 2))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from django.db.models.query_utils import InvalidQuery\nraise InvalidQuery()\n", "gone"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text, current=(3, 2)).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "from sql import InvalidQuery\ntry:\n    a()\nexcept InvalidQuery:\n    b()\n",
        ("try:\n    from django.db.models.query_utils import InvalidQuery\nexcept ImportError:\n    pass\n"),
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, current=(3, 2)).findings
