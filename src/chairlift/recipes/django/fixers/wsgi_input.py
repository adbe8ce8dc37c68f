"""Finds requests made by hand without a body: from Django 4.2 on `wsgi.input` must be there.

https://docs.djangoproject.com/en/4.2/releases/4.2/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="WSGIRequest with wsgi.input",
    link=notes((4, 2), "miscellaneous"),
    breaks=(4, 2),
    items=(341,),
    only_flags=True,
)


@fixer.on(ast.Call, "WSGIRequest")
def made(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Finding]:
    if looking.source.resolve(node.func) != "django.core.handlers.wsgi.WSGIRequest" or len(node.args) != 1:
        return
    given = node.args[0]
    if isinstance(given, ast.Dict) and "wsgi.input" not in looking.source.segment(given) and None not in given.keys:
        how = 'Add "wsgi.input": io.BytesIO(), or use RequestFactory.'
        yield looking.source.finding(node, "A request without wsgi.input", how, Weight.MUST)
