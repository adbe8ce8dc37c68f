"""Drops SECURE_BROWSER_XSS_FILTER: from Django 4.0 on nothing reads it, and the header is no longer sent.

https://docs.djangoproject.com/en/4.0/releases/4.0/#securitymiddleware-no-longer-sets-the-x-xss-protection-header
"""

from __future__ import annotations

from chairlift.recipes.django.fixing import Fixer
from chairlift.recipes.django.releases import notes
from chairlift.recipes.django.settings_rules import drop_setting

fixer = Fixer(
    __name__,
    title="SECURE_BROWSER_XSS_FILTER, which nothing reads",
    link=notes((4, 0), "securitymiddleware-no-longer-sets-the-x-xss-protection-header"),
    since=(4, 0),
    breaks=(4, 0),
    items=(182,),
)

drop_setting(fixer, "SECURE_BROWSER_XSS_FILTER")
