"""Passes the two parts of `Query.add_filter()` one by one, as Django 4.0 wants them.

https://docs.djangoproject.com/en/4.0/releases/4.0/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import last_name
from chairlift.recipes.django.edits import outer
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="Query.add_filter(lhs, rhs)",
    link=notes((4, 0), "miscellaneous"),
    since=(4, 0),
    breaks=(4, 0),
    items=(201,),
)


@fixer.on(ast.Call, "add_filter")
def added(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit | Finding]:
    func = node.func
    if not isinstance(func, ast.Attribute) or last_name(func.value) not in {"query", "_query"}:
        return
    if len(node.args) != 1 or node.keywords:
        return
    pair = node.args[0]
    if isinstance(pair, ast.Tuple) and len(pair.elts) == 2 and looking.source.segment(pair).startswith("("):
        start, end = looking.source.span(pair)
        first, last = outer(looking.source, pair.elts[0], pair)[0], outer(looking.source, pair.elts[1], pair)[1]
        if "#" not in looking.source.text[start:first] + looking.source.text[last:end]:
            yield Edit(start, end, looking.source.text[first:last])
    elif not isinstance(pair, ast.Starred):
        yield looking.source.finding(
            node, "Query.add_filter() takes the lookup and its value", "Pass *pair.", Weight.MUST
        )
