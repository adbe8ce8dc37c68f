from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.csrf_internals import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('request.META["CSRF_COOKIE_USED"] = True\n', "META"),
        ("request.csrf_cookie_needs_reset = True\n", "no effect"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        'request.META["CSRF_COOKIE_NEEDS_UPDATE"]\n',
        'request.COOKIES["CSRF_COOKIE"]\n',
        'x = "CSRF_COOKIE_USED"\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
