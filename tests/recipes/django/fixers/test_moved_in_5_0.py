from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.moved_in_5_0 import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from django.contrib.admin.sites import AlreadyRegistered, site\nAlreadyRegistered, site\n",
            (
                "from django.contrib.admin.sites import site\n"
                "from django.contrib.admin.exceptions import AlreadyRegistered\n"
                "AlreadyRegistered, site\n"
            ),
        ),
        (
            "from django.contrib import admin\nx = admin.sites.NotRegistered\n",
            (
                "from django.contrib import admin\n"
                "from django.contrib.admin.exceptions import NotRegistered\n"
                "x = NotRegistered\n"
            ),
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(5, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    "text",
    [
        "from mine.sites import AlreadyRegistered\n",
        "from django.contrib.admin.exceptions import AlreadyRegistered\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE).findings
