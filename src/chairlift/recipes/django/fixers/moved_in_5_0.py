"""Imports the exceptions of the admin from where Django 5.0 keeps them.

https://docs.djangoproject.com/en/5.0/releases/5.0/#miscellaneous
"""

from __future__ import annotations

from chairlift.recipes.django.fixing import Fixer
from chairlift.recipes.django.moves import follow
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="AlreadyRegistered and NotRegistered of the admin",
    link=notes((5, 0), "miscellaneous"),
    since=(5, 0),
    breaks=(5, 0),
    items=(381,),
)

follow(
    fixer,
    {
        "django.contrib.admin.sites.AlreadyRegistered": "django.contrib.admin.exceptions.AlreadyRegistered",
        "django.contrib.admin.sites.NotRegistered": "django.contrib.admin.exceptions.NotRegistered",
    },
)
