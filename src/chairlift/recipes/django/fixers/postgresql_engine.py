"""Names PostgreSQL's backend as Django does: the longer name is gone in 3.0, wherever the settings mention it.

https://docs.djangoproject.com/en/3.0/releases/3.0/#features-removed-in-3-0
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="django.db.backends.postgresql for postgresql_psycopg2",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#features-removed-in-3-0",
    breaks=(3, 0),
    items=(49,),
)

_OLD = "django.db.backends.postgresql_psycopg2"


@fixer.on(ast.Constant, _OLD)
def named(looking: Looking, node: ast.Constant, parents: Parents) -> Iterator[Edit]:
    if looking.source.is_single_string(node):
        text = looking.source.segment(node)
        yield looking.source.replace(node, text.replace(_OLD, _OLD.removesuffix("_psycopg2")))


@fixer.on(ast.ImportFrom, _OLD, f"{_OLD}.base")
def imported(looking: Looking, node: ast.ImportFrom, parents: Parents) -> Iterator[Edit]:
    start, end = looking.source.span(node)
    text = looking.source.text[start:end]
    if text.count(_OLD) == 1 and not node.level:
        at = start + text.index(_OLD)
        yield Edit(at, at + len(_OLD), _OLD.removesuffix("_psycopg2"))
