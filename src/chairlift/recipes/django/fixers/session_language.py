"""Flags LANGUAGE_SESSION_KEY: from Django 3.0 on the language lives in a cookie, and logging out forgets it.

https://docs.djangoproject.com/en/3.0/releases/3.0/#miscellaneous
"""

from __future__ import annotations

from chairlift.recipes.django.findings import Weight
from chairlift.recipes.django.fixing import Fixer
from chairlift.recipes.django.moves import flag

fixer = Fixer(
    __name__,
    title="the session no longer says the language",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#miscellaneous",
    breaks=(3, 0),
    items=(32, 236),
    only_flags=True,
)

flag(
    fixer,
    {
        "django.utils.translation.LANGUAGE_SESSION_KEY": "set and read the cookie settings.LANGUAGE_COOKIE_NAME "
        "instead, as set_language does; LocaleMiddleware no longer looks into the session",
    },
    Weight.LOOK,
)
