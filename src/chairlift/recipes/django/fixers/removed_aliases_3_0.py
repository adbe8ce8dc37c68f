"""Takes names from where they really live: Django 3.0 removed its aliases for Python 2.

https://docs.djangoproject.com/en/3.0/releases/3.0/#removed-private-python-2-compatibility-apis
"""

from __future__ import annotations

from chairlift.recipes.django.fixing import Fixer
from chairlift.recipes.django.moves import follow

fixer = Fixer(
    __name__,
    title="names that Django 3.0 no longer passes on, from where they live",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#removed-private-python-2-compatibility-apis",
    breaks=(3, 0),
    items=(18, 20, 21, 56, 58),
)

follow(
    fixer,
    {
        "django.utils.lru_cache.lru_cache": "functools.lru_cache",
        "django.utils.functional.lru_cache": "functools.lru_cache",
        "django.utils.decorators.ContextDecorator": "contextlib.ContextDecorator",
        "django.utils._os.abspathu": "os.path.abspath",
        # Its dashes became spaces, as RFC 7231 has them; every browser reads both.
        "django.utils.http.cookie_date": "django.utils.http.http_date",
        "django.contrib.staticfiles.templatetags.staticfiles.static": "django.templatetags.static.static",
    },
    gone=("django.utils.lru_cache", "django.contrib.staticfiles.templatetags.staticfiles"),
)
