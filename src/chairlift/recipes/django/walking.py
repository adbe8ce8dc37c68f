"""Which parts of a tree a walk must enter to meet every node of some types, and which it may pass by."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

#: Lists of statements are met in these, those of expressions in all others.
_BLOCKS = (ast.mod, ast.stmt, ast.excepthandler, ast.match_case)
#: Fields that hold text, numbers or a marker such as Load, and no node that anything looks at.
_PLAIN = frozenset(
    {"ctx", "id", "attr", "arg", "name", "asname", "module", "level", "kind", "conversion", "type_comment"}
)
#: Where blocks hold others, last first.
_BLOCK_FIELDS = ("finalbody", "orelse", "cases", "handlers", "body")
_OPERATORS = (ast.operator, ast.cmpop, ast.boolop, ast.unaryop)


@lru_cache(maxsize=4096)
def shape(wanted: frozenset[type[ast.AST]]) -> dict[type[ast.AST], tuple[str, ...]]:
    """For each type of node that is worth entering: its fields, last first.

    A type that is missing is neither wanted nor above anything that is.
    """
    simple = all(issubclass(kind, (*_BLOCKS, ast.alias)) for kind in wanted)
    plain = _PLAIN if any(issubclass(kind, _OPERATORS) for kind in wanted) else _PLAIN | {"op", "ops"}
    fields: dict[type[ast.AST], tuple[str, ...]] = {}
    for kind in _kinds(ast.AST):
        if kind in wanted or kind._fields:
            fields[kind] = tuple(name for name in reversed(kind._fields) if name not in plain)
    for kind in list(fields):
        leaf = not fields[kind] or kind is ast.Constant
        # Expressions hold no statements: a walk for statements alone passes them by.
        beside = simple and not issubclass(kind, _BLOCKS)
        if kind not in wanted and (leaf or beside):
            del fields[kind]
        elif beside or kind is ast.Constant:
            fields[kind] = ()
    return fields


def descend(
    node: ast.AST,
    below: tuple[str, ...],
    parents: tuple[ast.AST, ...],
    nodes: list[tuple[ast.AST, tuple[ast.AST, ...]]],
    fields: dict[type[ast.AST], tuple[str, ...]],
) -> None:
    """Put the children that are worth it on the stack `nodes`, so that the first of them is the next."""
    for field in below:
        value: Any = getattr(node, field, None)
        if type(value) is list:
            nodes += [(each, parents) for each in reversed(value) if type(each) in fields]
        elif type(value) in fields:
            nodes.append((value, parents))


def statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """All statements of a file, those within others too; a small part of its nodes, which holds all imports."""
    todo: list[Any] = [*reversed(tree.body)]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.stmt):
            yield node
        for field in _BLOCK_FIELDS:
            below = getattr(node, field, None)
            # A lambda's body is an expression.
            if type(below) is list:
                todo += reversed(below)


def _kinds(kind: type[ast.AST]) -> set[type[ast.AST]]:
    return {kind}.union(*(_kinds(each) for each in kind.__subclasses__()))
