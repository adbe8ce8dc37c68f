"""Reads the ways to put values into a text as one: `%`, `format()` and f-strings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from string import Formatter

_PERCENT = re.compile(r"%(?P<flags>[-+0#]*)(?P<width>\d*(?:\.\d+)?)(?P<kind>[srd%])")


class Formats(ast.NodeTransformer):
    """Each of them as one call with its parts in order; what is less plain stays as it is."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        self.generic_visit(node)
        parts: list[ast.expr] = []
        for each in node.values:
            if isinstance(each, ast.FormattedValue):
                if each.format_spec is not None or each.conversion not in (-1, 115):
                    return node
                parts.append(each.value)
            else:
                parts.append(each)
        return _made(parts)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        func = node.func
        if not (isinstance(func, ast.Attribute) and func.attr == "format" and _is_text(func.value)):
            return node
        named = {each.arg: each.value for each in node.keywords if each.arg}
        if len(named) != len(node.keywords) or any(isinstance(each, ast.Starred) for each in node.args):
            return node
        try:
            return _made([*_filled(str(func.value.value), node.args, named)])  # type: ignore[attr-defined]
        except (ValueError, KeyError, IndexError):
            return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if not (isinstance(node.op, ast.Mod) and _is_text(node.left)):
            return node
        values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        parts: list[ast.expr] = []
        text, at, left = str(node.left.value), 0, [*values]  # type: ignore[attr-defined]
        for found in _PERCENT.finditer(text):
            if found["kind"] == "%":
                return node
            if found["flags"] or found["width"] or found["kind"] == "r" or not left:
                return node
            parts += [ast.Constant(text[at : found.start()]), left.pop(0)]
            at = found.end()
        return node if left or not at else _made([*parts, ast.Constant(text[at:])])


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _filled(text: str, args: list[ast.expr], named: dict[str, ast.expr]) -> Iterator[ast.expr]:
    count = 0
    for before, name, spec, conversion in Formatter().parse(text):
        yield ast.Constant(before)
        if name is None:
            continue
        if spec or conversion not in (None, "s"):
            raise ValueError("less plain")
        if name.isdigit() or not name:
            yield args[int(name or count)]
            count += 1
        else:
            yield named[name]


def _made(parts: list[ast.expr]) -> ast.Call:
    """Texts side by side are one, and those within are told as such."""
    joined: list[ast.expr] = []
    for each in parts:
        if _is_text(each) and joined and _is_text(joined[-1]):
            joined[-1] = ast.Constant(joined[-1].value + each.value)  # type: ignore[attr-defined]
        elif not (_is_text(each) and not each.value):  # type: ignore[attr-defined]
            joined.append(each)
    return ast.Call(ast.Name("formatted", ast.Load()), joined, [])
