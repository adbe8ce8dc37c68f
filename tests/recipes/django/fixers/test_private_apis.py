from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.private_apis import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from django.db.models.sql import Query\nx = Query.where_class\n", "where_class"),
        ("from django import forms\nclass F(forms.Form):\n    def _html_output(self): ...\n", "_html_output"),
        ("from django.contrib.gis.forms import OSMWidget\nclass W(OSMWidget):\n    map_width = 1\n", "map_width"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "import_free; x.where_class\n",
        "from django.db import models\nmodels.Model\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings


def test_only_what_changes_on_the_way() -> None:
    text = "from django.db.models.sql import Query\nx = Query.where_class\n"
    assert not check_unchanged(fixer, text, current=(4, 2)).findings
