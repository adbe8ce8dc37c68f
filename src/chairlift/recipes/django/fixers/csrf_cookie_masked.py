"""Drops CSRF_COOKIE_MASKED: it was for the time when old and new instances share cookies, and Django 5.0 ignores it.

https://docs.djangoproject.com/en/4.1/releases/4.1/#csrf
"""

from __future__ import annotations

from chairlift.recipes.django.fixing import Fixer
from chairlift.recipes.django.releases import notes
from chairlift.recipes.django.settings_rules import drop_setting

fixer = Fixer(
    __name__,
    title="CSRF_COOKIE_MASKED, which was transitional",
    link=notes((4, 1), "csrf"),
    since=(5, 0),
    breaks=(5, 0),
    items=(417,),
)

drop_setting(fixer, "CSRF_COOKIE_MASKED")
