from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.timezone_utc import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from django.utils import timezone\nx = timezone.utc\n",
            "from django.utils import timezone\nimport datetime\nx = datetime.timezone.utc\n",
        ),
        (
            "from django.utils.timezone import now, utc\nx = now().replace(tzinfo=utc)\n",
            (
                "from django.utils.timezone import now\n"
                "import datetime\n"
                "x = now().replace(tzinfo=datetime.timezone.utc)\n"
            ),
        ),
        (
            "import datetime as dt\nfrom django.utils import timezone\nx = timezone.utc\n",
            "import datetime as dt\nfrom django.utils import timezone\nx = dt.timezone.utc\n",
        ),
        (
            ("from datetime import datetime\nfrom django.utils import timezone\nx = datetime.now(timezone.utc)\n"),
            (
                "from datetime import datetime, timezone as dt_timezone\n"
                "from django.utils import timezone\n"
                "x = datetime.now(dt_timezone.utc)\n"
            ),
        ),
        (
            "from datetime import timezone as tz\nfrom django.utils.timezone import utc as UTC\nx = UTC\n",
            "from datetime import timezone as tz\nx = tz.utc\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from django.utils import timezone\ndatetime = dt_timezone = 1\nx = timezone.utc\n", "gone"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import timezone\nx = timezone.utc\n",
        "utc = 1\nx = utc\n",
        "import pytz\nx = pytz.utc\n",
        "try:\n    from django.utils.timezone import utc\nexcept ImportError:\n    pass\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings


def test_a_package_may_hand_it_on() -> None:
    check_unchanged(fixer, "from django.utils.timezone import utc\n", path="app/__init__.py")
