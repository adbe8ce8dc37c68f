"""Names the target's own classes of deprecation warnings: those for what it has removed by now are gone from it.

https://docs.djangoproject.com/en/stable/internals/release-process/#deprecation-policy
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.later_removals import successor
from chairlift.recipes.django.moves import follow_import
from chairlift.recipes.django.releases import Stage

fixer = Fixer(
    __name__,
    title="the target's classes of deprecation warnings",
    link="https://docs.djangoproject.com/en/stable/internals/release-process/#deprecation-policy",
    stages=(Stage.UPGRADE,),
)
fixer.triggers("RemovedInDjango")
_MODULE = "django.utils.deprecation"


@fixer.on(ast.ImportFrom)
def imported(looking: Looking, node: ast.ImportFrom, parents: Parents) -> Iterator[Edit]:
    if node.module == _MODULE and not node.level:
        names = [alias.name for alias in node.names]
        moved = {f"{_MODULE}.{old}": f"{_MODULE}.{new}" for old in names if (new := successor(old, looking.leg))}
        yield from follow_import(moved, looking, node, parents)


@fixer.on(ast.Attribute)
def used(looking: Looking, node: ast.Attribute, parents: Parents) -> Iterator[Edit]:
    new = successor(node.attr, looking.leg)
    if new and looking.source.resolve(node) == f"{_MODULE}.{node.attr}":
        end = looking.source.span(node)[1]
        yield Edit(end - len(node.attr), end, new)
