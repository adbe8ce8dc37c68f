"""Finds links that sign out: from Django 5.0 on that must be a form that posts, as the admin's is from 4.1 on.

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

_LINK = re.compile(r"href\s*=\s*[\"']?\s*{%\s*url\s+[\"'](?P<name>(?:[\w-]+:)*logout)[\"']")
_HOW = (
    '<form method="post" action="{{% url "{name}" %}}">{{% csrf_token %}}<button type="submit">Log out</button></form>'
)


def read(text: Text, project: Project, leg: Leg) -> Iterator[Finding]:
    for found in _LINK.finditer(text.text):
        # A view of one's own may go on answering GET; only its author knows.
        weight = Weight.MUST if found["name"].startswith("admin:") else Weight.LOOK
        how = _HOW.format(name=found["name"])
        yield text.finding(found.start(), "A link signs out: LogoutView answers POST only", how, weight)


rule = TextRule(
    __name__,
    title="Signing out by a form, not by a link",
    link=notes((4, 1), "features-deprecated-in-4-1"),
    patterns=TEMPLATES,
    literals=("logout",),
    read=read,
    breaks=(5, 0),
    items=(284, 425),
    only_flags=True,
)
