"""Flags a ForeignKey whose to_field is a field of the target's parent table: Django 3.1 raises FieldError.

https://docs.djangoproject.com/en/3.1/releases/3.1/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.models import class_named, model_of

fixer = Fixer(
    __name__,
    title="to_field that is not in the target's own table",
    link="https://docs.djangoproject.com/en/3.1/releases/3.1/#miscellaneous",
    breaks=(3, 1),
    items=(88,),
    only_flags=True,
)


@fixer.on(ast.keyword, "to_field")
def field(looking: Looking, node: ast.keyword, parents: Parents) -> Iterator[Finding]:
    call, name = parents[-1], getattr(node.value, "value", None)
    if not isinstance(call, ast.Call) or not call.args:
        return
    target = getattr(call.args[0], "id", getattr(call.args[0], "value", ""))
    model = class_named(looking.source, target) if isinstance(target, str) else None
    if model is None or name in {each.name for each in model_of(model, "").fields}:
        return
    # Only a parent in the same file is certain: it is known to have a table of its own.
    for base in model.bases:
        parent = class_named(looking.source, getattr(base, "id", ""))
        if parent is None or "abstract = True" in looking.source.segment(parent):
            continue
        if name in {each.name for each in model_of(parent, "").fields}:
            yield looking.source.finding(
                node.value,
                f"{name} is a field of {parent.name}, not of {target}: Django 3.1 raises FieldError",
                f"refer to {parent.name}, or to the key of {target}",
                Weight.MUST,
            )
