"""Drops available_attrs(): it returned what functools.wraps() takes anyway, and is gone in Django 3.0.

https://docs.djangoproject.com/en/3.0/releases/3.0/#removed-private-python-2-compatibility-apis
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.edits import add_import, group, remove_argument
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import forget, free

fixer = Fixer(
    __name__,
    title="functools.wraps() without available_attrs()",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#removed-private-python-2-compatibility-apis",
    breaks=(3, 0),
    items=(19,),
)

_ORIGIN = "django.utils.decorators.available_attrs"
_WRAPS = {"functools.wraps", "functools.update_wrapper"}

forget(fixer, _ORIGIN)


@fixer.on(ast.Call, "available_attrs")
def called(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit]:
    source = looking.source
    if source.resolve(node.func) != _ORIGIN:
        return
    call, argument = _argument(node, parents)
    if call is not None and source.resolve(call.func) in _WRAPS:
        yield from remove_argument(source, call, argument)
    elif free(source, "WRAPPER_ASSIGNMENTS", "functools.WRAPPER_ASSIGNMENTS"):
        together = group()
        yield source.replace(node, "WRAPPER_ASSIGNMENTS", together)
        yield from add_import(source, "functools", "WRAPPER_ASSIGNMENTS", together)


def _argument(node: ast.Call, parents: Parents) -> tuple[ast.Call | None, ast.keyword | ast.expr]:
    """The call that it is an argument of, and the argument: `assigned=…`, or the second of `wraps`."""
    parent = parents[-1]
    if isinstance(parent, ast.keyword) and parent.arg == "assigned" and isinstance(parents[-2], ast.Call):
        return parents[-2], parent
    if isinstance(parent, ast.Call) and parent.args[1:2] == [node]:
        return parent, node
    return None, node
