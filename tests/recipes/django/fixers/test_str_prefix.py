from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.str_prefix import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from django.test.utils import str_prefix\nx = str_prefix(\"[%(_)s'a']\")\n", "x = \"['a']\"\n"),
        (
            "from django.test.utils import override_settings, str_prefix\nx = str_prefix('a')\n",
            "from django.test.utils import override_settings\nx = 'a'\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("from django.test.utils import str_prefix\nx = str_prefix(y)\n", 1),
        ("from django.test.utils import str_prefix\nx = str_prefix('%%(_)s 100%%')\n", 1),
        ("from .utils import str_prefix\nx = str_prefix('a')\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
