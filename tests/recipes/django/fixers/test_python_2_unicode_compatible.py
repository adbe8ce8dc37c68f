from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.python_2_unicode_compatible import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            (
                "from django.utils.encoding import python_2_unicode_compatible\n"
                "@python_2_unicode_compatible\n"
                "class A: ...\n"
            ),
            "class A: ...\n",
        ),
        (
            (
                "from django.utils.encoding import force_str, python_2_unicode_compatible\n"
                "\n"
                "\n"
                "@other\n"
                "@python_2_unicode_compatible\n"
                "class A:\n"
                "    @property\n"
                "    def x(self): ...\n"
            ),
            (
                "from django.utils.encoding import force_str\n"
                "\n"
                "\n"
                "@other\n"
                "class A:\n"
                "    @property\n"
                "    def x(self): ...\n"
            ),
        ),
        (
            ("from django.utils import encoding\n@encoding.python_2_unicode_compatible\nclass A: ...\n"),
            "from django.utils import encoding\nclass A: ...\n",
        ),
        ("from django.utils.six import python_2_unicode_compatible as p\n@p\nclass A: ...\n", "class A: ...\n"),
        (
            "from django.utils.encoding import python_2_unicode_compatible\n\n"
            "class A:\n    @python_2_unicode_compatible\n    def __str__(self): ...\n",
            "\nclass A:\n    def __str__(self): ...\n",
        ),
        (
            "from django.utils import encoding\n@encoding.python_2_unicode_compatible\ndef f(): ...\n",
            "from django.utils import encoding\ndef f(): ...\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    "text",
    [
        ("from six import python_2_unicode_compatible\n@python_2_unicode_compatible\nclass A: ...\n"),
        ("from django.utils.encoding import python_2_unicode_compatible\nA = python_2_unicode_compatible(A)\n"),
        (
            "from django.utils.encoding import python_2_unicode_compatible\n"
            "@python_2_unicode_compatible  # why\n"
            "class A: ...\n"
        ),
        ("from .compat import python_2_unicode_compatible\n@python_2_unicode_compatible\nclass A: ...\n"),
    ],
)
def test_leaves_alone(text: str) -> None:
    check_unchanged(fixer, text)
