from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.distinct_delete import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("A.objects.filter(b=1).distinct().delete()\n", 1),
        ("A.objects.distinct().filter(b=1).delete()\n", 1),
        ("A.objects.filter(b=1).delete()\n", 0),
        ("delete(distinct())\n", 0),
        ("a.delete().distinct()\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
