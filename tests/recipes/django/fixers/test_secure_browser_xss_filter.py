from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.secure_browser_xss_filter import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A = 1\nSECURE_BROWSER_XSS_FILTER = True\nB = 2\n", "A = 1\nB = 2\n"),
        ('if PRODUCTION:\n    SECURE_BROWSER_XSS_FILTER = env.bool("X")\n', "if PRODUCTION:\n    pass\n"),
        (
            "@override_settings(A=1, SECURE_BROWSER_XSS_FILTER=False)\ndef test(): ...\n",
            "@override_settings(A=1)\ndef test(): ...\n",
        ),
        (
            "def test(settings):\n    settings.SECURE_BROWSER_XSS_FILTER = True\n    run()\n",
            "def test(settings):\n    run()\n",
        ),
        ("A = 1\r\nSECURE_BROWSER_XSS_FILTER: bool = True\r\n", "A = 1\r\n"),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(5, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    "text",
    [
        "SECURE_BROWSER_XSS_FILTER = True\nprint(SECURE_BROWSER_XSS_FILTER)\n",
        "other(SECURE_BROWSER_XSS_FILTER=True)\n",
        "def f():\n    SECURE_BROWSER_XSS_FILTER = True\n",
        "x.SECURE_BROWSER_XSS_FILTER = True\n",
        "A = SECURE_BROWSER_XSS_FILTER = True\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE).findings


def test_stays_while_an_old_version_reads_it() -> None:
    check_unchanged(fixer, "SECURE_BROWSER_XSS_FILTER = True\n", current=(3, 2), target=(5, 2))
