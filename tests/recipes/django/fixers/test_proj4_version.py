from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.proj4_version import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = connection.ops.proj4_version()\n", "x = connection.ops.proj_version()\n"),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    "text",
    [
        "x = gdal.proj4_version()\n",
        "x = proj4_version()\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    check_unchanged(fixer, text, stage=Stage.UPGRADE)
