from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.csrf_origin_check import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('CSRF_COOKIE_DOMAIN = ".example.com"\n', "shared"),
        ('SESSION_COOKIE_DOMAIN = env("DOMAIN")\n', "shared"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        'CSRF_COOKIE_DOMAIN = "example.com"\n',
        "CSRF_COOKIE_DOMAIN = None\n",
        'CSRF_COOKIE_DOMAIN = ".example.com"\nCSRF_TRUSTED_ORIGINS = []\n',
        "x = settings.CSRF_COOKIE_DOMAIN\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
