from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.dropped_arguments import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from django.views.static import was_modified_since\nwas_modified_since(h, t, size)\n",
            "from django.views.static import was_modified_since\nwas_modified_since(h, t)\n",
        ),
        (
            ('from django.utils.functional import cached_property\nclass A:\n    x = cached_property(f, name="x")\n'),
            "from django.utils.functional import cached_property\nclass A:\n    x = cached_property(f)\n",
        ),
        ('self.query.add_annotation(a, "b", is_summary=True)\n', 'self.query.add_annotation(a, "b")\n'),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, current=(4, 0), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    "text",
    [
        "was_modified_since(h, t, size)\n",
        'from functools import cached_property\nclass A:\n    x = cached_property(f, name="x")\n',
        "add_annotation(is_summary=True)\n",
        "from django.views.static import was_modified_since\nwas_modified_since(h, *a)\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, current=(4, 0), stage=Stage.UPGRADE).findings
