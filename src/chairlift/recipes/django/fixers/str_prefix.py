"""Drops str_prefix() of tests: strings have had no `u` since Python 3, and it is gone in Django 3.0.

https://docs.djangoproject.com/en/3.0/releases/3.0/#removed-private-python-2-compatibility-apis
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import forget

fixer = Fixer(
    __name__,
    title="strings without str_prefix()",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#removed-private-python-2-compatibility-apis",
    since=(2, 0),
    breaks=(3, 0),
    items=(16,),
)

_ORIGIN = "django.test.utils.str_prefix"

forget(fixer, _ORIGIN)


@fixer.on(ast.Call, "str_prefix")
def called(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit | Finding]:
    source = looking.source
    if source.resolve(node.func) != _ORIGIN:
        return
    if len(node.args) == 1 and source.is_single_string(node.args[0]):
        text = source.segment(node.args[0])
        if "%" not in text.replace("%(_)s", ""):
            yield source.replace(node, text.replace("%(_)s", ""))
            return
    yield source.finding(
        node,
        "str_prefix() is gone in Django 3.0",
        'its result is the string % {"_": ""}: write that',
        Weight.MUST,
    )
