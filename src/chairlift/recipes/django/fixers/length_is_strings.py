"""Writes the filter `length_is` as a comparison of `length`, in templates that are strings of Python.

https://docs.djangoproject.com/en/4.2/releases/4.2/#features-deprecated-in-4-2
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes
from chairlift.recipes.django.templates import length_is

fixer = Fixer(
    __name__,
    title="{% if x|length == 3 %} for x|length_is:3, in strings",
    link=notes((4, 2), "features-deprecated-in-4-2"),
    breaks=(5, 1),
    items=(462,),
)
fixer.triggers("length_is")


@fixer.on(ast.Constant)
def template(looking: Looking, node: ast.Constant, parents: Parents) -> Iterator[Edit | Finding]:
    if not isinstance(node.value, str) or "|length_is:" not in node.value or isinstance(parents[-1], ast.JoinedStr):
        return
    source = looking.source
    edits = [*length_is(source.segment(node), source.span(node)[0])]
    yield from edits
    if not edits and not isinstance(parents[-1], ast.Expr):
        yield source.finding(node, "The filter length_is is gone", "{% if x|length == 3 %}", Weight.MUST)
