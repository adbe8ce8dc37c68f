from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.use_deprecated_pytz import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A = 1\nUSE_DEPRECATED_PYTZ = True\nB = 2\n", "A = 1\nB = 2\n"),
        ('if PRODUCTION:\n    USE_DEPRECATED_PYTZ = env.bool("X")\n', "if PRODUCTION:\n    pass\n"),
        (
            "@override_settings(A=1, USE_DEPRECATED_PYTZ=False)\ndef test(): ...\n",
            "@override_settings(A=1)\ndef test(): ...\n",
        ),
        (
            "def test(settings):\n    settings.USE_DEPRECATED_PYTZ = True\n    run()\n",
            "def test(settings):\n    run()\n",
        ),
        ("A = 1\r\nUSE_DEPRECATED_PYTZ: bool = True\r\n", "A = 1\r\n"),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(5, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    "text",
    [
        "USE_DEPRECATED_PYTZ = True\nprint(USE_DEPRECATED_PYTZ)\n",
        "other(USE_DEPRECATED_PYTZ=True)\n",
        "def f():\n    USE_DEPRECATED_PYTZ = True\n",
        "x.USE_DEPRECATED_PYTZ = True\n",
        "A = USE_DEPRECATED_PYTZ = True\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE).findings


def test_stays_while_an_old_version_reads_it() -> None:
    check_unchanged(fixer, "USE_DEPRECATED_PYTZ = True\n", current=(3, 2), target=(5, 2))
