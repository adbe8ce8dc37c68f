from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.unsaved_in_filter import fixer
from chairlift.testing.fixers import check_unchanged

HEAD = "from app.models import Author\nfrom django.db.models import Q\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('Book.objects.filter(author=Author(name="a"))\n', "saved"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, HEAD + text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "Book.objects.filter(author=author)\n",
        "Book.objects.filter(author=Author(pk=1))\n",
        "Book.objects.filter(a=Q(b=1))\n",
        "f(author=Author())\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, HEAD + text).findings
