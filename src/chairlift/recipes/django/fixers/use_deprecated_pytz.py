"""Drops USE_DEPRECATED_PYTZ: it was transitional, and Django 5.0 knows zoneinfo only.

https://docs.djangoproject.com/en/5.0/releases/5.0/#features-removed-in-5-0
"""

from __future__ import annotations

from chairlift.recipes.django.fixing import Fixer
from chairlift.recipes.django.releases import notes
from chairlift.recipes.django.settings_rules import drop_setting

fixer = Fixer(
    __name__,
    title="USE_DEPRECATED_PYTZ, which nothing reads",
    link=notes((5, 0), "features-removed-in-5-0"),
    since=(5, 0),
    breaks=(5, 0),
    items=(410,),
)

drop_setting(fixer, "USE_DEPRECATED_PYTZ")
