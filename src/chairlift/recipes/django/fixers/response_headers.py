"""Reads headers through the response: its private `_headers` is gone in Django 3.2.

https://docs.djangoproject.com/en/3.2/releases/3.2/#requests-and-responses
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="headers without the private response._headers",
    link="https://docs.djangoproject.com/en/3.2/releases/3.2/#requests-and-responses",
    breaks=(3, 2),
)


@fixer.on(ast.Attribute, "_headers")
def used(looking: Looking, node: ast.Attribute, parents: Parents) -> Iterator[Edit | Finding]:
    source = looking.source
    owner = getattr(node.value, "id", getattr(node.value, "attr", ""))
    if owner != "response" and not owner.endswith("_response"):
        return
    match parents[-2:]:
        # response._headers["content-type"][1] is the value, of a pair with the name as it was written.
        case ast.Subscript(slice=ast.Constant(value=1)) as pair, ast.Subscript(slice=key) as item if (
            item.value is node and pair.value is item and isinstance(pair.ctx, ast.Load)
        ):
            yield source.replace(pair, f"{source.segment(node.value)}[{source.segment(key)}]")
            return
    yield source.finding(
        node,
        "responses have no _headers from Django 3.2 on; cached or pickled ones written by the other version break too",
        "use response[name], response.items() or, on 3.2 only, response.headers; their values are not pairs",
        Weight.MUST,
    )
