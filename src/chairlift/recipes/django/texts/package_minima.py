"""Finds pins of packages that Django can do without, and so does not demand, below what the target works with.

asgiref and sqlparse are no case of this: Django demands them, and so the resolver moves them.
https://docs.djangoproject.com/en/4.2/releases/4.2/#miscellaneous
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.version import InvalidVersion, Version

from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, Release, notes, show
from chairlift.recipes.django.text_rules import Text, TextRule

#: Package -> the release of Django that raised what it works with, and to what.
MINIMA: dict[str, tuple[tuple[Release, str], ...]] = {
    "argon2-cffi": (((3, 2), "19.1.0"), ((4, 2), "19.2.0"), ((6, 0), "23.1.0")),
    "bcrypt": (((6, 0), "4.1.1"),),
    "colorama": (((5, 0), "0.4.6"),),
    "cx-oracle": (((4, 0), "7.0"), ((5, 0), "8.3")),
    "docutils": (((5, 0), "0.19"), ((6, 0), "0.22")),
    "jinja2": (((4, 2), "2.11.0"),),
    "mysqlclient": (((3, 1), "1.4.0"), ((4, 2), "1.4.3"), ((6, 0), "2.2.1")),
    "oracledb": (((5, 2), "2.3.0"),),
    "pillow": (((4, 2), "6.2.1"), ((6, 0), "10.1.0")),
    "psycopg": (((6, 0), "3.1.12"),),
    "psycopg2": (((4, 2), "2.8.4"), ((6, 0), "2.9.9")),
    "psycopg2-binary": (((4, 2), "2.8.4"), ((6, 0), "2.9.9")),
    "pywatchman": (((3, 0), "1.2.0"),),
    "redis": (((4, 2), "3.4.0"), ((6, 0), "5.1.0")),
    "selenium": (((5, 0), "4.8.0"), ((6, 0), "4.23.0")),
}
_PIN = re.compile(
    r"^[ \t]*[\"']?(?P<name>[A-Za-z][\w.-]*)(?:\[[^\]]*\])?[\"']?\s*(?:==|=\s*[\"']==)\s*(?P<version>\d[\w.]*)",
    re.MULTILINE,
)


def read(text: Text, project: Project, leg: Leg) -> Iterator[Finding]:
    for found in _PIN.finditer(text.text):
        raised = MINIMA.get(re.sub(r"[-_.]+", "-", found["name"]).lower(), ())
        least = [version for release, version in raised if release <= leg.target]
        try:
            too_old = bool(least) and Version(found["version"]) < Version(least[-1])
        except InvalidVersion:
            continue
        if too_old:
            said = f"{found['name']} {found['version']}: Django {show(leg.target)} works with {least[-1]} or newer"
            yield text.finding(found.start("name"), said, f"Raise it to {least[-1]} or newer.", Weight.MUST)


rule = TextRule(
    __name__,
    title="Optional packages that are too old for the target",
    link=notes((4, 2), "miscellaneous"),
    patterns=("*.txt", "*.in", "Pipfile", "pyproject.toml", "setup.cfg", "setup.py"),
    literals=("==",),
    read=read,
    items=(35, 97, 148, 186, 336, 337, 338, 339, 340, 380, 383, 386, 387, 485),
    only_flags=True,
)
