"""Finds names that Django 5.0 removed and for which there is more than one answer.

https://docs.djangoproject.com/en/5.0/releases/5.0/#features-removed-in-5-0
"""

from __future__ import annotations

from chairlift.recipes.django.fixing import Fixer
from chairlift.recipes.django.gone import flag_all
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="gone in Django 5.0",
    link=notes((5, 0), "features-removed-in-5-0"),
    breaks=(5, 0),
    items=(
        365,
        366,
        371,
        403,
        421,
        428,
    ),
    only_flags=True,
)

flag_all(
    fixer,
    {
        "django.contrib.sitemaps.ping_google": "Google does not listen any more: remove the call.",
        "django.contrib.sitemaps.SitemapNotFound": "Nothing raises it once ping_google() is gone.",
        "django.contrib.admin.helpers.checkbox": (
            'forms.CheckboxInput({"class": "action-select"}, lambda value: False)'
        ),
        "django.utils.baseconv": "Copy the module from Django 4.2, or use int() and base64.",
        "django.utils.baseconv.base2": "Copy the module from Django 4.2.",
        "django.utils.baseconv.base16": "Use int(text, 16) and format(number, 'x').",
        "django.utils.baseconv.base36": "Use django.utils.http.int_to_base36() and base36_to_int().",
        "django.utils.baseconv.base56": "Copy the class BaseConverter from Django 4.2.",
        "django.utils.baseconv.base62": "Use b62_encode() and b62_decode() of django.core.signing.",
        "django.utils.baseconv.base64": "Copy the class from Django 4.2: this is not base64.",
        "django.utils.baseconv.BaseConverter": "Copy the class from Django 4.2.",
        "django.contrib.sessions.serializers.PickleSerializer": (
            "Sessions must hold what JSON can. Write with JSONSerializer, read both until the oldest session ends."
        ),
        "django.contrib.gis.admin.OpenLayersWidget": "Use OSMWidget or OpenLayersWidget of django.contrib.gis.forms.",
    },
)
