from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.is_ajax import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("if request.is_ajax():\n    x\n", 'if request.headers.get("x-requested-with") == "XMLHttpRequest":\n    x\n'),
        (
            "if not self.request.is_ajax():\n    x\n",
            'if self.request.headers.get("x-requested-with") != "XMLHttpRequest":\n    x\n',
        ),
        (
            "x = a and request.is_ajax() and b\n",
            'x = a and request.headers.get("x-requested-with") == "XMLHttpRequest" and b\n',
        ),
        ("f(request.is_ajax())\n", 'f(request.headers.get("x-requested-with") == "XMLHttpRequest")\n'),
        ("x = request.is_ajax() is b\n", 'x = (request.headers.get("x-requested-with") == "XMLHttpRequest") is b\n'),
    ],
)
def test_reads_the_header(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("x = response.is_ajax()\n", 1),
        ("request.is_ajax = lambda: True\n", 1),
        ("setattr(r, 'is_ajax', f)\n", 1),
        ("def is_ajax(request): ...\n", 0),
        ("if is_ajax(request):\n    x\n", 0),
    ],
)
def test_leaves_alone(text: str, count: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == count
