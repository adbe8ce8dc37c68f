from __future__ import annotations

import pytest

from chairlift.recipes.django.texts.logout_links import rule
from chairlift.testing.texts import check_text_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<a class="x" href="{% url \'logout\' %}">out</a>', "POST"),
        ('<a href="{% url "admin:logout" %}?next=/">', "POST"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_text_unchanged(rule, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "<form action=\"{% url 'logout' %}\">",
        "<a href=\"{% url 'login' %}\">",
        '<a href="/logout">',
        '{% url "logout" %}',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_text_unchanged(rule, text).findings
