from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.json_text import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('Value("[1]", JSONField())\n', "JSON text"),
        ("import json\nValue(json.dumps(x), output_field=models.JSONField())\n", "JSON text"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        'Value({"a": 1}, JSONField())\n',
        'Value("a")\n',
        'Value("a", CharField())\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
