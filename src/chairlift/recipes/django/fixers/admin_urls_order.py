"""Flags URL patterns below the admin's that share its prefix: from Django 3.2 on the admin answers for all of it.

https://docs.djangoproject.com/en/3.2/releases/3.2/#django-contrib-admin
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="URL patterns behind the admin's",
    link="https://docs.djangoproject.com/en/3.2/releases/3.2/#django-contrib-admin",
    breaks=(3, 2),
    items=(137,),
    only_flags=True,
)


@fixer.on(ast.Attribute, "urls")
def admin(looking: Looking, node: ast.Attribute, parents: Parents) -> Iterator[Finding]:
    call = parents[-1]
    listed = next((each for each in reversed(parents) if isinstance(each, ast.List)), None)
    if getattr(node.value, "attr", "") != "site" or not isinstance(call, ast.Call) or listed is None:
        return
    outer = next((each for each in listed.elts if call in ast.walk(each)), None)
    prefix = _prefix(outer)
    if outer is None or prefix is None:
        return
    for later in listed.elts[listed.elts.index(outer) + 1 :]:
        other = _prefix(later)
        if other is not None and other.startswith(prefix):
            yield looking.source.finding(
                later,
                f"{other!r} stands behind the admin's {prefix or 'empty'!r}: from Django 3.2 on the admin takes it, "
                "and answers 404 or asks to sign in",
                "move it before the admin's, or set final_catch_all_view = False on the AdminSite",
                Weight.MUST,
            )


def _prefix(node: ast.expr | None) -> str | None:
    """The plain text that a pattern begins with."""
    if not isinstance(node, ast.Call) or not node.args:
        return None
    value = getattr(node.args[0], "value", None)
    found = re.match(r"\^?([\w/.-]*)", value) if isinstance(value, str) else None
    return found[1] if found else None


fixer.also("site")
