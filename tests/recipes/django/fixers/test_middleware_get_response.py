from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.middleware_get_response import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("class A(MiddlewareMixin):\n    def __init__(self):\n        pass\n", 1),
        ("x = MyMiddleware()\n", 1),
        ("x = m.MyMiddleware().process_request(r)\n", 1),
        ("class A(MiddlewareMixin):\n    def __init__(self, get_response=None):\n        pass\n", 0),
        ("class A(MiddlewareMixin):\n    def __init__(self, *args):\n        pass\n", 0),
        ("x = MyMiddleware(f)\n", 0),
        ("class A(object):\n    def __init__(self):\n        MiddlewareMixin\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
