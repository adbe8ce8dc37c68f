"""Follows names that Django 3.1 moved without leaving anything behind; the new places do not exist before it.

https://docs.djangoproject.com/en/3.1/releases/3.1/#miscellaneous
"""

from __future__ import annotations

from chairlift.recipes.django.fixing import Fixer
from chairlift.recipes.django.moves import follow

fixer = Fixer(
    __name__,
    title="names that Django 3.1 moved",
    link="https://docs.djangoproject.com/en/3.1/releases/3.1/#miscellaneous",
    since=(3, 1),
    breaks=(3, 1),
    items=(80, 86, 98),
)

follow(
    fixer,
    {
        "django.utils.decorators.classproperty": "django.utils.functional.classproperty",
        "django.views.debug.ExceptionReporterFilter": "django.views.debug.SafeExceptionReporterFilter",
        "django.contrib.postgres.forms.InvalidJSONInput": "django.forms.fields.InvalidJSONInput",
        "django.contrib.postgres.forms.JSONString": "django.forms.fields.JSONString",
        "django.contrib.postgres.forms.jsonb.InvalidJSONInput": "django.forms.fields.InvalidJSONInput",
        "django.contrib.postgres.forms.jsonb.JSONString": "django.forms.fields.JSONString",
    },
)
