from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.email_certificates import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("EMAIL_USE_TLS = True\n", "certificate"),
        ('EMAIL_USE_SSL = env("SSL")\n', "certificate"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "EMAIL_USE_TLS = False\n",
        "print(EMAIL_USE_TLS)\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
