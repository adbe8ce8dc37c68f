from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.templates_in_code import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("x = '{% load staticfiles %}'\n", 1),
        ("x = Template('''{%load i18n admin_static%}''')\n", 1),
        ("x = '{% ifequal a b %}{% endifequal %}'\n", 1),
        ("from django.template import Template\nx = Template(self.body)\n", 1),
        ("from django import template\nx = engine.from_string(row['body'])\n", 1),
        ("x = '{% load static %} staticfiles'\n", 0),
        ("from string import Template\nx = Template(body)\n", 0),
        ("from django.template import Template\nx = Template('a')\n", 0),
        ("x = ['django.contrib.staticfiles']\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
