"""Replaces limited_parse_qsl() by that of the standard library: Django 3.2 removed its copy.

https://docs.djangoproject.com/en/3.2/releases/3.2/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.edits import add_import, group
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import forget, free

fixer = Fixer(
    __name__,
    title="urllib.parse.parse_qsl() for limited_parse_qsl()",
    link="https://docs.djangoproject.com/en/3.2/releases/3.2/#miscellaneous",
    breaks=(3, 2),
    items=(154,),
)

_ORIGIN = "django.utils.http.limited_parse_qsl"
#: Keyword -> what the standard library calls it. (`max_num_fields` has been there since Python 3.6.7.)
_KEYWORDS = {
    "keep_blank_values": "keep_blank_values",
    "encoding": "encoding",
    "errors": "errors",
    "fields_limit": "max_num_fields",
}

forget(fixer, _ORIGIN)


@fixer.on(ast.Name, "limited_parse_qsl")
@fixer.on(ast.Attribute, "limited_parse_qsl")
def used(looking: Looking, node: ast.Name | ast.Attribute, parents: Parents) -> Iterator[Edit | Finding]:
    source, call = looking.source, parents[-1]
    if source.resolve(node) != _ORIGIN:
        return
    fits = isinstance(call, ast.Call) and call.func is node and len(call.args) <= 2
    if not fits or not all(each.arg in _KEYWORDS for each in getattr(call, "keywords", ())):
        yield source.finding(
            node,
            "limited_parse_qsl() is gone in Django 3.2",
            "use urllib.parse.parse_qsl(); its third parameter is another one",
            Weight.MUST,
        )
        return
    if not free(source, "parse_qsl", "urllib.parse.parse_qsl"):
        return
    assert isinstance(call, ast.Call)
    together = group()
    yield source.replace(node, "parse_qsl", together)
    for each in call.keywords:
        assert each.arg
        start = source.span(each)[0]
        yield Edit(start, start + len(each.arg), _KEYWORDS[each.arg], group=together)
    yield from add_import(source, "urllib.parse", "parse_qsl", together)
