from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.lookup_allowed_request import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "class A(ModelAdmin):\n    def lookup_allowed(self, lookup, value):\n        return True\n",
            ("class A(ModelAdmin):\n    def lookup_allowed(self, lookup, value, request=None):\n        return True\n"),
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(6, 0))


@pytest.mark.parametrize(
    "text",
    [
        "class A(ModelAdmin):\n    def lookup_allowed(self, lookup, value, request): ...\n",
        "def lookup_allowed(a, b, c): ...\n",
        "class A(ModelAdmin):\n    def lookup_allowed(self, *args): ...\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(6, 0)).findings


def test_hands_it_on_where_it_is_taken() -> None:
    text = "class A:\n    def lookup_allowed(self, a, b{}):\n        return super().lookup_allowed(a, b{})\n"
    after = text.format(", request=None", ", request")
    check_changes(fixer, text.format("", ""), after, current=(5, 2), target=(6, 0))
