"""Says `transform=repr` in assertQuerysetEqual() where strings are compared: in Django 4.1 it is no longer implied.

Before 3.2 it was the default, in 3.2 and 4.0 it was guessed from the values: said, it means the same on all.
https://docs.djangoproject.com/en/3.2/releases/3.2/#features-deprecated-in-3-2
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import keyword, starred
from chairlift.recipes.django.edits import outer
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="assertQuerysetEqual(…, transform=repr)",
    link=notes((3, 2), "features-deprecated-in-3-2"),
    breaks=(4, 1),
    items=(315,),
)


@fixer.on(ast.Call, "assertQuerysetEqual", "assertQuerySetEqual")
def asserted(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit]:
    if starred(node) or keyword(node, "transform") or len(node.args) > 2:
        return
    named = keyword(node, "values")
    values = named.value if named else (node.args[1] if len(node.args) == 2 else None)
    if values is None or not _are_reprs(values):
        return
    end = max(outer(looking.source, each, node)[1] for each in (*node.args, *node.keywords))
    behind = looking.source.text[end : looking.source.span(node)[1] - 1]
    if "#" not in behind and ")" not in behind:
        yield Edit(end, end, ", transform=repr")


def _are_reprs(values: ast.expr) -> bool:
    match values:
        case ast.List(elts=each) | ast.Tuple(elts=each):
            return bool(each) and all(_is_repr(value) for value in each)
        case ast.ListComp(elt=value) | ast.GeneratorExp(elt=value):
            return _is_repr(value)
        case ast.Call(func=ast.Name(id="map"), args=[ast.Name(id="repr"), _]):
            return True
    return False


def _is_repr(value: ast.expr) -> bool:
    match value:
        case ast.Constant(value=str() as text):
            return text.startswith("<") and text.endswith(">")
        case ast.Call(func=ast.Name(id="repr")):
            return True
        case ast.JoinedStr(values=[ast.Constant(value=str() as text), *_]):
            return text.startswith("<")
    return False
