from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.optional_groups import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("from django.urls import re_path\nre_path(r'^a(?P<page>\\d+)?/$', v)\n", 1),
        ("from django.urls import re_path\nre_path(r'^a(?:/(?P<page>[)\\d]+))?/$', v)\n", 1),
        ("from django.conf.urls import url\nurl(r'^a(/(?P<format>(a|b))/)?$', v)\n", 1),
        ("from django.urls import re_path\nre_path(r'^a(?P<page>\\d*)/?$', v)\n", 0),
        ("from django.urls import re_path\nre_path(r'^(?P<a>x)/(b)?$', v)\n", 0),
        ("from mine import url\nurl(r'(?P<a>x)?')\n", 0),
        ("from django.urls import re_path\nre_path(PATTERN, v)\n", 0),
        ("from django.urls import re_path\nre_path(r'^a(?P<page>(\\()x?)/$', v)\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
