"""Adds alternatives of a message by `attach_alternative()`: from Django 5.2 on appending to the list is not supported.

https://docs.djangoproject.com/en/5.2/releases/5.2/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.edits import outer
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="attach_alternative() for alternatives.append()",
    link=notes((5, 2), "miscellaneous"),
    breaks=(5, 2),
    items=(479,),
)
_MAIL = "django.core.mail"


@fixer.on(ast.Attribute, "alternatives")
def changed(looking: Looking, node: ast.Attribute, parents: Parents) -> Iterator[Edit | Finding]:
    source = looking.source
    if not any(origin.startswith(_MAIL) for origin in source.imports.values()):
        return
    call = parents[-2] if len(parents) > 1 else None
    if _appends(call, node):
        assert isinstance(call, ast.Call)
        pair = call.args[0]
        text = source.segment(pair)
        if isinstance(pair, ast.Tuple) and len(pair.elts) == 2 and text.startswith("(") and "#" not in text:
            inner = source.text[outer(source, pair.elts[0], pair)[0] : outer(source, pair.elts[1], pair)[1]]
            yield source.replace(call, f"{source.segment(node.value)}.attach_alternative({inner})")
            return
    if isinstance(node.ctx, ast.Store) or _appends(call, node):
        how = "Call message.attach_alternative(content, mimetype)."
        yield source.finding(node, "Alternatives are set without attach_alternative()", how, Weight.MUST)


def _appends(call: ast.AST | None, node: ast.Attribute) -> bool:
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.value is node
        and call.func.attr == "append"
        and len(call.args) == 1
        and not call.keywords
    )
