from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.parse_header import fixer
from chairlift.recipes.django.releases import Stage
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'from django.http.multipartparser import parse_header\nx = parse_header(v.encode("ascii"))\n',
            "from django.utils.http import parse_header_parameters\nx = parse_header_parameters(v)\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, target=(5, 2), stage=Stage.UPGRADE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from django.http.multipartparser import parse_header\nparse_header(data)\n", "gone"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "from cgi import parse_header\nparse_header(x)\n",
        "from django.utils.http import parse_header_parameters\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, target=(5, 2), stage=Stage.UPGRADE).findings
