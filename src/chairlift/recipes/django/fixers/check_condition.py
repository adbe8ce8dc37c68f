"""Gives CheckConstraint its `condition`, wherever the class was imported from: Django 6.0 does not know `check`.

https://docs.djangoproject.com/en/5.1/releases/5.1/#id2
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import keyword, rename_keyword
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="CheckConstraint(condition=…) for check=",
    link=notes((5, 1), "id2"),
    since=(5, 1),
    breaks=(6, 0),
)
fixer.also("CheckConstraint")

_CLASSES = frozenset(
    f"django.{models}.CheckConstraint" for models in ("db.models", "db.models.constraints", "contrib.gis.db.models")
)


@fixer.on(ast.keyword, "check")
def argument(looking: Looking, node: ast.keyword, parents: Parents) -> Iterator[Edit]:
    call = parents[-1]
    if not isinstance(call, ast.Call) or keyword(call, "condition") is not None:
        return
    if looking.source.resolve(call.func) in _CLASSES:
        yield from rename_keyword(looking.source, node, "condition")
