"""Iterates over the request itself: Django 3.0 removed HttpRequest.xreadlines().

https://docs.djangoproject.com/en/3.0/releases/3.0/#features-removed-in-3-0
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit, Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="the request for request.xreadlines()",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#features-removed-in-3-0",
    breaks=(3, 0),
    items=(52,),
)


@fixer.on(ast.Call, "xreadlines")
def called(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit | Finding]:
    if not isinstance(node.func, ast.Attribute) or node.args or node.keywords:
        return
    receiver = node.func.value
    if getattr(receiver, "id", getattr(receiver, "attr", "")) == "request":
        yield looking.source.replace(node, looking.source.segment(receiver))
    else:
        yield looking.source.finding(
            node, "requests have no xreadlines() from Django 3.0 on, if this is one", "iterate over the request"
        )
