from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.wsgi_input import fixer
from chairlift.testing.fixers import check_unchanged

HEAD = "from django.core.handlers.wsgi import WSGIRequest\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('WSGIRequest({"REQUEST_METHOD": "GET"})\n', "wsgi.input"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_unchanged(fixer, HEAD + text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        'WSGIRequest({"wsgi.input": x})\n',
        "WSGIRequest(environ)\n",
        "WSGIRequest({**environ})\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, HEAD + text).findings
