"""Finds images of databases, in compose and CI files, that the target does not support any more.

https://docs.djangoproject.com/en/5.2/ref/databases/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, Release, show
from chairlift.recipes.django.text_rules import Text, TextRule

_IMAGE = re.compile(
    r"(?<![\w-])(?P<image>(?:[\w.-]+/)*(?P<name>postgres|postgresql|postgis|mysql|mysql-server|mariadb))"
    r":(?P<tag>\d+(?:\.\d+)*)"
)
_NAMES = {"postgresql": "postgres", "postgis": "postgres", "mysql-server": "mysql"}

#: Database -> the release of Django that raised what it needs, and to what.
MINIMA: dict[str, tuple[tuple[Release, tuple[int, ...]], ...]] = {
    "postgres": (
        *(((3, 0), (9, 5)), ((3, 2), (9, 6)), ((4, 0), (10,)), ((4, 1), (11,)), ((4, 2), (12,))),
        *(((5, 1), (13,)), ((5, 2), (14,)), ((6, 1), (15,))),
    ),
    "mysql": (((2, 1), (5, 6)), ((3, 2), (5, 7)), ((4, 2), (8, 0)), ((5, 0), (8, 0, 11)), ((6, 1), (8, 4))),
    "mariadb": (
        *(((3, 0), (10, 1)), ((3, 1), (10, 2)), ((4, 1), (10, 3)), ((4, 2), (10, 4))),
        *(((5, 1), (10, 5)), ((6, 0), (10, 6)), ((6, 1), (10, 11))),
    ),
}


def read(text: Text, project: Project, leg: Leg) -> Iterator[Finding]:
    for found in _IMAGE.finditer(text.text):
        name = _NAMES.get(found["name"], found["name"])
        version = tuple(int(part) for part in found["tag"].split("."))
        needed = max((least for release, least in MINIMA[name] if release <= leg.target), default=())
        # `mysql:8` is the newest 8, so only as many parts are compared as are given.
        if version < needed[: len(version)]:
            yield text.finding(
                found.start(),
                f"{found[0]}: Django {show(leg.target)} needs {name} {'.'.join(map(str, needed))} or newer",
                "Move production first, then tests and CI.",
                Weight.MUST,
            )


rule = TextRule(
    __name__,
    title="Databases that are too old for the target",
    link="https://docs.djangoproject.com/en/5.2/ref/databases/",
    patterns=("*.yml", "*.yaml", "Dockerfile*", "*.toml", "Makefile", "*.sh", "*.tf"),
    literals=("postgres", "postgis", "mysql", "mariadb"),
    read=read,
    items=(13, 68, 142, 143, 177, 271, 272, 320, 321, 322, 367, 436, 437, 477),
    only_flags=True,
)
