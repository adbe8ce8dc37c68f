"""Uses the name of is_safe_url() that says what it checks: the old one is gone in Django 4.0.

https://docs.djangoproject.com/en/3.0/releases/3.0/#django-utils-http-is-safe-url
"""

from __future__ import annotations

from chairlift.recipes.django.fixing import Fixer
from chairlift.recipes.django.moves import follow

fixer = Fixer(
    __name__,
    title="url_has_allowed_host_and_scheme() for is_safe_url()",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#features-deprecated-in-3-0",
    since=(3, 0),
    breaks=(4, 0),
    items=(239,),
)

follow(fixer, {"django.utils.http.is_safe_url": "django.utils.http.url_has_allowed_host_and_scheme"})
