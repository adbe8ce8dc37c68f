"""Drops SafeBytes: nothing has made one since Django 2.0, and the class is gone in 3.0.

https://docs.djangoproject.com/en/3.0/releases/3.0/#removed-private-python-2-compatibility-apis
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import forget

fixer = Fixer(
    __name__,
    title="no tests for SafeBytes",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#removed-private-python-2-compatibility-apis",
    since=(2, 0),
    breaks=(3, 0),
    items=(26,),
)

_ORIGIN = "django.utils.safestring.SafeBytes"

forget(fixer, _ORIGIN)


@fixer.on(ast.Name, "SafeBytes")
@fixer.on(ast.Attribute, "SafeBytes")
def used(looking: Looking, node: ast.Name | ast.Attribute, parents: Parents) -> Iterator[Edit | Finding]:
    source, parent = looking.source, parents[-1]
    if source.resolve(node) != _ORIGIN or isinstance(node.ctx, ast.Store):
        return
    if isinstance(parent, ast.Tuple) and isinstance(parents[-2], ast.Call) and "#" not in source.segment(parent):
        kept = [source.segment(each) for each in parent.elts if each is not node]
        is_test = getattr(parents[-2].func, "id", "") in {"isinstance", "issubclass"}
        if is_test and kept and len(kept) == len(parent.elts) - 1:
            yield source.replace(parent, kept[0] if len(kept) == 1 else f"({', '.join(kept)})")
            return
    yield source.finding(
        node,
        "SafeBytes is gone in Django 3.0, and nothing has made one since 2.0",
        "take the test for it out, or use SafeString",
        Weight.MUST,
    )
