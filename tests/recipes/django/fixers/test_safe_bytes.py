from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.safe_bytes import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            ("from django.utils.safestring import SafeBytes, SafeText\nx = isinstance(y, (SafeBytes, SafeText))\n"),
            "from django.utils.safestring import SafeText\nx = isinstance(y, SafeText)\n",
        ),
        (
            ("from django.utils.safestring import SafeBytes, SafeText\nx = isinstance(y, (a, SafeBytes, b))\n"),
            "from django.utils.safestring import SafeText\nx = isinstance(y, (a, b))\n",
        ),
        ("from django.utils.safestring import SafeBytes\n", ""),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("from django.utils.safestring import SafeBytes, SafeText\nx = SafeBytes(b'')\n", 1),
        (("from django.utils.safestring import SafeBytes, SafeText\nx = isinstance(y, (SafeBytes,))\n"), 1),
        ("from mine import SafeBytes\nx = isinstance(y, (SafeBytes, z))\n", 0),
        (("try:\n    from django.utils.safestring import SafeBytes\nexcept ImportError:\n    SafeBytes = None\n"), 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
