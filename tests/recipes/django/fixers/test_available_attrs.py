from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.available_attrs import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            (
                "from functools import wraps\n"
                "from django.utils.decorators import available_attrs\n"
                "@wraps(f, assigned=available_attrs(f))\n"
                "def g(): ...\n"
            ),
            "from functools import wraps\n@wraps(f)\ndef g(): ...\n",
        ),
        (
            (
                "from functools import wraps\n"
                "from django.utils.decorators import available_attrs\n"
                "@wraps(f, available_attrs(f))\n"
                "def g(): ...\n"
            ),
            "from functools import wraps\n@wraps(f)\ndef g(): ...\n",
        ),
        (
            (
                "from functools import wraps\n"
                "from django.utils.decorators import available_attrs\n"
                "x = available_attrs(f)\n"
            ),
            "from functools import wraps, WRAPPER_ASSIGNMENTS\nx = WRAPPER_ASSIGNMENTS\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    "text",
    [
        "from functools import wraps\n@wraps(f, assigned=available_attrs(f))\ndef g(): ...\n",
        "from mine import available_attrs\nx = available_attrs(f)\n",
        ("from functools import wraps\nfrom django.utils.decorators import available_attrs\nx = available_attrs\n"),
        ("try:\n    from django.utils.decorators import available_attrs\nexcept ImportError:\n    pass\n"),
    ],
)
def test_leaves_alone(text: str) -> None:
    check_unchanged(fixer, text)
