"""Writes pytz's UTC as Python's own, and puts it on naive times by `replace()`; both mean the same on every version.

https://docs.djangoproject.com/en/4.0/releases/4.0/#use-of-pytz-time-zones
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.clock_names import utc
from chairlift.recipes.django.edits import group, is_used, remove_import
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import tolerated
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="datetime.timezone.utc for pytz.utc",
    link=notes((4, 0), "use-of-pytz-time-zones"),
    breaks=(5, 0),
    items=(411,),
)

_UTC = {"pytz.utc", "pytz.UTC"}
#: Methods of pytz's zones, which Python's do not have.
_OWN = {"localize", "normalize", "zone", "fromutc", "_utcoffset"}


@fixer.on(ast.Attribute, "utc", "UTC")
@fixer.on(ast.Name, "utc", "UTC")
def used(looking: Looking, node: ast.Attribute | ast.Name, parents: Parents) -> Iterator[Edit]:
    source = looking.source
    if source.resolve(node) not in _UTC or not isinstance(node.ctx, ast.Load):
        return
    together = group()
    spelled, needed = utc(source, together)
    if not spelled:
        return
    above = parents[-1]
    if not isinstance(above, ast.Attribute) or above.attr not in _OWN:
        yield source.replace(node, spelled, together)
        yield from needed
        return
    call = parents[-2]
    simple = isinstance(call, ast.Call) and call.func is above and len(call.args) == 1 and not call.keywords
    if above.attr == "localize" and simple and isinstance(call, ast.Call):
        value = call.args[0]
        text = source.segment(value)
        if isinstance(value, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
            yield source.replace(call, f"{text}.replace(tzinfo={spelled})", together)
            yield from needed


@fixer.on(ast.Import, "pytz")
@fixer.on(ast.ImportFrom, "utc", "UTC")
def unused(looking: Looking, node: ast.Import | ast.ImportFrom, parents: Parents) -> Iterator[Edit]:
    """An import that nothing uses any more, in a file that has Python's UTC."""
    source = looking.source
    if tolerated(parents) or "timezone.utc" not in source.text or source.path.endswith("__init__.py"):
        return
    for alias in node.names:
        ours = alias.name == "pytz" if isinstance(node, ast.Import) else f"{node.module}.{alias.name}" in _UTC
        if ours and not is_used(source, alias.asname or alias.name):
            yield from remove_import(source, node, alias.name, group())
