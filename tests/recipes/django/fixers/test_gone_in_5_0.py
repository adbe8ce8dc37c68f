from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.gone_in_5_0 import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from django.utils import baseconv\n", "baseconv"),
        ("from django.utils.baseconv import base62\n", "base62"),
        ('SESSION_SERIALIZER = "django.contrib.sessions.serializers.PickleSerializer"\n', "Pickle"),
        ("from django.contrib.sitemaps import ping_google\n", "ping_google"),
        ("from django.contrib.gis import admin\nx = admin.OpenLayersWidget\n", "OpenLayers"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "from mine import baseconv\n",
        "from django.contrib.sitemaps import Sitemap\n",
        "try:\n    from django.utils import baseconv\nexcept ImportError:\n    pass\n",
        'SESSION_SERIALIZER = "mine.PickleSerializer"\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
