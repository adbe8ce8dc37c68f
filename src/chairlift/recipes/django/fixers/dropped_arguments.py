"""Takes out arguments that were removed and that nothing looked at.

`Query.add_annotation(is_summary=)` went in Django 4.2; the size of `was_modified_since()` in 4.1, and the name of
`cached_property()`, which Python tells it since Django 2.2, in 5.0.
https://docs.djangoproject.com/en/4.2/releases/4.2/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import keyword, last_name, starred
from chairlift.recipes.django.edits import remove_argument
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="Arguments that nothing looks at any more",
    link=notes((4, 2), "miscellaneous"),
    since=(2, 2),
    breaks=(5, 0),
    items=(283, 332, 418),
)


@fixer.on(ast.Call, "add_annotation")
def annotation(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit]:
    found = keyword(node, "is_summary")
    func = node.func
    # It was looked at until 4.2.
    if (
        found is not None
        and isinstance(func, ast.Attribute)
        and last_name(func.value) == "query"
        and looking.leg.floor >= (4, 2)
    ):
        yield from remove_argument(looking.source, node, found)


@fixer.on(ast.Call, "was_modified_since")
def modified(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit]:
    if looking.source.resolve(node.func) != "django.views.static.was_modified_since" or starred(node):
        return
    found = keyword(node, "size") or (node.args[2] if len(node.args) == 3 else None)
    if found is not None:
        yield from remove_argument(looking.source, node, found)


@fixer.on(ast.Call, "cached_property")
def cached(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit]:
    if looking.source.resolve(node.func) != "django.utils.functional.cached_property" or starred(node):
        return
    found = keyword(node, "name") or (node.args[1] if len(node.args) == 2 else None)
    if found is not None and isinstance(parents[-1], ast.Assign) and isinstance(parents[-2], ast.ClassDef):
        yield from remove_argument(looking.source, node, found)
