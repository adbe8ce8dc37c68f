from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.pytz_zones import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'import pytz\nx = pytz.timezone("Europe/Paris")\n',
            'from zoneinfo import ZoneInfo\nx = ZoneInfo("Europe/Paris")\n',
        ),
        (
            "from pytz import timezone\nx = now().astimezone(timezone(name))\n",
            "from zoneinfo import ZoneInfo\nx = now().astimezone(ZoneInfo(name))\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, current=(4, 2), target=(5, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('import pytz\nx = pytz.timezone("a").localize(y)\n', "wrongly"),
        ('import pytz\ntry:\n    x = pytz.timezone("a")\nexcept pytz.UnknownTimeZoneError:\n    pass\n', "wrongly"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text, current=(4, 2), target=(5, 2), stage=Stage.UPGRADE).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "from django.utils import timezone\nx = timezone.now()\n",
        "import pytz\nx = pytz.all_timezones\n",
        'import pytz\ntimezone("a")\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, current=(4, 2), target=(5, 2), stage=Stage.UPGRADE).findings


def test_not_before_every_python_has_it() -> None:
    check_unchanged(fixer, 'import pytz\nx = pytz.timezone("a")\n', current=(3, 2), target=(4, 2), stage=Stage.UPGRADE)
