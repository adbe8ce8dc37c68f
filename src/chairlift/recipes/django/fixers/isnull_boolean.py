"""Makes the right-hand side of `isnull` lookups a boolean: any other value is an error from Django 4.0 on.

https://docs.djangoproject.com/en/3.1/releases/3.1/#id2
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import constant
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="isnull lookups with a boolean",
    link=notes((3, 1), "id2"),
    breaks=(4, 0),
    items=(241,),
)
fixer.triggers("isnull")


@fixer.on(ast.keyword)
def lookup(looking: Looking, node: ast.keyword, parents: Parents) -> Iterator[Edit]:
    if node.arg and node.arg.endswith("__isnull"):
        yield from _boolean(looking, node.value)


@fixer.on(ast.Dict)
def lookups(looking: Looking, node: ast.Dict, parents: Parents) -> Iterator[Edit]:
    """`filter(**{"author__isnull": 1})`, and nothing but: another dictionary may be read by anybody."""
    if not (isinstance(parents[-1], ast.keyword) and parents[-1].arg is None):
        return
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and str(key.value).endswith("__isnull"):
            yield from _boolean(looking, value)


def _boolean(looking: Looking, value: ast.expr) -> Iterator[Edit]:
    # A string is always true, also "False": that is most likely not what was meant, so it is left to fail.
    if constant(value, 0, 1):
        assert isinstance(value, ast.Constant)
        yield looking.source.replace(value, str(bool(value.value)))
