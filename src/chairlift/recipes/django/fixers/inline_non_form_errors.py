"""Calls `non_form_errors()` of the admin's inline formsets: it was a property until Django 4.0.

https://docs.djangoproject.com/en/4.1/releases/4.1/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import last_name
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="InlineAdminFormSet.non_form_errors()",
    link=notes((4, 1), "miscellaneous"),
    since=(4, 1),
    breaks=(4, 1),
    items=(285,),
)


@fixer.on(ast.Attribute, "non_form_errors")
def used(looking: Looking, node: ast.Attribute, parents: Parents) -> Iterator[Edit]:
    above = parents[-1]
    if isinstance(above, ast.Call) and above.func is node:
        return
    # Formsets of forms have a method of this name; only these of the admin are known by their usual name.
    if last_name(node.value) in {"inline_admin_formset", "admin_formset"} and isinstance(node.ctx, ast.Load):
        end = looking.source.span(node)[1]
        yield Edit(end, end, "()")
