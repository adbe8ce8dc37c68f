"""Gives ProjectState its `real_apps` as a set, as Django 4.0 wants them.

https://docs.djangoproject.com/en/4.0/releases/4.0/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import called
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="ProjectState(real_apps={…})",
    link=notes((4, 0), "miscellaneous"),
    breaks=(4, 0),
    items=(204,),
)


@fixer.on(ast.keyword, "real_apps")
def argument(looking: Looking, node: ast.keyword, parents: Parents) -> Iterator[Edit]:
    if called(parents[-1]) == "ProjectState" and isinstance(node.value, ast.List) and node.value.elts:
        text = looking.source.segment(node.value)
        yield looking.source.replace(node.value, f"{{{text[1:-1]}}}")
