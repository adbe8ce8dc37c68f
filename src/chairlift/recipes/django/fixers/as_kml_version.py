"""Flags AsKML(version=…): Django 3.1 removed the parameter.

https://docs.djangoproject.com/en/3.1/releases/3.1/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="AsKML() without version=",
    link="https://docs.djangoproject.com/en/3.1/releases/3.1/#miscellaneous",
    breaks=(3, 1),
    items=(94,),
    only_flags=True,
)


@fixer.on(ast.Call, "AsKML")
def called(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Finding]:
    if any(each.arg == "version" for each in node.keywords):
        yield looking.source.finding(
            node, "AsKML() has no `version` from Django 3.1 on", "leave it out: databases ignore it", Weight.MUST
        )
