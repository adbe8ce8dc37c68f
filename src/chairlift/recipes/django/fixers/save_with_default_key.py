"""Flags primary keys with a default: from Django 3.0 on, save() of a new object only inserts.

https://docs.djangoproject.com/en/3.0/releases/3.0/#model-save-when-providing-a-default-for-the-primary-key
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="save() with a default for the primary key",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#model-save-when-providing-a-default-for-the-primary-key",
    breaks=(3, 0),
    items=(0,),
    only_flags=True,
)


@fixer.on(ast.keyword, "primary_key")
def field(looking: Looking, node: ast.keyword, parents: Parents) -> Iterator[Finding]:
    call = parents[-1]
    if not isinstance(call, ast.Call) or getattr(node.value, "value", None) is not True:
        return
    if "/migrations/" in looking.source.path or not isinstance(parents[-2], ast.Assign | ast.AnnAssign):
        return
    if any(each.arg == "default" for each in call.keywords):
        yield looking.source.finding(
            call,
            "Model(key=existing, …).save() updated the row; from Django 3.0 on it only inserts, and fails",
            "update_or_create() or filter(pk=…).update() where existing keys are saved; fixtures are as before",
            Weight.NOTE,
        )


fixer.also("default")
