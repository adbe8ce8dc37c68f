"""Replaces `make_random_password()` of user managers, which Django 5.1 removed, by what it did.

https://docs.djangoproject.com/en/4.2/releases/4.2/#features-deprecated-in-4-2
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import keyword, starred
from chairlift.recipes.django.edits import add_import, group
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import free
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="get_random_string() for make_random_password()",
    link=notes((4, 2), "features-deprecated-in-4-2"),
    breaks=(5, 1),
    items=(460,),
)

#: Its own: no characters that are easily taken for others.
_CHARACTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_HOME = "django.utils.crypto"


@fixer.on(ast.Call, "make_random_password")
def made(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit | Finding]:
    source = looking.source
    if not isinstance(node.func, ast.Attribute) or ast.unparse(node.func.value) in {"self", "cls", "super()"}:
        return
    names = {each.arg for each in node.keywords}
    if starred(node) or len(node.args) > 2 or not names <= {"length", "allowed_chars"}:
        return
    if not free(source, "get_random_string", f"{_HOME}.get_random_string"):
        how = "Use django.utils.crypto.get_random_string()."
        yield source.finding(node, "make_random_password() is gone", how, Weight.MUST)
        return
    together = group()
    length = keyword(node, "length") or (node.args[0] if node.args else None)
    characters = keyword(node, "allowed_chars") or (node.args[1] if len(node.args) > 1 else None)
    given = [
        source.segment(_value(length)) if length else "10",
        source.segment(_value(characters)) if characters else f'"{_CHARACTERS}"',
    ]
    yield source.replace(node, f"get_random_string({', '.join(given)})", together)
    yield from add_import(source, _HOME, "get_random_string", together)


def _value(given: ast.keyword | ast.expr) -> ast.expr:
    """Both arguments have the same names and places in the new function; positions are enough."""
    return given.value if isinstance(given, ast.keyword) else given
