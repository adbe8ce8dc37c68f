from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.moved_in_4_1 import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            (
                "from django.contrib.auth.views import SuccessURLAllowedHostsMixin\n"
                "class A(SuccessURLAllowedHostsMixin): ...\n"
            ),
            "from django.contrib.auth.views import RedirectURLMixin\nclass A(RedirectURLMixin): ...\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(5, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    "text",
    [
        "from mine import SuccessURLAllowedHostsMixin\n",
        (
            "try:\n"
            "    from django.contrib.auth.views import SuccessURLAllowedHostsMixin\n"
            "except ImportError:\n"
            "    pass\n"
        ),
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE).findings
