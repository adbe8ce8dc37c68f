from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.contrib_options import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("from django.contrib.auth.models import User\nx = User._meta.ordering + ('a',)\n", 1),
        ("from django.contrib.auth.models import User\nx = ('a',) + User.Meta.unique_together\n", 1),
        ("from django.contrib.auth.models import User\nx = User._meta.ordering + ['a']\n", 0),
        ("x = Mine._meta.ordering + ('a',)\n", 0),
        ("from django.contrib.auth.models import User\nx = User._meta.ordering\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
