"""What fixers of calls and classes share: arguments that went or were renamed, and what a class descends from."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.source import Source


def called(call: ast.AST) -> str:
    """The last name of what is called; empty where it has none."""
    if not isinstance(call, ast.Call):
        return ""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def keyword(call: ast.Call, name: str) -> ast.keyword | None:
    return next((each for each in call.keywords if each.arg == name), None)


def starred(call: ast.Call) -> bool:
    """Whether some arguments are not spelled out (`*args`, `**kwargs`)."""
    return any(isinstance(each, ast.Starred) for each in call.args) or any(each.arg is None for each in call.keywords)


def constant(node: ast.AST | None, *values: object) -> bool:
    """Whether a node is one of these literals, and of the same type (`0` is not `False`)."""
    return isinstance(node, ast.Constant) and any(type(node.value) is type(v) and node.value == v for v in values)


def rename_keyword(source: Source, node: ast.keyword, name: str, together: int = 0) -> Iterator[Edit]:
    start = source.span(node)[0]
    assert node.arg
    yield Edit(start, start + len(node.arg), name, group=together)


def bases(source: Source, node: ast.ClassDef) -> set[str]:
    """Dotted origins of the classes that it names as its bases."""
    return {source.resolve(base) for base in node.bases} - {""}


def method(node: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    return next((each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == name), None)


def chain(node: ast.AST) -> Iterator[ast.Call]:
    """The calls that a call was made on: of `a.b().c()`, itself, then `a.b()`."""
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Call):
            yield node
            node = node.func
        else:
            node = node.value


def on_super(call: ast.Call) -> bool:
    """`super().x(…)` or `super(A, self).x(…)`."""
    func = call.func
    return (
        isinstance(func, ast.Attribute)
        and isinstance(func.value, ast.Call)
        and isinstance(func.value.func, ast.Name)
        and func.value.func.id == "super"
    )


def last_name(node: ast.AST) -> str:
    """`request` of `request` and of `self.request`; empty for what has no name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
