"""Drops SERIALIZE of test databases: nothing reads it from Django 5.0 on, and since 4.0 there is no need to.

https://docs.djangoproject.com/en/4.0/releases/4.0/#miscellaneous-1
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.edits import outer
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="Test databases without SERIALIZE",
    link=notes((4, 0), "miscellaneous-1"),
    since=(4, 0),
    breaks=(5, 0),
    items=(402,),
)
fixer.triggers("SERIALIZE")


@fixer.on(ast.Dict)
def databases(looking: Looking, node: ast.Dict, parents: Parents) -> Iterator[Edit]:
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and key.value == "TEST" and isinstance(value, ast.Dict):
            yield from _without(looking, value)


def _without(looking: Looking, node: ast.Dict) -> Iterator[Edit]:
    source = looking.source
    for key, value in zip(node.keys, node.values, strict=True):
        if not (isinstance(key, ast.Constant) and key.value == "SERIALIZE"):
            continue
        start, end = outer(source, key, node)[0], outer(source, value, node)[1]
        behind = source.text[end : source.span(node)[1] - 1]
        comma = behind[: len(behind) - len(behind.lstrip(" ,"))]
        if "#" in behind.partition("\n")[0]:
            return
        rest = source.text[end + len(comma) :]
        line = source.offset(source.line_of(start), 0)
        if "," in comma and not source.text[line:start].strip() and rest.startswith(("\n", "\r\n")):
            # Its own line, so with the line's end.
            yield Edit(line, end + len(comma) + (2 if rest.startswith("\r\n") else 1), "")
        elif "," in comma:
            yield Edit(start, end + len(comma), "")
        else:
            before = source.text[:start].rstrip()
            yield Edit(len(before) - 1 if before.endswith(",") else start, end, "")
