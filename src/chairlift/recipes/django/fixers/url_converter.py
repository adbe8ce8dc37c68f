"""Looks converters of URLs up in `get_converters()`: Django 5.1 dropped the function for one of them.

https://docs.djangoproject.com/en/5.1/releases/5.1/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.edits import add_import, group, is_used, remove_import
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import free, tolerated
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="get_converters()[name] for get_converter(name)",
    link=notes((5, 1), "miscellaneous"),
    since=(2, 0),
    breaks=(5, 1),
    items=(444,),
)

_HOME = "django.urls.converters"
_OLD = f"{_HOME}.get_converter"


@fixer.on(ast.Call, "get_converter")
def called(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit]:
    source = looking.source
    if source.resolve(node.func) != _OLD or len(node.args) != 1 or isinstance(node.args[0], ast.Starred):
        return
    if free(source, "get_converters", f"{_HOME}.get_converters"):
        together = group()
        yield source.replace(node, f"get_converters()[{source.segment(node.args[0])}]", together)
        yield from add_import(source, _HOME, "get_converters", together)


@fixer.on(ast.ImportFrom, "get_converter")
def unused(looking: Looking, node: ast.ImportFrom, parents: Parents) -> Iterator[Edit]:
    for alias in node.names:
        ours = f"{node.module}.{alias.name}" == _OLD and not tolerated(parents)
        if ours and not is_used(looking.source, alias.asname or alias.name):
            yield from remove_import(looking.source, node, alias.name, group())
