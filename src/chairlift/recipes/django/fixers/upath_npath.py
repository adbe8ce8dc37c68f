"""Drops upath() and npath(), which return what they are given on Python 3 and are gone in Django 3.0.

https://docs.djangoproject.com/en/3.0/releases/3.0/#removed-private-python-2-compatibility-apis
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import forget

fixer = Fixer(
    __name__,
    title="paths without upath() and npath()",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#removed-private-python-2-compatibility-apis",
    since=(2, 0),
    breaks=(3, 0),
    items=(22,),
)

_ORIGINS = {"django.utils._os.upath", "django.utils._os.npath"}
#: What binds less than a call needs parentheses of its own.
_TIGHT = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant)

forget(fixer, *_ORIGINS)


@fixer.on(ast.Call, "upath", "npath")
def called(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit]:
    source = looking.source
    if source.resolve(node.func) in _ORIGINS and len(node.args) == 1 and not node.keywords:
        argument = node.args[0]
        if "#" not in source.segment(node) and not isinstance(argument, ast.Starred):
            text = source.segment(argument)
            yield source.replace(node, text if isinstance(argument, _TIGHT) else f"({text})")
