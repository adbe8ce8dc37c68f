from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.use_l10n import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A = 1\nUSE_L10N = True\n", "A = 1\n"),
        ("USE_L10N: bool = False\nB = 1\n", "B = 1\n"),
        ("with self.settings(USE_L10N=True):\n    go()\n", "with self.settings():\n    go()\n"),
        ("class Base(Configuration):\n    USE_L10N = True\n", "class Base(Configuration):\n    pass\n"),
        ("if DEBUG:\n    USE_L10N = False\n    A = 1\n", "if DEBUG:\n    A = 1\n"),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(5, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('ROOT_URLCONF = "a.urls"\n', "never set"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "USE_L10N = True\nprint(USE_L10N)\n",
        'ROOT_URLCONF = "a"\nfrom .base import *\n',
        "USE_I18N = True\n",
        "def f():\n    USE_L10N = True\n",
        'ROOT_URLCONF = "a"\n# USE_L10N: on\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE).findings


def test_off_has_an_effect_until_5_0() -> None:
    found = check_unchanged(fixer, "USE_L10N = False\n", current=(3, 2), target=(4, 2), stage=Stage.UPGRADE)
    assert not found.findings, "it breaks with 5.0 only"
    text = "USE_L10N = False\nA = 1\n"
    check_changes(fixer, text, "A = 1\n", current=(4, 2), stage=Stage.UPGRADE)
    assert "off" in check_unchanged(fixer, "USE_L10N = False\nx = USE_L10N\n", stage=Stage.UPGRADE).findings[0].text
