"""Replaces curry() by functools.partial(): Django 3.0 removed it.

A curried function became a method when it was set on a class, and a partial does not: there it is only flagged.
https://docs.djangoproject.com/en/3.0/releases/3.0/#removed-private-python-2-compatibility-apis
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.edits import add_import, group
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import forget, free

fixer = Fixer(
    __name__,
    title="functools.partial() for curry()",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#removed-private-python-2-compatibility-apis",
    breaks=(3, 0),
    items=(25,),
)

_ORIGIN = "django.utils.functional.curry"

forget(fixer, _ORIGIN)


@fixer.on(ast.Call, "curry")
def called(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit | Finding]:
    source = looking.source
    if source.resolve(node.func) != _ORIGIN:
        return
    if _may_be_a_method(parents):
        yield source.finding(
            node,
            "curry() is gone in Django 3.0, and what it made may be a method here",
            "use functools.partialmethod in a class, functools.partial elsewhere",
            Weight.MUST,
        )
    elif free(source, "partial", "functools.partial"):
        together = group()
        yield source.replace(node.func, "partial", together)
        yield from add_import(source, "functools", "partial", together)


def _may_be_a_method(parents: Parents) -> bool:
    parent = parents[-1]
    if isinstance(parent, ast.Assign) and not all(isinstance(each, ast.Name) for each in parent.targets):
        return True
    if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name | ast.Attribute):
        called = parent.func.id if isinstance(parent.func, ast.Name) else parent.func.attr
        if called in {"setattr", "add_to_class"}:
            return True
    inner = [each for each in parents if isinstance(each, ast.ClassDef | ast.FunctionDef | ast.Lambda)]
    return bool(inner) and isinstance(inner[-1], ast.ClassDef)
