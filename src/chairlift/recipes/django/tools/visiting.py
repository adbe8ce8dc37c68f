"""Walks a tree once for the fixers of django-upgrade, as its own `visit` does, and remembers which fixer said what."""

from __future__ import annotations

import ast
import bisect
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from django_upgrade.data import FIXERS, State
from tokenize_rt import Offset, Token

from chairlift.recipes.django.walking import descend, shape

Parents = tuple[ast.AST, ...]
Callback = Callable[[list[Token], int], None]
#: What visits a node, and the fixer whose it is.
Visitor = tuple[Callable[[State, Any, Parents], Iterable[tuple[Offset, Callback]]], str]
#: For one type of node: who visits any of them, and for each name who visits those of that name (the former, too).
Entry = tuple[tuple[Visitor, ...], dict[str, tuple[Visitor, ...]]]


@lru_cache(maxsize=4096)
def _table(names: tuple[str, ...]) -> tuple[dict[type[ast.AST], Entry], dict[type[ast.AST], tuple[str, ...]]]:
    """By type of node, in the order in which django-upgrade asks them; and which fields lead to such nodes."""
    registered: dict[type[ast.AST], list[tuple[Visitor, frozenset[str] | None]]] = {}
    for name, fixer in FIXERS.items():
        if name in names:
            for kind, visitors in fixer.ast_funcs.items():
                registered.setdefault(kind, []).extend(((visitor, name), only) for visitor, only in visitors)
    table: dict[type[ast.AST], Entry] = {}
    for kind, every in registered.items():
        asked = frozenset[str]().union(*(only for _, only in every if only))
        table[kind] = (
            tuple(visitor for visitor, only in every if only is None),
            {name: tuple(visitor for visitor, only in every if only is None or name in only) for name in asked},
        )
    return table, shape(frozenset({*table, ast.ImportFrom}))


#: The fixer's name, what it wants to do to the tokens, and the node that made it want that.
Signed = tuple[str, Callback, ast.AST]


def visit(
    tree: ast.Module, state: State, names: Sequence[str], lines: Sequence[int] | None = None
) -> dict[tuple[int | None, int | None], list[Signed]]:
    """What the fixers of these names want to do, by place.

    The order is that of django-upgrade, which matters: a fixer knows of imports only those above it. Of statements
    only those are visited that reach over one of the `lines`.
    """
    table, fields = _table(tuple(names))
    found: defaultdict[tuple[int | None, int | None], list[Signed]] = defaultdict(list)
    nodes: list[tuple[ast.AST, Parents]] = [(tree, ())]
    while nodes:
        node, parents = nodes.pop()
        kind = type(node)
        if lines is not None and isinstance(node, ast.stmt) and not _reaches(node, lines):
            continue
        if (entry := table.get(kind)) is not None:
            visitors, named = entry
            if named:
                visitors = named.get(_called(node), visitors)
            for visitor, name in visitors:
                for offset, callback in visitor(state, node, parents):
                    found[offset].append((name, callback, node))
        if kind is ast.ImportFrom:
            _note(node, state)
        if below := fields[kind]:
            descend(node, below, (*parents, node), nodes, fields)
    return found


def _reaches(node: ast.stmt, lines: Sequence[int]) -> bool:
    first = node.lineno
    if decorators := getattr(node, "decorator_list", None):
        first = min(first, decorators[0].lineno)
    place = bisect.bisect_left(lines, first)
    return place < len(lines) and lines[place] <= (node.end_lineno or first)


def _called(node: Any) -> str:
    if type(node) is ast.Call:
        node = node.func
    return str(getattr(node, "attr", None) or getattr(node, "id", ""))


def _note(node: Any, state: State) -> None:
    """The imports that fixers ask for."""
    module = node.module
    if node.level or module is None or not (module in ("django", "unittest") or module.startswith("django.")):
        return
    state.from_imports[module].update(alias.name for alias in node.names if alias.asname is None and alias.name != "*")
