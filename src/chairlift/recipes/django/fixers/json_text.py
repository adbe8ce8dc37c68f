"""Finds JSON text given to JSONField as a value: Django 5.1 stores it as a string.

https://docs.djangoproject.com/en/4.2/releases/4.2/#features-deprecated-in-4-2
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import called, keyword
from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="JSON that is encoded before JSONField encodes it",
    link=notes((4, 2), "features-deprecated-in-4-2"),
    breaks=(5, 1),
    items=(469,),
    only_flags=True,
)


@fixer.on(ast.Call, "Value")
def value(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Finding]:
    source = looking.source
    named = keyword(node, "output_field")
    kind = named.value if named else (node.args[1] if len(node.args) > 1 else None)
    if kind is None or called(kind) != "JSONField" or not node.args:
        return
    text = node.args[0]
    literal = isinstance(text, ast.Constant) and isinstance(text.value, str)
    if literal or source.resolve(getattr(text, "func", text)) == "json.dumps":
        how = "Give the value itself: Value({…}, JSONField())."
        yield source.finding(node, "JSON text is taken for a string from Django 5.1 on", how, Weight.MUST)
