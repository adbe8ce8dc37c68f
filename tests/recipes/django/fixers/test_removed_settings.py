from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.removed_settings import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("X = 1\nDEFAULT_CONTENT_TYPE = 'text/html'\nY = 1\n", "X = 1\nY = 1\n"),
        ('class A:\n    FILE_CHARSET = "UTF-8"\n', "class A:\n    pass\n"),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, path="app/settings.py")


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("FILE_CHARSET = 'latin-1'\n", 1),
        ("DEFAULT_CONTENT_TYPE = env('X')\n", 1),
        ("DEFAULT_CHARSET = 'utf-8'\n", 0),
        ("x = settings.FILE_CHARSET\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text, path="app/settings.py").findings) == findings
