"""Writes `errors=None` of assertFormError() and assertFormsetError() as an empty list, which it always meant.

https://docs.djangoproject.com/en/4.1/releases/4.1/#features-deprecated-in-4-1
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import called, constant, keyword, starred
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="assertFormError(form, field, [])",
    link=notes((4, 1), "features-deprecated-in-4-1"),
    breaks=(5, 0),
    items=(420,),
)


@fixer.on(ast.Call, "assertFormError", "assertFormsetError", "assertFormSetError")
def asserted(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit]:
    named = keyword(node, "errors")
    if named is not None:
        if constant(named.value, None):
            yield looking.source.replace(named.value, "[]")
        return
    if starred(node) or not node.args:
        return
    # (form, field, errors), or (response, name, field, errors); a formset's index comes in between.
    between = 0 if called(node) == "assertFormError" else 1
    old = len(node.args) > 1 + between + 2 - 1 and _names_a_form(node.args[1])
    place = 2 + between + (1 if old else 0)
    if len(node.args) > place and constant(node.args[place], None):
        yield looking.source.replace(node.args[place], "[]")


def _names_a_form(node: ast.expr) -> bool:
    """In the old order the second argument is the form's name in the context: a string that says so, to be sure."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and "form" in node.value
