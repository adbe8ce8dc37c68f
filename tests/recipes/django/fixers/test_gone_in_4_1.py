from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.gone_in_4_1 import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'CACHES = {"default": {"BACKEND": "django.core.cache.backends.memcached.MemcachedCache"}}\n',
            "MemcachedCache",
        ),
        ("from django.core.cache.backends.memcached import MemcachedCache\n", "MemcachedCache"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        'CACHES = {"default": {"BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache"}}\n',
        "from mine import MemcachedCache\n",
        '"django.core.cache.backends.memcached.MemcachedCache"\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
