"""Renames arguments of undocumented methods that Django 4.0 renamed, where they are passed by name.

`ModelAdmin.log_addition(object=)` and its like became `obj=`.
https://docs.djangoproject.com/en/4.0/releases/4.0/#miscellaneous
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
    title="log_addition(obj=…) of ModelAdmin",
    link=notes((4, 0), "miscellaneous"),
    since=(4, 0),
    breaks=(4, 0),
    items=(197,),
)


@fixer.on(ast.Call, "log_addition", "log_change", "log_deletion")
def logged(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit]:
    named = keyword(node, "object")
    if named is not None and isinstance(node.func, ast.Attribute) and keyword(node, "obj") is None:
        yield from rename_keyword(looking.source, named, "obj")
