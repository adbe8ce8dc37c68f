from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.inline_non_form_errors import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = inline_admin_formset.non_form_errors\n", "x = inline_admin_formset.non_form_errors()\n"),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(5, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    "text",
    [
        "x = formset.non_form_errors()\n",
        "x = inline_admin_formset.non_form_errors()\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE).findings
