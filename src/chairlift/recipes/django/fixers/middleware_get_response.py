"""Demands `get_response` in middleware, and hands it on: MiddlewareMixin refuses to go without from Django 4.0 on.

https://docs.djangoproject.com/en/4.0/releases/4.0/#features-removed-in-4-0
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from chairlift.recipes.django.calls import bases, constant, method, on_super
from chairlift.recipes.django.edits import group
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="Middleware with its get_response",
    link=notes((4, 0), "features-removed-in-4-0"),
    breaks=(4, 0),
    items=(251,),
)
fixer.triggers("MiddlewareMixin", "Middleware()")

#: From the end of what is called up to its arguments: `(super().__init__)(`, too.
_OPENING = re.compile(r"[\s)]*\(")
_TEST = re.compile(r"(\b|_)tests?(\b|_)|conftest")


@fixer.on(ast.ClassDef, "MiddlewareMixin")
def middleware(looking: Looking, node: ast.ClassDef, parents: Parents) -> Iterator[Edit]:
    init = method(node, "__init__")
    if init is None or "django.utils.deprecation.MiddlewareMixin" not in bases(looking.source, node):
        return
    arguments = init.args.args
    if len(arguments) != 2 or arguments[1].arg != "get_response" or init.args.posonlyargs:
        return
    source = looking.source
    together = group()
    if len(init.args.defaults) == 1 and constant(init.args.defaults[0], None):
        yield Edit(source.span(arguments[1])[1], source.span(init.args.defaults[0])[1], "", group=together)
    for call in ast.walk(init):
        if isinstance(call, ast.Call) and on_super(call) and _is_init(call) and not call.args and not call.keywords:
            opening = _OPENING.match(source.text, source.span(call.func)[1])
            if opening:
                yield Edit(opening.end(), opening.end(), "get_response", group=together)


def _is_init(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "__init__"


@fixer.on(ast.Call)
def made(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Finding]:
    """A test that makes its own: what it wants as a response, only its author knows."""
    if node.args or node.keywords or not _TEST.search(looking.source.path):
        return
    name = looking.source.resolve(node.func).rpartition(".")[2]
    if name.endswith("Middleware") and name != "Middleware":
        yield looking.source.finding(
            node,
            f"{name}() without get_response",
            f"{name}(lambda request: HttpResponse()), or whatever the view is to answer.",
            Weight.MUST,
        )
