"""Keeps Django's own zones pytz's, as those of the code beside it are: Django 4.0 makes zoneinfo's unless it is told.

The code beside it is the service's, and distributions that need pytz themselves, as compiled requirements say.
`get_current_timezone().localize(…)` fails on a zone of zoneinfo, and times with zones of both kinds meet. The setting
is Django's own way to move first the version, then the zones; 5.0 knows it no more (`use_deprecated_pytz`).
https://docs.djangoproject.com/en/4.0/releases/4.0/#zoneinfo-default-timezone-implementation
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from chairlift.recipes.django import settings
from chairlift.recipes.django.dependencies import locks
from chairlift.recipes.django.dependencies.compiled import compiled
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Stage, notes

fixer = Fixer(
    __name__,
    title="USE_DEPRECATED_PYTZ while code beside Django has zones of pytz",
    link=notes((4, 0), "zoneinfo-default-timezone-implementation"),
    since=(4, 0),
    breaks=(4, 0),
    stages=(Stage.UPGRADE,),
    needs=lambda project: project.once(_uses_pytz),
)

_NAME = "USE_DEPRECATED_PYTZ"
_TEXT = f"""# Django's zones stay pytz's, as those of other code here, until all moved to zoneinfo; gone in 5.0.
{_NAME} = True"""
_PYTZ = re.compile(rb"(?m)^[ \t]*(?:import[ \t]+(?:[\w., \t]+,[ \t]*)?pytz\b|from[ \t]+pytz\b)")


def _uses_pytz(project: Project) -> bool:
    """Migrations keep what they were written with, and no zone of theirs meets another one."""
    paths = (path for path in project.matching("*.py") if "/migrations/" not in f"/{path}")
    return any(_PYTZ.search(project.read(path) or b"") for path in paths) or _brought(project)


_ASKED = re.compile(r"-[rc]\s+\S+")


def _brought(project: Project) -> bool:
    """Whether a list of pins says that something beside Django needs pytz, and not just people."""
    for each in compiled(project):
        lock = locks.read((project.read(each.path) or b"").decode("utf-8", "replace"))
        for pin in lock.pins:
            if pin.key == "pytz":
                said = " ".join(line.partition("#")[2] for line in lock.lines[pin.first : pin.end])
                if {*re.findall(r"[\w.-]+", _ASKED.sub("", said))} - {"via", "django"}:
                    return True
    return False


@fixer.on(ast.Assign, "INSTALLED_APPS")
def apps(looking: Looking, node: ast.Assign, parents: Parents) -> Iterator[Edit]:
    if looking.leg.target >= (5, 0) or not settings.is_base(looking, node, parents):
        return
    if not settings.is_set(looking, _NAME):
        yield settings.add(looking, node, parents, _TEXT, ("USE_TZ", "TIME_ZONE", "INSTALLED_APPS"))
