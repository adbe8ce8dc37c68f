"""Follows the signature of `Expression.get_group_by_cols()`: `alias=None` is demanded from Django 4.0 and gone in 4.2.

https://docs.djangoproject.com/en/4.0/releases/4.0/#features-removed-in-4-0
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="get_group_by_cols(self, alias=None) of expressions",
    link=notes((4, 0), "features-removed-in-4-0"),
    breaks=(4, 0),
    items=(237,),
)


@fixer.on(ast.FunctionDef, "get_group_by_cols")
def defined(looking: Looking, node: ast.FunctionDef, parents: Parents) -> Iterator[Edit]:
    arguments = node.args
    others = arguments.kwonlyargs or arguments.vararg or arguments.kwarg or arguments.posonlyargs
    if not isinstance(parents[-1], ast.ClassDef) or len(arguments.args) != 1 or others:
        return
    # From 4.2 on nobody passes it.
    if looking.leg.floor < (4, 2):
        end = looking.source.span(arguments.args[0])[1]
        yield Edit(end, end, ", alias=None")
