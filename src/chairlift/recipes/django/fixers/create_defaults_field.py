"""Finds models with a field called create_defaults, which update_or_create() takes for its own argument in Django 5.0.

https://docs.djangoproject.com/en/5.0/releases/5.0/#using-create-defaults-exact-may-now-be-required-with-queryset-update-or-create
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import called
from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="A model field called create_defaults",
    link=notes((5, 0), "using-create-defaults-exact-may-now-be-required-with-queryset-update-or-create"),
    breaks=(5, 0),
    items=(368,),
    only_flags=True,
)


@fixer.on(ast.Assign, "create_defaults")
def field(looking: Looking, node: ast.Assign, parents: Parents) -> Iterator[Finding]:
    if isinstance(parents[-1], ast.ClassDef) and called(node.value).endswith(("Field", "ForeignKey")):
        how = "Write create_defaults__exact=… in update_or_create()."
        yield looking.source.finding(node, "update_or_create() has an argument of this name", how)
