from __future__ import annotations

import pytest

from chairlift.recipes.django.texts.form_rendering import rule
from chairlift.testing.texts import check_text_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<table>{{ form }}</table>", "<div>"),
        ("{{ user_form }}", "user_form"),
        ("{{ page.formset }}", "formset"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_text_unchanged(rule, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "{{ form.as_p }}",
        "{{ form.name }}",
        "{{ platform }}",
        "{{ form|crispy }}",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_text_unchanged(rule, text).findings
