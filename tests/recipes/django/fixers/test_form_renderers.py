from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.form_renderers import fixer
from chairlift.testing.fixers import check_changes, check_unchanged


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'FORM_RENDERER = "django.forms.renderers.DjangoDivFormRenderer"\n',
            'FORM_RENDERER = "django.forms.renderers.DjangoTemplates"\n',
        ),
        (
            ("from django.forms.renderers import Jinja2DivFormRenderer\nclass A(Jinja2DivFormRenderer): ...\n"),
            "from django.forms.renderers import Jinja2\nclass A(Jinja2): ...\n",
        ),
    ],
)
def test_changes(before: str, after: str) -> None:
    check_changes(fixer, before, after, current=(5, 2), target=(6, 0))


@pytest.mark.parametrize(
    "text",
    [
        'FORM_RENDERER = "mine.DjangoDivFormRenderer"\n',
        "from mine import DjangoDivFormRenderer\n",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert not check_unchanged(fixer, text, current=(5, 2), target=(6, 0)).findings
