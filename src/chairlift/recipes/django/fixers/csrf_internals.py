"""Finds uses of how CsrfViewMiddleware remembers things: Django 4.0 and 4.1 do it otherwise.

https://docs.djangoproject.com/en/4.0/releases/4.0/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import last_name
from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="Internals of the CSRF middleware",
    link=notes((4, 0), "miscellaneous"),
    breaks=(4, 0),
    items=(202, 278),
    only_flags=True,
)

_HOW = "django.middleware.csrf.get_token(request) and rotate_token(request) are the public ways."


@fixer.on(ast.Attribute, "csrf_cookie_needs_reset", "csrf_cookie_set")
def attribute(looking: Looking, node: ast.Attribute, parents: Parents) -> Iterator[Finding]:
    yield looking.source.finding(node, f"{node.attr} has no effect from Django 4.0 on", _HOW, Weight.MUST)


@fixer.on(ast.Constant, "CSRF_COOKIE_USED", "CSRF_COOKIE")
def meta(looking: Looking, node: ast.Constant, parents: Parents) -> Iterator[Finding]:
    above = parents[-1]
    if isinstance(above, ast.Subscript) and last_name(above.value) == "META":
        text = f"request.META[{node.value!r}] is not what it was"
        yield looking.source.finding(node, f"{text}: the secret is unmasked from 4.1 on, and tracked otherwise", _HOW)
