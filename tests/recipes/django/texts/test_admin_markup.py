from __future__ import annotations

import pytest

from chairlift.recipes.django.texts.admin_markup import rule
from chairlift.testing.texts import check_text_unchanged


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{% extends "admin/base_site.html" %}', "5.0"),
        ('<script src="admin/js/collapse.js">', "5.1"),
        ('$(document).on("formset:added", f)', "4.1"),
    ],
)
def test_says(text: str, said: str) -> None:
    found = check_text_unchanged(rule, text).findings
    assert [said in each.text for each in found] == [True]


@pytest.mark.parametrize(
    "text",
    [
        '{% extends "base.html" %}',
        '{% extends "admin_tools/base.html" %}',
        '<a href="#">x</a>',
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_text_unchanged(rule, text).findings


def test_styles_of_what_changed() -> None:
    assert check_text_unchanged(rule, "div#changelist-filter { }", path="static/a.css").findings
    assert not check_text_unchanged(rule, "div#changelist-filter { }", path="static/a.css", current=(5, 1)).findings
