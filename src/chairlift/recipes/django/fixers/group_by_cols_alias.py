"""Drops `alias` of `Expression.get_group_by_cols()`, which Django 4.2 neither passes nor takes.

https://docs.djangoproject.com/en/4.2/releases/4.2/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import constant, keyword, last_name
from chairlift.recipes.django.edits import group, remove_argument
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="get_group_by_cols(self) without alias",
    link=notes((4, 2), "miscellaneous"),
    since=(4, 2),
    breaks=(4, 2),
    items=(329,),
)


@fixer.on(ast.FunctionDef, "get_group_by_cols")
def defined(looking: Looking, node: ast.FunctionDef, parents: Parents) -> Iterator[Edit]:
    source, arguments = looking.source, node.args.args
    if len(arguments) != 2 or arguments[1].arg != "alias" or len(node.args.defaults) != 1:
        return
    if not constant(node.args.defaults[0], None) or node.args.kwonlyargs or node.args.vararg or node.args.kwarg:
        return
    together = group()
    passed = [call for call in ast.walk(node) if isinstance(call, ast.Call) and last_name(call.func) == node.name]
    edits: list[Edit] = []
    given = 0
    for call in passed:
        argument = keyword(call, "alias") or (call.args[0] if call.args else None)
        value = argument.value if isinstance(argument, ast.keyword) else argument
        if argument is None or last_name(value or node) != "alias":
            continue
        given += 1
        edits += remove_argument(source, call, argument, together)
    uses = [name for name in ast.walk(node) if isinstance(name, ast.Name) and name.id == "alias"]
    if len(uses) == given == len(edits):
        yield Edit(source.span(arguments[0])[1], source.span(node.args.defaults[0])[1], "", group=together)
        yield from edits
