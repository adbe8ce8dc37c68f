"""Takes `nulls_first=False` and `nulls_last=False` out: Django 5.0 refuses them, and they never meant anything.

https://docs.djangoproject.com/en/4.1/releases/4.1/#features-deprecated-in-4-1
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import called, constant
from chairlift.recipes.django.edits import remove_argument
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="asc() and desc() without nulls_first=False",
    link=notes((4, 1), "features-deprecated-in-4-1"),
    breaks=(5, 0),
    items=(431,),
)


@fixer.on(ast.keyword, "nulls_first", "nulls_last")
def argument(looking: Looking, node: ast.keyword, parents: Parents) -> Iterator[Edit]:
    call = parents[-1]
    if (
        isinstance(call, ast.Call)
        and constant(node.value, False)
        and (called(call) in {"asc", "desc"} or looking.source.resolve(call.func).endswith(".OrderBy"))
    ):
        yield from remove_argument(looking.source, call, node)
