from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.pytz_utc import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import pytz\nx = pytz.utc\n", "import datetime\nx = datetime.timezone.utc\n"),
        (
            "import datetime\nfrom pytz import UTC\nx = UTC.localize(when)\n",
            "import datetime\nx = when.replace(tzinfo=datetime.timezone.utc)\n",
        ),
        (
            ("import datetime\nimport pytz\nx = pytz.UTC.localize(datetime.datetime.now())\ny = pytz.timezone(n)\n"),
            (
                "import datetime\n"
                "import pytz\n"
                "x = datetime.datetime.now().replace(tzinfo=datetime.timezone.utc)\n"
                "y = pytz.timezone(n)\n"
            ),
        ),
        (
            "from datetime import datetime\nimport pytz\nx = datetime.now(tz=pytz.UTC)\n",
            "from datetime import datetime, timezone as dt_timezone\nx = datetime.now(tz=dt_timezone.utc)\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    "text",
    [
        'import pytz\nx = pytz.timezone("UTC")\n',
        "import pytz\nx = pytz.utc.normalize(y)\n",
        "import pytz\nx = pytz.utc.localize(a or b)\n",
        "pytz.utc\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text).findings
