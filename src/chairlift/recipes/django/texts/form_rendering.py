"""Finds forms that are printed as a whole: Django 5.0 draws them with <div> where it drew a <table>.

`{{ form.as_table }}` draws what was drawn, on every version.
https://docs.djangoproject.com/en/5.0/releases/5.0/#features-removed-in-5-0
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, notes
from chairlift.recipes.django.templates import TEMPLATES
from chairlift.recipes.django.text_rules import Text, TextRule

_FORM = re.compile(r"{{\s*(?P<name>(?:[\w.]*[._])?form(?:set)?)\s*}}")


def read(text: Text, project: Project, leg: Leg) -> Iterator[Finding]:
    if "FORM_RENDERER" in text.text:
        return
    for found in _FORM.finditer(text.text):
        how = f"{{{{ {found['name']}.as_table }}}} keeps what was drawn, or style the <div>s."
        yield text.finding(found.start(), f"{found['name']} is drawn with <div>, and was with <tr>", how)


rule = TextRule(
    __name__,
    title="Forms that are printed as a whole",
    link=notes((5, 0), "features-removed-in-5-0"),
    patterns=TEMPLATES,
    literals=("form",),
    read=read,
    breaks=(5, 0),
    items=(430,),
    only_flags=True,
)
