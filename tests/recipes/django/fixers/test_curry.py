from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.curry import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from django.utils.functional import curry\nx = curry(f, 1)\n",
            "from functools import partial\nx = partial(f, 1)\n",
        ),
        (
            ("from django.utils.functional import cached_property, curry\ndef f():\n    return curry(g, a=1)\n"),
            (
                "from django.utils.functional import cached_property\n"
                "from functools import partial\n"
                "def f():\n"
                "    return partial(g, a=1)\n"
            ),
        ),
        (
            ("from django.utils import functional\nclass A:\n    def f(self):\n        return functional.curry(g)\n"),
            (
                "from django.utils import functional\n"
                "from functools import partial\n"
                "class A:\n"
                "    def f(self):\n"
                "        return partial(g)\n"
            ),
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("from django.utils.functional import curry\nclass A:\n    f = curry(g, 1)\n", 1),
        ("from django.utils.functional import curry\nsetattr(cls, name, curry(g, 1))\n", 1),
        ("from django.utils.functional import curry\ncls.f = curry(g, 1)\n", 1),
        ("from django.utils.functional import curry\npartial = 1\nx = curry(f, partial)\n", 0),
        ("from toolz import curry\nx = curry(f)\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
