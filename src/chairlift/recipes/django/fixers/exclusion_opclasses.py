"""Finds opclasses of exclusion constraints, which Django 5.0 takes as OpClass() in the expressions.

https://docs.djangoproject.com/en/4.1/releases/4.1/#features-deprecated-in-4-1
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import called
from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="ExclusionConstraint without opclasses",
    link=notes((4, 1), "features-deprecated-in-4-1"),
    breaks=(5, 0),
    items=(419,),
    only_flags=True,
)


@fixer.on(ast.keyword, "opclasses")
def argument(looking: Looking, node: ast.keyword, parents: Parents) -> Iterator[Finding]:
    if called(parents[-1]) == "ExclusionConstraint":
        how = 'expressions=[(OpClass("field", name="opclass"), operator)], also in old migrations.'
        yield looking.source.finding(node, "ExclusionConstraint(opclasses=…) is gone", how, Weight.MUST)
