"""Replaces pytz's time zones by zoneinfo's, in files where nothing but making them is asked of pytz; flags the others.

Django 5.0 puts a zone on a time by `replace(tzinfo=…)`: with one of pytz's that is local mean time, off by minutes, and
nothing warns. Every Python that Django 5.0 runs on has zoneinfo, so the new spelling comes with the upgrade.
https://docs.djangoproject.com/en/4.0/releases/4.0/#use-of-pytz-time-zones
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.edits import add_import, group, is_used, remove_import
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import free, tolerated
from chairlift.recipes.django.releases import notes
from chairlift.recipes.django.source import Source

fixer = Fixer(
    __name__,
    title="zoneinfo.ZoneInfo for pytz.timezone()",
    link=notes((4, 0), "use-of-pytz-time-zones"),
    since=(5, 0),
    breaks=(5, 0),
    items=(411,),
)

#: Of zones, or of errors about them: what there is no word for in zoneinfo.
_METHODS = {"localize", "normalize", "zone"}
_HOW = (
    "zoneinfo.ZoneInfo(name) makes a zone; zone.localize(time) is time.replace(tzinfo=zone), "
    "zone.normalize(time) is time.astimezone(zone), zone.zone is zone.key."
)


def _simple(source: Source) -> bool:
    if "UnknownTimeZoneError" in source.text:
        return False
    return not any(isinstance(node, ast.Attribute) and node.attr in _METHODS for node in source.nodes)


@fixer.on(ast.Call, "timezone")
def made(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit | Finding]:
    source = looking.source
    if source.resolve(node.func) != "pytz.timezone" or len(node.args) != 1:
        return
    if (
        not _simple(source)
        or not free(source, "ZoneInfo", "zoneinfo.ZoneInfo")
        or "UnknownTimeZoneError" in source.text
    ):
        text = "A time zone of pytz: Django 5.0 would put it on times wrongly"
        yield source.finding(node, text, _HOW, Weight.MUST)
        return
    together = group()
    yield source.replace(node.func, "ZoneInfo", together)
    yield from add_import(source, "zoneinfo", "ZoneInfo", together)


@fixer.on(ast.Import, "pytz")
@fixer.on(ast.ImportFrom, "pytz")
def unused(looking: Looking, node: ast.Import | ast.ImportFrom, parents: Parents) -> Iterator[Edit]:
    if tolerated(parents) or "ZoneInfo" not in looking.source.text:
        return
    for alias in node.names:
        ours = alias.name == "pytz" if isinstance(node, ast.Import) else alias.name == "timezone"
        if ours and not is_used(looking.source, alias.asname or alias.name):
            yield from remove_import(looking.source, node, alias.name, group())
