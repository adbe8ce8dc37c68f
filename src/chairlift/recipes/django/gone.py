"""Names that are gone: said where they are imported, used, or named in a string, as settings do."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import flag, tolerated


def flag_all(fixer: Fixer, gone: Mapping[str, str]) -> None:
    """Let a fixer say how to go on (the values) wherever one of these dotted names (the keys) is left.

    Old migrations may keep fields that are gone: Django keeps them for these.
    """
    fields = {name: how for name, how in gone.items() if ".fields." in name}
    flag(fixer, {name: how for name, how in gone.items() if name not in fields})

    def field(looking: Looking, node: ast.ImportFrom | ast.Attribute, parents: Parents) -> Iterator[Finding]:
        if "migrations/" in looking.source.path or tolerated(parents):
            return
        if isinstance(node, ast.Attribute):
            names = [looking.source.resolve(node)]
        else:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            if name in fields:
                yield looking.source.finding(node, f"{name}: {fixer.title}", fields[name], Weight.MUST)

    def string(looking: Looking, node: ast.Constant, parents: Parents) -> Iterator[Finding]:
        # A string on its own is documentation.
        if not isinstance(parents[-1], ast.Expr):
            name = str(node.value)
            yield looking.source.finding(node, f"{name}: {fixer.title}", gone[name], Weight.MUST)

    if fields:
        last = sorted({name.rpartition(".")[2] for name in fields})
        fixer.on(ast.ImportFrom, *last, origins=fields)(field)
        fixer.on(ast.Attribute, *last, origins=fields)(field)
    fixer.on(ast.Constant, *gone)(string)
