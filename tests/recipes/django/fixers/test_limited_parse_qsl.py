from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.limited_parse_qsl import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            ("from django.utils.http import limited_parse_qsl\nx = limited_parse_qsl(q, keep_blank_values=True)\n"),
            "from urllib.parse import parse_qsl\nx = parse_qsl(q, keep_blank_values=True)\n",
        ),
        (
            (
                "from django.utils.http import limited_parse_qsl\n"
                "from urllib.parse import urlsplit\n"
                "x = limited_parse_qsl(q, fields_limit=2)\n"
            ),
            "from urllib.parse import urlsplit, parse_qsl\nx = parse_qsl(q, max_num_fields=2)\n",
        ),
        (
            "from django.utils import http\nx = http.limited_parse_qsl(q, True)\n",
            ("from django.utils import http\nfrom urllib.parse import parse_qsl\nx = parse_qsl(q, True)\n"),
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after)


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        (("from django.utils.http import limited_parse_qsl\nx = limited_parse_qsl(q, True, 'utf-8')\n"), 1),
        ("from django.utils.http import limited_parse_qsl\nx = map(limited_parse_qsl, y)\n", 1),
        ("from mine import limited_parse_qsl\nx = limited_parse_qsl(q)\n", 0),
        (("from django.utils.http import limited_parse_qsl\nparse_qsl = 1\nx = limited_parse_qsl(q)\n"), 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
