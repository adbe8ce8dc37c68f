from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.url_converter import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'from django.urls.converters import get_converter\nx = get_converter("int")\n',
            'from django.urls.converters import get_converters\nx = get_converters()["int"]\n',
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    "text",
    [
        'from mine import get_converter\nget_converter("a")\n',
        "from django.urls import converters\nconverters.get_converters()\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
