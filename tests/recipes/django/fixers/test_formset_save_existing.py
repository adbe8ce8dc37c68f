from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.formset_save_existing import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f.save_existing(form, instance=o, commit=c)\n", "f.save_existing(form, obj=o, commit=c)\n"),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(5, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    "text",
    [
        "f.save_existing(form, o)\n",
        "f.save(instance=o)\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE).findings
