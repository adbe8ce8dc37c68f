from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.save_with_default_key import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("class A(Model):\n    id = UUIDField(primary_key=True, default=uuid4)\n", 1),
        ("class A(Model):\n    id: UUID = UUIDField(default=uuid4, primary_key=True)\n", 1),
        ("class A(Model):\n    id = UUIDField(primary_key=True)\n", 0),
        ("class A(Model):\n    id = UUIDField(primary_key=False, default=uuid4)\n", 0),
        ("class A(Model):\n    id = UUIDField(default=uuid4)\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
