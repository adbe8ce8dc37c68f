from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.removed_from_python import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from distutils.version import LooseVersion\n", "3.12"),
        ("import imp\n", "3.12"),
        ("import pkg_resources\n", "3.12"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "import packaging.version\n",
        "try:\n    import distutils\nexcept ImportError:\n    pass\n",
        "from .imp import a\n",
        "import imp_b\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings


def test_must_where_every_python_of_the_target_lacks_it() -> None:
    weights = [check_unchanged(fixer, "import imp\n", target=to).findings[0].weight for to in ((5, 2), (6, 0))]
    assert [str(weight) for weight in weights] == ["look at it", "must be mended"]
    assert not check_unchanged(fixer, "import imp\n", target=(3, 2)).findings
