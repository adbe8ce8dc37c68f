from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.uuid_field_mariadb import fixer
from chairlift.testing.fixers import check_unchanged

HEAD = "from django.db import models\nfrom django import forms\n"


@pytest.mark.parametrize(
    "text",
    [
        "x = models.UUIDField()\n",
        "x = forms.UUIDField()\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, HEAD + text).findings


def test_where_the_project_is_on_mariadb() -> None:
    files = {"docker-compose.yml": "image: mariadb:10.11\n"}
    assert check_unchanged(fixer, HEAD + "x = models.UUIDField()\n", files=files).findings
    assert not check_unchanged(fixer, HEAD + "x = forms.UUIDField()\n", files=files).findings
