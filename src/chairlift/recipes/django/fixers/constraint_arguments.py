"""Finds constraints of one's own that pass BaseConstraint their arguments by position: an error from Django 6.0 on.

https://docs.djangoproject.com/en/5.0/releases/5.0/#features-deprecated-in-5-0
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import called, starred
from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="Constraints with named arguments",
    link=notes((5, 0), "features-deprecated-in-5-0"),
    breaks=(6, 0),
    only_flags=True,
)


@fixer.on(ast.ClassDef, "BaseConstraint")
def constraint(looking: Looking, node: ast.ClassDef, parents: Parents) -> Iterator[Finding]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and called(call) == "__init__" and call.args and not starred(call):
            how = "super().__init__(name=name)"
            yield looking.source.finding(call, "BaseConstraint takes no positional arguments", how, Weight.MUST)
