"""Writes `Exists(…, negated=True)` as `~Exists(…)`: Django 4.2 dropped the argument, which was never documented.

https://docs.djangoproject.com/en/4.2/releases/4.2/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import constant
from chairlift.recipes.django.edits import group, remove_argument
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="~Exists(…) for Exists(…, negated=True)",
    link=notes((4, 2), "miscellaneous"),
    breaks=(4, 2),
    items=(331,),
)


@fixer.on(ast.keyword, "negated")
def argument(looking: Looking, node: ast.keyword, parents: Parents) -> Iterator[Edit | Finding]:
    call, source = parents[-1], looking.source
    if not isinstance(call, ast.Call) or not source.resolve(call.func).endswith("models.Exists"):
        return
    if not constant(node.value, True, False):
        yield source.finding(node, "Exists(negated=…) is gone", "Put ~ before it where it is so.", Weight.MUST)
        return
    # `Exists(…).x` would be negated as a whole.
    if constant(node.value, True) and isinstance(parents[-2], ast.Attribute | ast.BinOp | ast.UnaryOp):
        yield source.finding(node, "Exists(negated=True) is gone", "Write (~Exists(…)).", Weight.MUST)
        return
    together = group()
    removed = [*remove_argument(source, call, node, together)]
    if removed and constant(node.value, True):
        start = source.span(call)[0]
        yield Edit(start, start, "~", group=together)
    yield from removed
