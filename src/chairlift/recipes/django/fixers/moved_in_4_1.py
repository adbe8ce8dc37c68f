"""Follows an undocumented mixin of the auth views that Django 4.1 renamed.

https://docs.djangoproject.com/en/4.1/releases/4.1/#miscellaneous
"""

from __future__ import annotations

from chairlift.recipes.django.fixing import Fixer
from chairlift.recipes.django.moves import follow
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="RedirectURLMixin",
    link=notes((4, 1), "miscellaneous"),
    since=(4, 1),
    breaks=(4, 1),
    items=(287,),
)

follow(
    fixer,
    {
        "django.contrib.auth.views.SuccessURLAllowedHostsMixin": "django.contrib.auth.views.RedirectURLMixin",
    },
)
