from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.datetime_safe import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from django.utils import datetime_safe\nx = datetime_safe.date(1, 1, 1)\n",
            "from datetime import date\nx = date(1, 1, 1)\n",
        ),
        (
            "from django.utils.datetime_safe import datetime\nx = datetime.now()\n",
            "from datetime import datetime\nx = datetime.now()\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from django.utils import datetime_safe\nx = datetime_safe.new_datetime(d)\n", "datetime_safe"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "from mine import datetime_safe\ndatetime_safe.date\n",
        "import datetime\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
