from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.relative_urls import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("STATIC_URL = 'static/'\n", 1),
        ("MEDIA_URL = 'media'\n", 1),
        ("STATIC_URL = '/static/'\n", 0),
        ("STATIC_URL = 'https://x/'\n", 0),
        ("STATIC_URL = ''\n", 0),
        ("STATIC_URL = env('X')\n", 0),
        ("X_URL = 'x'\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text, path="app/settings.py").findings) == findings
