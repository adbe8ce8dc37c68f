"""Flags middleware that is made without get_response: a warning from Django 3.1 on, an error in 4.0.

https://docs.djangoproject.com/en/3.1/releases/3.1/#id2
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="middleware without get_response",
    link="https://docs.djangoproject.com/en/3.1/releases/3.1/#id2",
    breaks=(4, 0),
    only_flags=True,
)

_HOW = "pass a callable: `lambda request: HttpResponse()` does in tests"


@fixer.on(ast.ClassDef, "MiddlewareMixin")
def defined(looking: Looking, node: ast.ClassDef, parents: Parents) -> Iterator[Finding]:
    for each in node.body:
        if not isinstance(each, ast.FunctionDef) or each.name != "__init__":
            continue
        if len(each.args.args) < 2 and not each.args.vararg:
            yield looking.source.finding(
                each,
                f"{node.name} is made without get_response, which MiddlewareMixin demands from Django 4.0 on",
                "def __init__(self, get_response), and pass it to super().__init__()",
            )


@fixer.on(ast.Call)
def made(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Finding]:
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    if name.endswith("Middleware") and not node.args and not node.keywords:
        yield looking.source.finding(node, f"{name}() without get_response fails from Django 4.0 on", _HOW)


fixer.triggers("Middleware()", "MiddlewareMixin")
