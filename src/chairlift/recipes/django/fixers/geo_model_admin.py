"""Uses GISModelAdmin for the two admin classes of maps that Django 5.0 removed.

https://docs.djangoproject.com/en/4.0/releases/4.0/#id1
"""

from __future__ import annotations

from chairlift.recipes.django.fixing import Fixer
from chairlift.recipes.django.moves import follow
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="GISModelAdmin for GeoModelAdmin and OSMGeoAdmin",
    link=notes((4, 0), "id1"),
    since=(4, 0),
    breaks=(5, 0),
    items=(413,),
)

follow(
    fixer,
    {
        "django.contrib.gis.admin.GeoModelAdmin": "django.contrib.gis.admin.GISModelAdmin",
        "django.contrib.gis.admin.OSMGeoAdmin": "django.contrib.gis.admin.GISModelAdmin",
        "django.contrib.gis.admin.options.GeoModelAdmin": "django.contrib.gis.admin.options.GISModelAdmin",
        "django.contrib.gis.admin.options.OSMGeoAdmin": "django.contrib.gis.admin.options.GISModelAdmin",
    },
)
