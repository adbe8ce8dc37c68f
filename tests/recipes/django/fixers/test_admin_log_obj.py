from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.admin_log_obj import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("self.log_addition(request, object=o, message=m)\n", "self.log_addition(request, obj=o, message=m)\n"),
        (
            "admin.log_deletion(request, object=o, object_repr=r)\n",
            "admin.log_deletion(request, obj=o, object_repr=r)\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(5, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    "text",
    [
        "self.log_change(request, o, m)\n",
        "self.log(object=o)\n",
        "log_addition(object=1)\n",
        "x.log_change(obj=1, object=2)\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE).findings
