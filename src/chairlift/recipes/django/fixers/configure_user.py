"""Gives RemoteUserBackend.configure_user() its request: Django 2.2 passes it if it may, 3.1 always does.

https://docs.djangoproject.com/en/3.1/releases/3.1/#features-removed-in-3-1
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="configure_user(request, user)",
    link="https://docs.djangoproject.com/en/3.1/releases/3.1/#features-removed-in-3-1",
    since=(2, 2),
    breaks=(3, 1),
    items=(127,),
)


@fixer.on(ast.FunctionDef, "configure_user")
def defined(looking: Looking, node: ast.FunctionDef, parents: Parents) -> Iterator[Edit | Finding]:
    owner, source = parents[-1], looking.source
    names = [each.arg for each in node.args.args]
    if not isinstance(owner, ast.ClassDef) or len(names) != 2 or names[0] != "self" or node.args.vararg:
        return
    bases = [getattr(base, "attr", getattr(base, "id", "")) for base in owner.bases]
    if not any("RemoteUser" in base for base in bases):
        return
    calls = [each for each in ast.walk(node) if isinstance(each, ast.Call) and _calls_it(each)]
    if calls or "request" in {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}:
        yield source.finding(
            node,
            "configure_user() is called with (request, user) from Django 3.1 on",
            "take `request` as the first parameter, and pass it on",
            Weight.MUST,
        )
        return
    end = source.span(node.args.args[0])[1]
    yield Edit(end, end, ", request")


def _calls_it(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "configure_user"
