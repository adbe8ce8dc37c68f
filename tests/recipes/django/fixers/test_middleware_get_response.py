from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.middleware_get_response import fixer
from chairlift.testing.fixers import check_changes, check_unchanged

HEAD = "from django.utils.deprecation import MiddlewareMixin\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            ("class A(MiddlewareMixin):\n    def __init__(self, get_response=None):\n        super().__init__()\n"),
            (
                "class A(MiddlewareMixin):\n"
                "    def __init__(self, get_response):\n"
                "        super().__init__(get_response)\n"
            ),
        ),
        (
            (
                "class A(MiddlewareMixin):\n"
                "    def __init__(self, get_response = None):\n"
                "        self.a = 1\n"
                "        super(A, self).__init__(get_response)\n"
            ),
            (
                "class A(MiddlewareMixin):\n"
                "    def __init__(self, get_response):\n"
                "        self.a = 1\n"
                "        super(A, self).__init__(get_response)\n"
            ),
        ),
        (
            (
                "class A(MiddlewareMixin):\n"
                "    def __init__(self, get_response=None):\n"
                "        (super().__init__)(  # why\n"
                "        )\n"
            ),
            (
                "class A(MiddlewareMixin):\n"
                "    def __init__(self, get_response):\n"
                "        (super().__init__)(get_response  # why\n"
                "        )\n"
            ),
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, HEAD + before, HEAD + after)


@pytest.mark.parametrize(
    "text",
    [
        "class A(MiddlewareMixin):\n    def __init__(self, get_response): ...\n",
        "class A:\n    def __init__(self, get_response=None): ...\n",
        "class A(MiddlewareMixin):\n    def __init__(self, get_response=None, x=1): ...\n",
        "from a import BMiddleware\nBMiddleware()\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, HEAD + text).findings


def test_tests_that_make_their_own() -> None:
    text = "from a.middleware import SiteMiddleware\nx = SiteMiddleware()\n"
    assert "SiteMiddleware()" in check_unchanged(fixer, text, path="tests/test_a.py").findings[0].text
    assert not check_unchanged(fixer, text.replace("()", "(f)"), path="tests/test_a.py").findings
