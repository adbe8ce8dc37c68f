"""Filters by an indexed boolean with a number where the database is MySQL: Django 3.0 to 3.2 scan the whole table.

`WHERE flag = 1` became `WHERE flag`, and `= 0` became `NOT flag`; MySQL uses no index for either. Django 4.0 mended it.
https://code.djangoproject.com/ticket/32691
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.edits import add_import, group
from chairlift.recipes.django.findings import Edit, Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.models import inherited, models, root_model, uses_mysql, uses_only_mysql
from chairlift.recipes.django.moves import free
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.scanning import Held

fixer = Fixer(
    __name__,
    title="filters by an indexed boolean on MySQL",
    link="https://code.djangoproject.com/ticket/32691",
    breaks=(3, 0),
    needs=uses_mysql,
    narrow=lambda project, held: _filters_by_one(project, held),
)

_CALLED = frozenset({"filter", "exclude", "get", "Q", "get_object_or_404", "get_list_or_404"})


@fixer.on(ast.Call)
def called(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit | Finding]:
    if not node.keywords or getattr(node.func, "attr", getattr(node.func, "id", "")) not in _CALLED:
        return
    indexed = looking.project.once(_indexed)
    if not indexed or looking.leg.target >= (4, 0) or "/migrations/" in looking.source.path:
        return
    if getattr(node.func, "attr", "") == "get" and not _of_a_model(looking, node):
        return
    for each in node.keywords:
        name = _field(each.arg or "")
        if name in indexed and _may_be_a_boolean(each.value):
            yield from _compared(looking, each, f"{indexed[name]}.{name}")


def _field(keyword: str) -> str:
    """`shop__is_open__exact` asks for `is_open`."""
    return keyword.removesuffix("__exact").rpartition("__")[2]


def _filters_by_one(project: Project, held: Held) -> bool:
    """Whether a word of the file could be a keyword that asks for an indexed boolean."""
    indexed = project.once(_indexed)
    return bool(indexed) and (
        held.words is None or any(_field(word.decode(errors="replace")) in indexed for word in held.words)
    )


def _compared(looking: Looking, keyword: ast.keyword, field: str) -> Iterator[Edit | Finding]:
    """By the number that MySQL keeps for it, where it is written there and no other database would refuse that."""
    source, value = looking.source, keyword.value
    if isinstance(value, ast.Constant) and uses_only_mysql(looking.project):
        together = group()
        for module, name, used in (
            ("django.db", "models", "models.Value"),
            ("django.db.models", "Value", "Value"),
        ):
            if free(source, name, f"{module}.{name}"):
                yield source.replace(value, f"{used}({int(value.value is True)})", together)
                yield from add_import(source, module, name, together)
                return
    yield source.finding(
        value,
        f"{keyword.arg}={source.segment(value)}: {field} is a boolean in an index, which MySQL does not use from "
        "Django 3.0 until 4.0",
        f"{keyword.arg}=models.Value(1) for True and models.Value(0) for False compare as before; "
        "look at EXPLAIN on a table of the real size",
    )


def _of_a_model(looking: Looking, node: ast.Call) -> bool:
    """Of all that has a `get`, a manager: `Thing.objects.get(…)`, or another one of a model of this checkout."""
    if root_model(node.func):
        return True
    inner: ast.expr = node.func
    while isinstance(inner, ast.Call | ast.Attribute):
        inner = inner.func if isinstance(inner, ast.Call) else inner.value
    names = {each.name for each in models(looking.project)}
    return isinstance(inner, ast.Name) and inner.id in names


def _may_be_a_boolean(node: ast.expr) -> bool:
    """Not Value(1) and other calls, nor None."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, bool)
    return isinstance(node, ast.Name | ast.Attribute | ast.UnaryOp | ast.Compare | ast.BoolOp)


def _indexed(project: Project) -> dict[str, str]:
    """Name of an indexed boolean -> the model that has it; a base may declare what a subclass puts in an index."""
    known = {model.name: model for model in models(project)}
    return {
        field.name: model.name
        for model in models(project)
        for field in inherited(model, known)
        if field.kind in {"BooleanField", "NullBooleanField"} and (field.indexed or field.name in model.listed)
    }


# Not "get" and "Q", which are in nearly every file: a file with these alone asks for single rows, by their keys.
fixer.triggers("filter", "exclude", "get_object_or_404", "get_list_or_404")
