from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.xreadlines import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("for line in request.xreadlines():\n    x\n", "for line in request:\n    x\n"),
        ("x = list(self.request.xreadlines())\n", "x = list(self.request)\n"),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("x = file.xreadlines()\n", 1),
        ("x = xreadlines()\n", 0),
        ("x = request.readlines()\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
