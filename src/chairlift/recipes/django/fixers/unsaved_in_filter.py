"""Finds objects that are made in place in a filter: Django 5.0 refuses such as have no primary key.

https://docs.djangoproject.com/en/4.1/releases/4.1/#reverse-foreign-key-changes-for-unsaved-model-instances
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from chairlift.recipes.django.calls import keyword, starred
from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="Unsaved objects in filters",
    link=notes((4, 1), "reverse-foreign-key-changes-for-unsaved-model-instances"),
    breaks=(5, 0),
    items=(274, 423),
    only_flags=True,
)

# An object made in an argument. Classes that are imported under a name in small letters are not followed.
fixer.also(re.compile(rb"\w\s*=[\s(]*(?:\w+\s*\.\s*)*[A-Z]\w*\s*\("))

_QUERIES = {"filter", "exclude", "get", "count"}


@fixer.on(ast.Call, *_QUERIES)
def query(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Finding]:
    for each in node.keywords:
        made = each.value
        if not (isinstance(made, ast.Call) and isinstance(node.func, ast.Attribute)) or keyword(made, "pk"):
            continue
        origin = looking.source.resolve(made.func)
        module, _, name = origin.rpartition(".")
        if not module.endswith("models") or origin.startswith("django.") or keyword(made, "id"):
            continue
        if name[:1].isupper() and not starred(made):
            how = "Use a saved object; where nothing should be found, queryset.none()."
            yield looking.source.finding(made, f"{name}() is not saved", how, Weight.MUST)
