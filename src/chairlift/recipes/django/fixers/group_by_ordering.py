"""Flags grouped queries of models that have a default order: Django 3.1 no longer groups by it.

https://docs.djangoproject.com/en/3.1/releases/3.1/#features-removed-in-3-1
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.models import models, root_model
from chairlift.recipes.django.project import Project

fixer = Fixer(
    __name__,
    title="values().annotate() of models with Meta.ordering",
    link="https://docs.djangoproject.com/en/3.1/releases/3.1/#features-removed-in-3-1",
    breaks=(3, 1),
    items=(123,),
    only_flags=True,
)


@fixer.on(ast.Call, "annotate")
def called(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Finding]:
    chain = [*_chain(node)]
    model = root_model(node)
    ordered = any(isinstance(each, ast.Attribute) and each.attr == "order_by" for each in parents)
    if not ({"values", "values_list"} & {*chain}) or "order_by" in chain or ordered:
        return
    if model in looking.project.once(_ordered):
        yield looking.source.finding(
            node,
            f"{model} has Meta.ordering, by which this query was grouped too; from Django 3.1 on it is not: "
            "fewer rows with larger counts, in no order",
            "that is what is usually meant; else name the columns in values() and add order_by()",
        )


def _chain(node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield node.func.attr
        node = node.func.value


def _ordered(project: Project) -> frozenset[str]:
    return frozenset(model.name for model in models(project) if model.is_ordered)
