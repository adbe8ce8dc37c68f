"""Flags filters by an indexed boolean where the database is MySQL: from Django 3.0 to 3.2 they scan the whole table.

`WHERE flag = 1` became `WHERE flag`, and `= 0` became `NOT flag`; MySQL uses no index for either. Django 4.0 mended it.
https://code.djangoproject.com/ticket/32691
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.models import models, uses_mysql
from chairlift.recipes.django.project import Project

fixer = Fixer(
    __name__,
    title="filters by an indexed boolean on MySQL",
    link="https://code.djangoproject.com/ticket/32691",
    breaks=(3, 0),
    only_flags=True,
    needs=uses_mysql,
)


@fixer.on(ast.Call, "filter", "exclude", "get_object_or_404", "get_list_or_404")
def called(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Finding]:
    indexed = looking.project.once(_indexed)
    if not indexed or looking.leg.target >= (4, 0) or "/migrations/" in looking.source.path:
        return
    for each in _conditions(node):
        name = (each.arg or "").removesuffix("__exact").rpartition("__")[2]
        if name in indexed and _may_be_a_boolean(each.value):
            value = looking.source.segment(each.value)
            yield looking.source.finding(
                each.value,
                f"{each.arg}={value}: {indexed[name]}.{name} is a boolean in an index, which MySQL does not use from "
                "Django 3.0 until 4.0",
                f"{each.arg}=models.Value(1) for True and models.Value(0) for False compare as before; "
                "look at EXPLAIN on a table of the real size",
            )


def _conditions(call: ast.Call) -> Iterator[ast.keyword]:
    """Of the call, and of the Q objects in its arguments; further calls inside are seen by themselves."""
    yield from call.keywords
    todo: list[ast.AST] = [*call.args]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Call):
            if getattr(node.func, "id", getattr(node.func, "attr", "")) == "Q":
                yield from _conditions(node)
        else:
            todo.extend(ast.iter_child_nodes(node))


def _may_be_a_boolean(node: ast.expr) -> bool:
    """Not Value(1) and other calls, nor None."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, bool)
    return isinstance(node, ast.Name | ast.Attribute | ast.UnaryOp | ast.Compare | ast.BoolOp)


def _indexed(project: Project) -> dict[str, str]:
    """Name of an indexed boolean field -> the model that has it."""
    return {
        field.name: model.name
        for model in models(project)
        for field in model.fields
        if field.indexed and field.kind in {"BooleanField", "NullBooleanField"}
    }
