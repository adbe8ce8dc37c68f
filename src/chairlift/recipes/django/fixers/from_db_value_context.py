"""Takes the `context` parameter out of from_db_value() and convert_value(): Django 3.0 no longer passes it.

https://docs.djangoproject.com/en/3.0/releases/3.0/#features-removed-in-3-0
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="from_db_value() and convert_value() without `context`",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#features-removed-in-3-0",
    since=(2, 0),
    breaks=(3, 0),
    items=(53,),
)


@fixer.on(ast.FunctionDef, "from_db_value", "convert_value")
def defined(looking: Looking, node: ast.FunctionDef, parents: Parents) -> Iterator[Edit | Finding]:
    names = [each.arg for each in node.args.args]
    if names[-1:] != ["context"] or len(names) != 5 or not isinstance(parents[-1], ast.ClassDef):
        return
    if node.args.defaults:
        # Optional: works on both.
        return
    source = looking.source
    last, before = node.args.args[-1], node.args.args[-2]
    start, end = source.span(before)[1], source.span(last)[1]
    used = any(isinstance(each, ast.Name) and each.id == "context" for each in ast.walk(node))
    if not used and "#" not in source.text[start:end]:
        yield Edit(start, end, "")
    else:
        yield source.finding(
            node,
            f"{node.name}() is called without `context` from Django 3.0 on",
            "take the parameter out; it was always an empty dict",
            Weight.MUST,
        )


@fixer.on(ast.Call, "from_db_value", "convert_value")
def called(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Finding]:
    last = node.args[-1] if node.args else None
    if isinstance(last, ast.Name) and last.id == "context":
        yield looking.source.finding(
            node, "from_db_value() takes no `context` from Django 3.0 on", "leave the argument out", Weight.MUST
        )
