from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.sitemap_protocol import fixer
from chairlift.testing.fixers import check_unchanged

HEAD = "from django.contrib.sitemaps import Sitemap\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("class A(Sitemap):\n    limit = 1\n", "protocol"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, HEAD + text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        'class A(Sitemap):\n    protocol = "https"\n',
        "class A(Other): ...\n",
        "class A(Sitemap):\n    def get_protocol(self): ...\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, HEAD + text).findings
