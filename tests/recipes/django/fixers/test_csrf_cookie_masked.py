from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.csrf_cookie_masked import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A = 1\nCSRF_COOKIE_MASKED = True\nB = 2\n", "A = 1\nB = 2\n"),
        ('if PRODUCTION:\n    CSRF_COOKIE_MASKED = env.bool("X")\n', "if PRODUCTION:\n    pass\n"),
        (
            "@override_settings(A=1, CSRF_COOKIE_MASKED=False)\ndef test(): ...\n",
            "@override_settings(A=1)\ndef test(): ...\n",
        ),
        (
            "def test(settings):\n    settings.CSRF_COOKIE_MASKED = True\n    run()\n",
            "def test(settings):\n    run()\n",
        ),
        ("A = 1\r\nCSRF_COOKIE_MASKED: bool = True\r\n", "A = 1\r\n"),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(5, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    "text",
    [
        "CSRF_COOKIE_MASKED = True\nprint(CSRF_COOKIE_MASKED)\n",
        "other(CSRF_COOKIE_MASKED=True)\n",
        "def f():\n    CSRF_COOKIE_MASKED = True\n",
        "x.CSRF_COOKIE_MASKED = True\n",
        "A = CSRF_COOKIE_MASKED = True\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE).findings


def test_stays_while_an_old_version_reads_it() -> None:
    check_unchanged(fixer, "CSRF_COOKIE_MASKED = True\n", current=(3, 2), target=(5, 2))
