"""Passes the field to earliest() and latest() by place: Django 3.0 removed the keyword `field_name`.

https://docs.djangoproject.com/en/3.0/releases/3.0/#features-removed-in-3-0
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.edits import outer
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="earliest() and latest() without field_name=",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#features-removed-in-3-0",
    breaks=(3, 0),
    items=(54,),
)


@fixer.on(ast.keyword, "field_name")
def keyword(looking: Looking, node: ast.keyword, parents: Parents) -> Iterator[Edit]:
    call = parents[-1]
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return
    if call.func.attr in {"earliest", "latest"} and not call.args and len(call.keywords) == 1:
        source = looking.source
        if "#" not in source.segment(node):
            yield Edit(source.span(node)[0], outer(source, node.value, call)[0], "")


fixer.also("earliest", "latest")
