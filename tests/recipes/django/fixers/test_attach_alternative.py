from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.attach_alternative import fixer
from chairlift.testing.fixers import check_changes, check_unchanged

HEAD = "from django.core.mail import EmailMultiAlternatives\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('m.alternatives.append((html, "text/html"))\n', 'm.attach_alternative(html, "text/html")\n'),
        ("self.message.alternatives.append(( a(b), c, ))\n", "self.message.attach_alternative(a(b), c)\n"),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, HEAD + before, HEAD + after)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("m.alternatives = []\n", "without"),
        ("m.alternatives.append(pair)\n", "without"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, HEAD + text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "print(m.alternatives)\n",
        "m.attach_alternative(a, b)\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, HEAD + text).findings
