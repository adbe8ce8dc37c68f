from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.upath_npath import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from django.utils._os import upath\nx = upath(__file__)\n", "x = __file__\n"),
        (
            "from django.utils._os import npath, safe_join\nx = npath(a or b).x\n",
            "from django.utils._os import safe_join\nx = (a or b).x\n",
        ),
        ("from django.utils import _os\nx = _os.upath(f(1))\n", "from django.utils import _os\nx = f(1)\n"),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    "text",
    [
        "from mine import upath\nx = upath(1)\n",
        "from django.utils._os import upath\nx = map(upath, y)\n",
        "from django.utils._os import upath\nx = upath(*y)\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    check_unchanged(fixer, text)
