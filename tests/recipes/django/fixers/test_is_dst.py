from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.is_dst import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged

HEAD = "from django.utils import timezone\nfrom django.db.models.functions import TruncDay\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("timezone.make_aware(d, is_dst=None)\n", "timezone.make_aware(d)\n"),
        ("timezone.make_aware(d, tz, None)\n", "timezone.make_aware(d, tz)\n"),
        ("timezone.make_aware(d, (tz), (None))\n", "timezone.make_aware(d, (tz))\n"),
        ('qs.datetimes("a", "day", is_dst=None)\n', 'qs.datetimes("a", "day")\n'),
        ('f = TruncDay("a", is_dst=None, tzinfo=t)\n', 'f = TruncDay("a", tzinfo=t)\n'),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, HEAD + before, HEAD + after)


@pytest.mark.parametrize(
    "text",
    [
        "timezone.make_aware(d, is_dst=True)\n",
        "tz.localize(d, is_dst=None)\n",
        "make_aware(d, is_dst=None)\n",
        'TruncDay("a")\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, HEAD + text).findings


def test_what_pytz_decided_goes_with_pytz() -> None:
    check_changes(
        fixer,
        HEAD + "timezone.make_aware(d, is_dst=True)\n",
        HEAD + "timezone.make_aware(d)\n",
        current=(4, 2),
        stage=Stage.UPGRADE,
    )
