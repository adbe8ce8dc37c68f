"""Finds aggregates with more or fewer arguments than their one: an error from Django 5.2 on.

https://docs.djangoproject.com/en/5.2/releases/5.2/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import keyword, last_name, starred
from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="Aggregates with one argument",
    link=notes((5, 2), "miscellaneous"),
    breaks=(5, 2),
    items=(486,),
    only_flags=True,
)

_ONE = ("Avg", "Count", "Max", "Min", "StdDev", "Sum", "Variance")


@fixer.on(ast.Call, *_ONE)
def aggregate(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Finding]:
    origin = looking.source.resolve(node.func)
    if not origin.startswith("django.db.models.") or starred(node) or keyword(node, "expression"):
        return
    if len(node.args) != 1:
        how = "Give it one expression; several columns need one aggregate each."
        yield looking.source.finding(node, f"{last_name(node.func)}() takes one argument", how, Weight.MUST)
