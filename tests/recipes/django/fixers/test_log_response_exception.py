from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.log_response_exception import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged

HEAD = "from django.utils.log import log_response\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'try:\n    a()\nexcept E as e:\n    log_response("m", exc_info=sys.exc_info())\n',
            'try:\n    a()\nexcept E as e:\n    log_response("m", exception=e)\n',
        ),
        (
            'try:\n    a()\nexcept E as e:\n    log_response("m", exc_info=e)\n',
            'try:\n    a()\nexcept E as e:\n    log_response("m", exception=e)\n',
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, HEAD + before, HEAD + after, target=(5, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('log_response("m", exc_info=sys.exc_info())\n', "exc_info"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, HEAD + text, target=(5, 2), stage=Stage.UPGRADE).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        'log_response("m")\n',
        'log.error("m", exc_info=True)\n',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, HEAD + text, target=(5, 2), stage=Stage.UPGRADE).findings
