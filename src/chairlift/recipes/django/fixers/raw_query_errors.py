"""Catches what raw queries raise in place of `InvalidQuery`, which Django 4.0 removed.

https://docs.djangoproject.com/en/3.1/releases/3.1/#id2
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.edits import add_import, group, is_used, outer, remove_import
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import free, tolerated
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="FieldDoesNotExist and FieldError for InvalidQuery",
    link=notes((3, 1), "id2"),
    since=(3, 1),
    breaks=(4, 0),
    items=(242,),
)

_OLD = "django.db.models.query_utils.InvalidQuery"
_NEW = ("FieldDoesNotExist", "FieldError")
_HOME = "django.core.exceptions"


@fixer.on(ast.ImportFrom, "InvalidQuery")
def unused(looking: Looking, node: ast.ImportFrom, parents: Parents) -> Iterator[Edit | Finding]:
    for alias in node.names:
        if f"{node.module}.{alias.name}" != _OLD or node.level or tolerated(parents):
            continue
        if not is_used(looking.source, alias.asname or alias.name):
            yield from remove_import(looking.source, node, alias.name, group())
        else:
            yield looking.source.finding(node, "InvalidQuery is gone", f"Use {' or '.join(_NEW)}.", Weight.MUST)


@fixer.on(ast.ExceptHandler)
def caught(looking: Looking, node: ast.ExceptHandler, parents: Parents) -> Iterator[Edit]:
    source = looking.source
    if node.type is None or not all(free(source, name, f"{_HOME}.{name}") for name in _NEW):
        return
    kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    for kind in kinds:
        if source.resolve(kind) == _OLD:
            together = group()
            names = ", ".join(_NEW)
            if kind is node.type:
                yield source.replace(kind, f"({names})", together)
            else:
                yield Edit(*outer(source, kind, node.type), names, group=together)
            missing = [name for name in _NEW if source.imports.get(name) != f"{_HOME}.{name}"]
            if missing:
                yield from add_import(source, _HOME, ", ".join(missing), together)


fixer.triggers("InvalidQuery")
