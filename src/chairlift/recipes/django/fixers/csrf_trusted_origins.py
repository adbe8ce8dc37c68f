"""Gives the values of CSRF_TRUSTED_ORIGINS their scheme: without one, Django 4.0 does not start (4_0.E001).

A value was only ever compared on HTTPS requests, so `https` means the same; a host of a development machine is `http`.
https://docs.djangoproject.com/en/4.0/releases/4.0/#csrf-trusted-origins-changes-4-0
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes
from chairlift.recipes.django.settings_rules import sets_settings

fixer = Fixer(
    __name__,
    title="CSRF_TRUSTED_ORIGINS with a scheme",
    link=notes((4, 0), "csrf-trusted-origins-changes-4-0"),
    since=(4, 0),
    breaks=(4, 0),
    items=(180,),
)

_NAME = "CSRF_TRUSTED_ORIGINS"
_HOST = re.compile(r"(\*?\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d+)?$")
_OPENING = re.compile(r"[A-Za-z]*(\"\"\"|'''|\"|')")
_LOCAL = re.compile(r"(localhost|127(\.\d+){3}|[A-Za-z0-9-]+)(:\d+)?$")


@fixer.on(ast.Name, _NAME)
def named(looking: Looking, node: ast.Name, parents: Parents) -> Iterator[Edit | Finding]:
    said = parents[-1]
    if (
        isinstance(said, ast.Assign | ast.AnnAssign | ast.AugAssign)
        and said.value is not None
        and isinstance(node.ctx, ast.Store)
    ):
        yield from _value(looking, said.value)


@fixer.on(ast.keyword, _NAME)
def argument(looking: Looking, node: ast.keyword, parents: Parents) -> Iterator[Edit | Finding]:
    if sets_settings(parents[-1]):
        yield from _value(looking, node.value)


def _value(looking: Looking, value: ast.expr) -> Iterator[Edit | Finding]:
    source = looking.source
    for part in _parts(value):
        if not isinstance(part, ast.List | ast.Tuple | ast.Set):
            how = "See that every value that reaches it starts with https:// (a leading dot becomes https://*.)."
            yield source.finding(part, "Values of CSRF_TRUSTED_ORIGINS come from elsewhere", how, Weight.MUST)
            continue
        for each in part.elts:
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and "://" in each.value:
                continue
            if isinstance(each, ast.Constant) and source.is_single_string(each) and _HOST.match(str(each.value)):
                # Right behind the opening quote; a raw or other prefix stays.
                opening = _OPENING.match(source.segment(each))
                start = source.span(each)[0] + (opening.end() if opening else 0)
                yield Edit(start, start, _scheme(str(each.value)))
            else:
                yield source.finding(each, "An origin without a scheme that can be seen", weight=Weight.MUST)


def _parts(value: ast.expr) -> Iterator[ast.expr]:
    """`a + [b]` is two values."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        yield from _parts(value.left)
        yield from _parts(value.right)
    else:
        yield value


def _scheme(host: str) -> str:
    if host.startswith("."):
        return "https://*"
    return "http://" if _LOCAL.match(host) else "https://"
