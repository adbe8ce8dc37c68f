"""Writes the filter `length_is`, which Django 5.1 removed, as a comparison of `length`.

https://docs.djangoproject.com/en/4.2/releases/4.2/#features-deprecated-in-4-2
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, notes
from chairlift.recipes.django.templates import TEMPLATES, length_is
from chairlift.recipes.django.text_rules import Text, TextRule


def read(text: Text, project: Project, leg: Leg) -> Iterator[Edit | Finding]:
    edits = [*length_is(text.text)]
    yield from edits
    for found in re.finditer(r"\|\s*length_is:", text.text):
        if not any(edit.start <= found.start() < edit.end for edit in edits):
            yield text.finding(found.start(), "The filter length_is is gone", "{% if x|length == 3 %}", Weight.MUST)


rule = TextRule(
    __name__,
    title="{% if x|length == 3 %} for x|length_is:3",
    link=notes((4, 2), "features-deprecated-in-4-2"),
    patterns=TEMPLATES,
    literals=("length_is",),
    read=read,
    breaks=(5, 1),
    items=(462,),
)
