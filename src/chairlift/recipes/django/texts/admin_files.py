"""Finds what leans on files and classes of the admin that are gone: its own minified scripts, and row1 and row2.

https://docs.djangoproject.com/en/3.2/releases/3.2/#django-contrib-admin
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, notes
from chairlift.recipes.django.text_rules import Text, TextRule

#: The admin's own; those of jQuery, select2 and XRegExp below `vendor` are still there.
_MINIFIED = re.compile(r"\badmin/js/(?!vendor/)(?:[\w-]+/)*[\w.-]+\.min\.js\b")
_ROWS = re.compile(r"\.row[12]\b")
_ADMIN = re.compile(r"#changelist|#result_list|\.model-|\.change-list|\badmin\b")


def read(text: Text, project: Project, leg: Leg) -> Iterator[Finding]:
    if leg.current < (3, 2) <= leg.target:
        for found in _MINIFIED.finditer(text.text):
            what = f"{found[0]} is no longer part of the admin from Django 3.2 on"
            yield text.finding(found.start(), what, f"Use {found[0].replace('.min.js', '.js')}.", Weight.MUST)
    rows = _ROWS.search(text.text)
    if leg.current < (3, 1) <= leg.target and rows and _ADMIN.search(text.text):
        what = "rows of the admin have no class row1 or row2 from Django 3.1 on"
        yield text.finding(rows.start(), what, "Use :nth-child(odd) and :nth-child(even), if this is for the admin.")


rule = TextRule(
    __name__,
    title="Files and classes of the admin that are gone",
    link=notes((3, 2), "django-contrib-admin"),
    patterns=("*.html", "*.css", "*.scss", "*.less", "*.js", "*.py"),
    literals=(".min.js", ".row1", ".row2"),
    read=read,
    items=(92, 138),
    only_flags=True,
)
