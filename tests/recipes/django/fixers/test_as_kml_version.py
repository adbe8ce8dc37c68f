from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.as_kml_version import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("x = AsKML('a', version=2)\n", 1),
        ("x = AsKML('a')\n", 0),
        ("x = AsGML('a', version=2)\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
