"""Calls `django-admin` where `django-admin.py` was called, which Django 4.0 does not install.

https://docs.djangoproject.com/en/4.0/releases/4.0/#features-removed-in-4-0
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, notes
from chairlift.recipes.django.text_rules import Text, TextRule

_COMMAND = re.compile(r"(?<![\w./-])django-admin\.py(?![\w./])|(?<=bin/)django-admin\.py(?![\w./])")


def read(text: Text, project: Project, leg: Leg) -> Iterator[Edit]:
    for found in _COMMAND.finditer(text.text):
        yield Edit(found.start(), found.end(), "django-admin")


rule = TextRule(
    __name__,
    title="django-admin for django-admin.py",
    link=notes((4, 0), "features-removed-in-4-0"),
    patterns=(
        *("Makefile", "makefile", "GNUmakefile", "*.mk", "*.sh", "*.bash", "Dockerfile*", "Procfile", "Jenkinsfile"),
        *("*.yml", "*.yaml", "*.toml", "*.cfg", "*.ini", "justfile", "*.py"),
    ),
    literals=("django-admin.py",),
    read=read,
    breaks=(4, 0),
    items=(243,),
)
