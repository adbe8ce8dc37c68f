from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.memcached_backend import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("CACHES = {'default': {'BACKEND': 'django.core.cache.backends.memcached.MemcachedCache'}}\n", 1),
        ("CACHES = {'default': {'BACKEND': 'django.core.cache.backends.memcached.PyMemcacheCache'}}\n", 0),
        ("x = 'MemcachedCache'\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
