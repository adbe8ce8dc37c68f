"""Finds commands in scripts and CI files that mean something else: `test -k`, and `check` of the database.

https://docs.djangoproject.com/en/3.0/releases/3.0/#miscellaneous
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, Release, notes
from chairlift.recipes.django.text_rules import Text, TextRule

_COMMAND = r"(?:manage\.py|django-admin(?:\.py)?)[ \t]+"
#: What to look for, since when, what changed, and what to do.
_CHANGES: tuple[tuple[re.Pattern[str], Release, str, str], ...] = (
    (
        re.compile(rf"{_COMMAND}test\b(?:[ \t]+\S+)*?[ \t]+-k\b"),
        (3, 0),
        "`test -k` takes a pattern of test names from Django 3.0 on, where it was short for --keepdb",
        "Write --keepdb.",
    ),
    (
        re.compile(rf"{_COMMAND}check\b(?![^\n]*--database)[^\n]*?(?:--tag[ =]|-t ?)database\b"),
        (3, 1),
        "`check --tag database` checks no database from Django 3.1 on unless one is named",
        "Add `--database default`.",
    ),
)


def read(text: Text, project: Project, leg: Leg) -> Iterator[Finding]:
    for pattern, since, what, how in _CHANGES:
        if leg.current < since <= leg.target:
            for found in pattern.finditer(text.text):
                yield text.finding(found.start(), what, how)


rule = TextRule(
    __name__,
    title="Commands whose options changed",
    link=notes((3, 0), "miscellaneous"),
    patterns=(
        "Makefile",
        "*.mk",
        "*.sh",
        "*.yml",
        "*.yaml",
        "*.toml",
        "*.ini",
        "*.cfg",
        "Dockerfile*",
        "Procfile",
        "Jenkinsfile",
    ),
    literals=("manage.py", "django-admin"),
    read=read,
    items=(34, 90),
    only_flags=True,
)
