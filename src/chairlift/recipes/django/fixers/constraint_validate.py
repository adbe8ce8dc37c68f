"""Finds constraints of one's own without `validate()`, which model validation calls from Django 4.1 on.

https://docs.djangoproject.com/en/4.1/releases/4.1/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import bases, method
from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="Constraints with validate()",
    link=notes((4, 1), "miscellaneous"),
    breaks=(4, 1),
    items=(288,),
    only_flags=True,
)


@fixer.on(ast.ClassDef, "BaseConstraint")
def constraint(looking: Looking, node: ast.ClassDef, parents: Parents) -> Iterator[Finding]:
    ours = bases(looking.source, node) & {
        "django.db.models.BaseConstraint",
        "django.db.models.constraints.BaseConstraint",
    }
    if ours and method(node, "validate") is None:
        how = "def validate(self, model, instance, exclude=None, using=DEFAULT_DB_ALIAS), raising ValidationError."
        yield looking.source.finding(node, f"{node.name} has no validate()", how, Weight.MUST)
