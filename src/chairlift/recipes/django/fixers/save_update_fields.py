"""Finds `save()` methods that change fields: `update_or_create()` saves only some fields from Django 4.2 on.

https://docs.djangoproject.com/en/4.2/releases/4.2/#setting-update-fields-in-model-save-may-now-be-required
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from chairlift.recipes.django.calls import called, on_super
from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="Model.save() that changes fields, and update_fields",
    link=notes((4, 2), "setting-update-fields-in-model-save-may-now-be-required"),
    breaks=(4, 2),
    items=(323,),
    only_flags=True,
)

fixer.also(re.compile(rb"\bdef[\s\\]+save\b"))
fixer.also("super")


@fixer.on(ast.FunctionDef, "save")
def saved(looking: Looking, node: ast.FunctionDef, parents: Parents) -> Iterator[Finding]:
    if not isinstance(parents[-1], ast.ClassDef) or "update_fields" in looking.source.segment(node):
        return
    # Forms and serializers have a save() of their own, without what models pass on.
    if not (node.args.kwarg or any(each.arg == "force_insert" for each in node.args.args)):
        return
    calls = [
        each for each in ast.walk(node) if isinstance(each, ast.Call) and called(each) == "save" and on_super(each)
    ]
    changed = {
        target.attr
        for each in ast.walk(node)
        if isinstance(each, ast.Assign) and calls and each.lineno < calls[-1].lineno
        for target in each.targets
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self"
    }
    public = sorted(name for name in changed if not name.startswith("_"))
    if public:
        yield looking.source.finding(
            node,
            f"save() sets {', '.join(public)}, which update_or_create() would not save",
            "Where update_fields is not None, add their names to it before super().save().",
        )
