from __future__ import annotations

import pytest

from chairlift.recipes.django.texts.admin_files import rule
from chairlift.testing.texts import check_text_unchanged


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("a/admin.py", "js = ['admin/js/inlines.min.js']\n", "admin/js/inlines.js"),
        ("a.html", "{% static 'admin/js/admin/actions.min.js' %}\n", "admin/js/admin/actions.js"),
        ("admin.css", "#changelist .row1 { color: red }\n", "nth-child"),
    ],
)
def test_says(path: str, text: str, said: str) -> None:
    (found,) = check_text_unchanged(rule, text, path=path).findings
    assert said in found.how


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a/admin.py", "js = ['admin/js/vendor/jquery/jquery.min.js']\n"),
        ("a.html", "{% static 'js/inlines.min.js' %}\n"),
        ("site.css", ".table .row1 { color: red }\n"),
        ("admin.css", "#changelist .row12 { color: red }\n"),
    ],
)
def test_leaves_alone(path: str, text: str) -> None:
    assert not check_text_unchanged(rule, text, path=path).findings


def test_each_since_its_release() -> None:
    text = "#changelist .row1 { } /* admin/js/inlines.min.js */\n"
    assert len(check_text_unchanged(rule, text, path="a.css", current=(3, 1)).findings) == 1
    assert not check_text_unchanged(rule, text, path="a.css", current=(3, 2)).findings
