"""Takes the request in `ModelAdmin.lookup_allowed()`: Django 6.0 passes it always.

https://docs.djangoproject.com/en/5.0/releases/5.0/#features-deprecated-in-5-0
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import on_super
from chairlift.recipes.django.edits import outer
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="lookup_allowed(self, lookup, value, request=None)",
    link=notes((5, 0), "features-deprecated-in-5-0"),
    breaks=(6, 0),
)


@fixer.on(ast.FunctionDef, "lookup_allowed")
def defined(looking: Looking, node: ast.FunctionDef, parents: Parents) -> Iterator[Edit]:
    source, arguments = looking.source, node.args
    others = arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.defaults
    if not isinstance(parents[-1], ast.ClassDef) or len(arguments.args) != 3 or others:
        return
    end = source.span(arguments.args[-1])[1]
    yield Edit(end, end, ", request=None")
    for call in ast.walk(node):
        if not isinstance(call, ast.Call) or not on_super(call) or call.keywords:
            continue
        if len(call.args) == 2 and looking.leg.floor >= (5, 0):
            last = outer(source, call.args[-1], call)[1]
            yield Edit(last, last, ", request")
