from __future__ import annotations

import pytest

from chairlift.recipes.django.texts.length_is import rule
from chairlift.testing.texts import check_text_changes, check_text_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{% if a|length_is:3 %}x{% endif %}", "{% if a|length == 3 %}x{% endif %}"),
        ("{% if not a.b|length_is:'1' and c %}\r\n", "{% if not a.b|length == 1 and c %}\r\n"),
        (
            '{% if x %}{% elif a|length_is:n or a|length_is:"2" %}',
            "{% if x %}{% elif a|length == n or a|length == 2 %}",
        ),
        ('{{ a|length_is:"4" }}', "{% if a|length == 4 %}True{% else %}False{% endif %}"),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_text_changes(rule, before, after)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{% with b=a|length_is:3 %}", "gone"),
        ("{{ a|length_is:3|yesno }}", "gone"),
        ("{% if a|length_is:3 == b %}", "gone"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_text_unchanged(rule, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "{% if a|length == 3 %}",
        "length_is",
        "{{ a|length }}",
        "a|length_is",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_text_unchanged(rule, text).findings
