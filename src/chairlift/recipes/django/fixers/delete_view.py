"""Finds deletion logic in `delete()` of a DeleteView: from Django 4.0 on a POST goes through `form_valid()` instead.

https://docs.djangoproject.com/en/4.0/releases/4.0/#deleteview-changes
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import bases, last_name, method
from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="Deletion logic in DeleteView.delete()",
    link=notes((4, 0), "deleteview-changes"),
    breaks=(4, 0),
    items=(184,),
    only_flags=True,
)

_VIEWS = {
    f"django.views.generic.{module}{name}"
    for module in ("", "edit.")
    for name in ("DeleteView", "BaseDeleteView", "DeletionMixin")
}


@fixer.on(ast.ClassDef, "DeleteView", "BaseDeleteView", "DeletionMixin")
def view(looking: Looking, node: ast.ClassDef, parents: Parents) -> Iterator[Finding]:
    found = method(node, "delete")
    if found is None or not bases(looking.source, node) & _VIEWS:
        return
    if "DeletionMixin" in {last_name(base) for base in node.bases} and method(node, "post"):
        return
    yield looking.source.finding(
        found,
        f"{node.name}.delete() is not called by a POST any more",
        "Move what it does to form_valid(form), or to a method that both call while 3.2 is still deployed.",
        Weight.MUST,
    )
