from __future__ import annotations

import pytest

from chairlift.recipes.django.texts.form_templates import rule
from chairlift.testing.texts import check_text_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{% include "django/forms/default.html" %}', "gone"),
        ("x = 'django/forms/formsets/default.html'", "gone"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_text_unchanged(rule, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        '{% include "django/forms/div.html" %}',
        '{% include "default.html" %}',
        '{% include "forms/default.html" %}',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_text_unchanged(rule, text).findings
