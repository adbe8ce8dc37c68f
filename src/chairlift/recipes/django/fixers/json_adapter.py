"""Flags JsonAdapter of django.contrib.postgres: an undocumented class that Django 3.1 removed.

https://docs.djangoproject.com/en/3.1/releases/3.1/#miscellaneous
"""

from __future__ import annotations

from chairlift.recipes.django.fixing import Fixer
from chairlift.recipes.django.moves import flag

fixer = Fixer(
    __name__,
    title="removed in Django 3.1",
    link="https://docs.djangoproject.com/en/3.1/releases/3.1/#miscellaneous",
    breaks=(3, 1),
    items=(99,),
    only_flags=True,
)

_HOW = "use psycopg2.extras.Json(value, dumps=…); for a field, models.JSONField(encoder=…)"
flag(fixer, {f"django.contrib.postgres.fields.{where}JsonAdapter": _HOW for where in ("", "jsonb.")})
