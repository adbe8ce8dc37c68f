from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.escaped_quotes import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("assert 'it&#39;s' in x\n", 1),
        ("x = f'{y} &#39;'\n", 1),
        ("x = '&#x27;'\n", 0),
        ("x = 1  # &#39;\n", 0),
        ("x = '&amp;'\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
