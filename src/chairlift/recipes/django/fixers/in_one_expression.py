"""Compares with one column by `=`, not by `IN`: Django 3.0 to 3.2 write `IN "table"."column"`, which no database reads.

Before and after them the column is in parentheses, where `IN` with one of them says what `=` says.
https://docs.djangoproject.com/en/3.2/ref/models/querysets/#in
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import called, keyword, rename_keyword
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="a lookup of one expression by =, not by IN",
    link="https://docs.djangoproject.com/en/3.2/ref/models/querysets/#in",
    breaks=(3, 0),
)
fixer.triggers("__in")

_ONE = frozenset(f"django.db.models{inner}.{name}" for name in ("F", "Value") for inner in ("", ".expressions"))
#: Calls whose keyword arguments are lookups, and nothing else.
_LOOK_UP = frozenset({"filter", "exclude", "get", "Q", "When", "get_object_or_404", "get_list_or_404"})
#: Of these those that negate their lookups, or may be negated elsewhere.
_NEGATED = frozenset({"exclude", "Q"})


@fixer.on(ast.keyword)
def lookup(looking: Looking, node: ast.keyword, parents: Parents) -> Iterator[Edit | Finding]:
    call = parents[-1]
    if looking.leg.target >= (4, 0) or not (node.arg and node.arg.endswith("__in") and isinstance(call, ast.Call)):
        return
    if not (isinstance(node.value, ast.Call) and looking.source.resolve(node.value.func) in _ONE):
        return
    name = node.arg.removesuffix("__in")
    if name and called(call) in _LOOK_UP and keyword(call, name) is None:
        yield from rename_keyword(looking.source, node, name)
        if called(call) in _NEGATED and looking.source.resolve(node.value.func).endswith(".F"):
            text = (
                f"{name}={looking.source.segment(node.value)}, negated: Django 3.0 to 3.2 compare row by row where both"
            )
            text += " have many values, and let through what has one that differs; 2.2 compared with all of them"
            yield looking.source.finding(
                node.value, text, "look what it finds, or turn it round; else nothing is wrong"
            )
    else:
        text = f"{node.arg} with one expression is a syntax error of the database from Django 3.0 to 3.2"
        yield looking.source.finding(node.value, text, "compare by =, or give it a list", Weight.MUST)
