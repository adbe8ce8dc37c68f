"""Flags .distinct().delete(): Django 3.2 raises TypeError, where older versions ignored the distinct().

https://docs.djangoproject.com/en/3.2/ref/models/querysets/#django.db.models.query.QuerySet.delete
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="delete() after distinct()",
    link="https://docs.djangoproject.com/en/3.2/ref/models/querysets/#django.db.models.query.QuerySet.delete",
    breaks=(3, 2),
    only_flags=True,
)


@fixer.on(ast.Call, "delete")
def called(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Finding]:
    inner = node.func
    while isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Call):
        inner = inner.value.func
        if isinstance(inner, ast.Attribute) and inner.attr == "distinct":
            yield looking.source.finding(
                node,
                "delete() after distinct() raises TypeError from Django 3.2 on",
                "leave distinct() out: rows are deleted once either way; with joins, delete by filter(pk__in=…)",
                Weight.MUST,
            )
            return


fixer.also("distinct")
