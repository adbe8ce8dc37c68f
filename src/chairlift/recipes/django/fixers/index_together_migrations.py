"""Finds old migrations that make `index_together`: they work, but are better squashed.

https://docs.djangoproject.com/en/5.1/releases/5.1/#features-removed-in-5-1
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="index_together: indexes in models, RenameIndex in migrations",
    link=notes((5, 1), "features-removed-in-5-1"),
    breaks=(5, 1),
    items=(461,),
    only_flags=True,
)


@fixer.on(ast.Assign, "index_together")
def model(looking: Looking, node: ast.Assign, parents: Parents) -> Iterator[Finding]:
    above = parents[-1]
    if isinstance(above, ast.ClassDef) and above.name == "Meta":
        yield looking.source.finding(
            node,
            "Meta.index_together is gone in Django 5.1",
            "Meta.indexes, and migrations.RenameIndex(new_name=…, old_fields=…), so that no index is built again.",
            Weight.MUST,
        )


@fixer.on(ast.Constant, "index_together")
def migration(looking: Looking, node: ast.Constant, parents: Parents) -> Iterator[Finding]:
    if "migrations/" in looking.source.path and isinstance(parents[-1], ast.Dict):
        how = "Nothing must be done now; squash it when all databases have it."
        yield looking.source.finding(node, "This migration makes index_together", how, Weight.NOTE)
