"""Gives own expressions the `alias` parameter of get_group_by_cols(), which Django passes from 3.0 to 4.1.

https://docs.djangoproject.com/en/3.0/releases/3.0/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="get_group_by_cols() with alias=None",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#miscellaneous",
    breaks=(3, 0),
    items=(41,),
)


@fixer.on(ast.FunctionDef, "get_group_by_cols")
def defined(looking: Looking, node: ast.FunctionDef, parents: Parents) -> Iterator[Edit]:
    arguments = node.args
    only_self = len(arguments.args) == 1 and not (arguments.kwonlyargs or arguments.vararg or arguments.kwarg)
    if only_self and isinstance(parents[-1], ast.ClassDef) and looking.leg.target < (4, 2):
        end = looking.source.span(arguments.args[0])[1]
        yield Edit(end, end, ", alias=None")
