from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.url_field_scheme import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from django import forms\nforms.URLField()\n", "https"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text, target=(6, 0)).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "from django.db import models\nmodels.URLField()\n",
        'from django import forms\nforms.URLField(assume_scheme="https")\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(6, 0)).findings
