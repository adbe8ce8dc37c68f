"""Finds own migration operations that treat ModelState.fields as a list, which is a dict from Django 3.1 on.

https://github.com/django/django/blob/3.1/django/db/migrations/state.py
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="ModelState.fields as a dict",
    link="https://github.com/django/django/blob/3.1/django/db/migrations/state.py",
    breaks=(3, 1),
    only_flags=True,
)

#: What a list can do and a dict cannot.
_OF_LISTS = {"append", "extend", "index", "insert", "remove", "reverse", "sort"}


@fixer.on(ast.FunctionDef, "state_forwards")
def operation(looking: Looking, node: ast.FunctionDef, parents: Parents) -> Iterator[Finding]:
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute) and each.attr in _OF_LISTS and _fields(each.value):
            yield looking.source.finding(
                each,
                f"fields.{each.attr}(…) of a model's state: from Django 3.1 on fields is a dict of names and fields",
                "fields[name] = field; where both versions must do, ask isinstance(….fields, dict)",
                Weight.MUST,
            )


def _fields(node: ast.expr) -> bool:
    """`….models[app, name].fields`, or `model_state.fields`."""
    if not isinstance(node, ast.Attribute) or node.attr != "fields":
        return False
    of = node.value
    if isinstance(of, ast.Subscript):
        return isinstance(of.value, ast.Attribute) and of.value.attr == "models"
    return isinstance(of, ast.Name) and of.id == "model_state"
