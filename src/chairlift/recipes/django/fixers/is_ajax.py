"""Replaces request.is_ajax() by the header that it read: it warns from Django 3.1 on and is gone in 4.0.

https://docs.djangoproject.com/en/3.1/releases/3.1/#id2
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="the X-Requested-With header for request.is_ajax()",
    link="https://docs.djangoproject.com/en/3.1/releases/3.1/#id2",
    since=(2, 2),
    breaks=(4, 0),
    items=(244,),
)

#: Around these a comparison needs no parentheses of its own.
_LOOSE = (
    *(ast.If, ast.IfExp, ast.While, ast.Assert, ast.BoolOp, ast.Return, ast.Assign, ast.Expr),
    *(ast.Call, ast.keyword, ast.Tuple, ast.List, ast.Dict, ast.comprehension),
)


@fixer.on(ast.Call, "is_ajax")
def called(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit | Finding]:
    if not isinstance(node.func, ast.Attribute):
        return
    if node.args or node.keywords or not _is_request(node.func.value):
        yield looking.source.finding(
            node,
            "is_ajax() is gone in Django 4.0, if this is a request",
            'test request.headers.get("x-requested-with") == "XMLHttpRequest"',
        )
        return
    source, parent = looking.source, parents[-1]
    test = f'{source.segment(node.func.value)}.headers.get("x-requested-with") {{}} "XMLHttpRequest"'
    if isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not):
        text = test.format("!=")
        yield source.replace(parent, text if isinstance(parents[-2], _LOOSE) else f"({text})")
        return
    yield source.replace(node, test.format("==") if isinstance(parent, _LOOSE) else f"({test.format('==')})")


@fixer.on(ast.Attribute, "is_ajax")
def mentioned(looking: Looking, node: ast.Attribute, parents: Parents) -> Iterator[Finding]:
    call = parents[-1]
    if isinstance(call, ast.Call) and call.func is node:
        return
    yield looking.source.finding(
        node,
        "is_ajax is gone in Django 4.0, and what sets or passes it has no effect once the code reads the header",
        'give the request the header instead: HTTP_X_REQUESTED_WITH="XMLHttpRequest"',
    )


@fixer.on(ast.Constant, "is_ajax")
def named(looking: Looking, node: ast.Constant, parents: Parents) -> Iterator[Finding]:
    yield looking.source.finding(
        node,
        "a string names is_ajax, which is gone in Django 4.0",
        'give the request the header instead: HTTP_X_REQUESTED_WITH="XMLHttpRequest"',
        Weight.NOTE,
    )


def _is_request(node: ast.expr) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name == "request" or name.endswith("_request")
    return False
