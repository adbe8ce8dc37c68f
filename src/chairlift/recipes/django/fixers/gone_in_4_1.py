"""Finds names that Django 4.1 removed and for which there is more than one answer.

https://docs.djangoproject.com/en/4.1/releases/4.1/#features-removed-in-4-1
"""

from __future__ import annotations

from chairlift.recipes.django.fixing import Fixer
from chairlift.recipes.django.gone import flag_all
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="gone in Django 4.1",
    link=notes((4, 1), "features-removed-in-4-1"),
    breaks=(4, 1),
    items=(316,),
    only_flags=True,
)

flag_all(
    fixer,
    {
        "django.core.cache.backends.memcached.MemcachedCache": (
            "Use PyMemcacheCache (needs pymemcache) or PyLibMCCache (needs pylibmc); what is cached is lost."
        ),
    },
)
