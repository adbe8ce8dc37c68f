from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.geo_model_admin import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from django.contrib.gis import admin\nclass A(admin.OSMGeoAdmin): ...\n",
            "from django.contrib.gis import admin\nclass A(admin.GISModelAdmin): ...\n",
        ),
        (
            "from django.contrib.gis.admin import GeoModelAdmin\nclass A(GeoModelAdmin): ...\n",
            "from django.contrib.gis.admin import GISModelAdmin\nclass A(GISModelAdmin): ...\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, current=(4, 0), target=(5, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    "text",
    [
        "from django.contrib import admin\nadmin.OSMGeoAdmin\n",
        "class OSMGeoAdmin: ...\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, current=(4, 0), target=(5, 2), stage=Stage.UPGRADE).findings
