"""Keeps what aggregates of PostgreSQL gave for no rows: from Django 5.0 on that is None, unless a default says more.

https://docs.djangoproject.com/en/4.0/releases/4.0/#miscellaneous-1
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import keyword, starred
from chairlift.recipes.django.edits import add_import, group, outer
from chairlift.recipes.django.findings import Edit, Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import free
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="ArrayAgg(…, default=Value([])) and StringAgg(…, default=Value(''))",
    link=notes((4, 0), "miscellaneous-1"),
    since=(4, 0),
    breaks=(5, 0),
    items=(408,),
)

_EMPTY = {"ArrayAgg": "Value([])", "StringAgg": 'Value("")'}


@fixer.on(ast.Call, "ArrayAgg", "StringAgg", "JSONBAgg")
def made(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit | Finding]:
    source = looking.source
    origin = source.resolve(node.func)
    if not origin.startswith("django.contrib.postgres.aggregates.") or starred(node) or keyword(node, "default"):
        return
    name = origin.rpartition(".")[2]
    empty = _EMPTY.get(name)
    spelled = next((local for local, of in source.imports.items() if of == "django.db.models.Value"), "Value")
    if empty is None or not node.args or not (free(source, spelled, "django.db.models.Value")):
        how = "Say default=…, or take None for an empty list."
        yield source.finding(node, f"{name} gives None where there are no rows, from Django 5.0 on", how)
        return
    together = group()
    end = max(outer(source, each, node)[1] for each in (*node.args, *node.keywords))
    yield Edit(end, end, f", default={empty.replace('Value', spelled)}", group=together)
    if spelled == "Value":
        yield from add_import(source, "django.db.models", "Value", together)
