"""Flags code that adds a tuple to the ordering or unique_together of a model of Django's: they are lists from 3.1 on.

https://docs.djangoproject.com/en/3.1/releases/3.1/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="a tuple added to options of Django's models",
    link="https://docs.djangoproject.com/en/3.1/releases/3.1/#miscellaneous",
    breaks=(3, 1),
    items=(82,),
    only_flags=True,
)


@fixer.on(ast.Attribute, "ordering", "unique_together")
def added(looking: Looking, node: ast.Attribute, parents: Parents) -> Iterator[Finding]:
    sum_, owner = parents[-1], node.value
    if not isinstance(sum_, ast.BinOp) or getattr(owner, "attr", "") not in {"Meta", "_meta"}:
        return
    if not isinstance(sum_.left, ast.Tuple) and not isinstance(sum_.right, ast.Tuple):
        return
    if _is_of_django(looking, owner):
        yield looking.source.finding(
            node,
            f"{node.attr} of Django's own models is a list from Django 3.1 on",
            f"(*….{node.attr}, …)",
            Weight.MUST,
        )


def _is_of_django(looking: Looking, owner: ast.expr) -> bool:
    return looking.source.resolve(owner).startswith("django.contrib.")


fixer.also("Meta", "_meta")
fixer.also("django.contrib")
