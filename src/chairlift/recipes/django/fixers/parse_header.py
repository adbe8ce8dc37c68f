"""Reads header lines by `parse_header_parameters()`, which takes text: Django 4.2 removed the one that takes bytes.

https://docs.djangoproject.com/en/4.2/releases/4.2/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.edits import add_import, group, is_used, remove_import
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import free, tolerated
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="parse_header_parameters() for parse_header()",
    link=notes((4, 2), "miscellaneous"),
    since=(4, 2),
    breaks=(4, 2),
    items=(325,),
)

_OLD = "django.http.multipartparser.parse_header"
_HOME, _NEW = "django.utils.http", "parse_header_parameters"


@fixer.on(ast.Call, "parse_header")
def called(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit | Finding]:
    source = looking.source
    if source.resolve(node.func) != _OLD or len(node.args) != 1:
        return
    match node.args[0]:
        case ast.Call(func=ast.Attribute(attr="encode", value=text)) if free(source, _NEW, f"{_HOME}.{_NEW}"):
            together = group()
            yield source.replace(node, f"{_NEW}({source.segment(text)})", together)
            yield from add_import(source, _HOME, _NEW, together)
        case _:
            how = f"{_HOME}.{_NEW}() takes text, and its parameters are text too."
            yield source.finding(node, "parse_header() is gone", how, Weight.MUST)


@fixer.on(ast.ImportFrom, "parse_header")
def unused(looking: Looking, node: ast.ImportFrom, parents: Parents) -> Iterator[Edit]:
    for alias in node.names:
        ours = f"{node.module}.{alias.name}" == _OLD and not tolerated(parents)
        if ours and not is_used(looking.source, alias.asname or alias.name):
            yield from remove_import(looking.source, node, alias.name, group())
