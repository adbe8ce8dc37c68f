"""Renames arguments of undocumented methods where they are passed by name.

`BaseModelFormSet.save_existing(instance=)` became `obj=` in Django 5.0.
https://docs.djangoproject.com/en/5.0/releases/5.0/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import keyword, rename_keyword
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="save_existing(obj=…) of model formsets",
    link=notes((5, 0), "miscellaneous"),
    since=(5, 0),
    breaks=(5, 0),
    items=(370,),
)


@fixer.on(ast.Call, "save_existing")
def saved(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit]:
    named = keyword(node, "instance")
    if named is not None and keyword(node, "obj") is None:
        yield from rename_keyword(looking.source, named, "obj")
