"""Replaces `HttpRequest.get_raw_uri()`, which Django 4.0 removed, by `build_absolute_uri()`.

The old one did not look at ALLOWED_HOSTS: with a host that is not allowed the new one is an error, which is the better
answer, except in an error handler.
https://docs.djangoproject.com/en/4.0/releases/4.0/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import last_name
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="HttpRequest.get_raw_uri()",
    link=notes((4, 0), "miscellaneous"),
    breaks=(4, 0),
    items=(196,),
)


@fixer.on(ast.Attribute, "get_raw_uri")
def used(looking: Looking, node: ast.Attribute, parents: Parents) -> Iterator[Edit | Finding]:
    call = parents[-1]
    simple = isinstance(call, ast.Call) and call.func is node and not call.args and not call.keywords
    if simple and last_name(node.value) in {"request", "req", "_request"}:
        end = looking.source.span(node)[1]
        yield Edit(end - len(node.attr), end, "build_absolute_uri")
    else:
        yield looking.source.finding(
            node, "get_raw_uri() is gone", "Use request.build_absolute_uri() where this is a request.", Weight.MUST
        )
