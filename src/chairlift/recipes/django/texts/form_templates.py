"""Finds uses of the templates that drew forms by default in 4.x; Django 5.0 removed them.

https://docs.djangoproject.com/en/4.1/releases/4.1/#features-deprecated-in-4-1
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, notes
from chairlift.recipes.django.templates import TEMPLATES
from chairlift.recipes.django.text_rules import Text, TextRule

_NAME = re.compile(r"[\"']django/forms/(formsets/)?default\.html[\"']")


def read(text: Text, project: Project, leg: Leg) -> Iterator[Finding]:
    for found in _NAME.finditer(text.text):
        how = "table.html beside it draws what it drew; div.html is the new default."
        yield text.finding(found.start(), f"The template {found[0]} is gone", how, Weight.MUST)


rule = TextRule(
    __name__,
    title="Templates that drew forms by default",
    link=notes((4, 1), "features-deprecated-in-4-1"),
    patterns=(*TEMPLATES, "*.py"),
    literals=("default.html",),
    read=read,
    breaks=(5, 0),
    items=(429,),
    only_flags=True,
)
