"""Flags the cache backend for python-memcached, a library without a maintainer: it is gone in Django 4.1.

https://docs.djangoproject.com/en/3.2/releases/3.2/#features-deprecated-in-3-2
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="the cache backend MemcachedCache",
    link="https://docs.djangoproject.com/en/3.2/releases/3.2/#features-deprecated-in-3-2",
    breaks=(4, 1),
    only_flags=True,
)


@fixer.on(ast.Constant, "django.core.cache.backends.memcached.MemcachedCache")
def named(looking: Looking, node: ast.Constant, parents: Parents) -> Iterator[Finding]:
    yield looking.source.finding(
        node,
        "MemcachedCache is gone in Django 4.1",
        "PyMemcacheCache with pymemcache (from Django 3.2 on), or PyLibMCCache with pylibmc; "
        "each picks the server for a key in its own way: the cache starts empty",
        Weight.MUST,
    )
