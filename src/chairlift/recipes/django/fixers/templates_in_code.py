"""Flags templates in Python strings with what Django 3.0 or 4.0 removed, and templates that come from elsewhere.

Files of templates are djade's; those in code, in a database or in another repository are seen by nobody.
https://docs.djangoproject.com/en/3.0/releases/3.0/#features-removed-in-3-0
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="templates that are not files of this checkout",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#features-removed-in-3-0",
    breaks=(3, 0),
    items=(57,),
    only_flags=True,
)

_LOADS = re.compile(r"{%-?\s*load\s[^%]*\b(staticfiles|admin_static)\b")
_TAGS = re.compile(r"{%-?\s*(ifequal|ifnotequal)\b")
_TEMPLATES = {"django.template.Template", "django.template.base.Template"}


@fixer.on(ast.Constant)
def text(looking: Looking, node: ast.Constant, parents: Parents) -> Iterator[Finding]:
    if not isinstance(node.value, str):
        return
    loads, tags = _LOADS.search(node.value), _TAGS.search(node.value)
    if loads:
        yield looking.source.finding(
            node, f"a template in code loads {loads[1]!r}, which Django 3.0 removed", "{% load static %}", Weight.MUST
        )
    if tags and looking.leg.target >= (4, 0):
        yield looking.source.finding(
            node, f"a template in code uses {tags[1]!r}, which Django 4.0 removed", "{% if a == b %}", Weight.MUST
        )


@fixer.on(ast.Call)
def made(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Finding]:
    source = looking.source
    called = source.resolve(node.func) in _TEMPLATES or getattr(node.func, "attr", "") == "from_string"
    if (
        not called
        or not node.args
        or "/tests/" in f"/{source.path}"
        or source.path.rpartition("/")[2].startswith("test")
    ):
        return
    value = node.args[0]
    if isinstance(value, ast.Name | ast.Attribute | ast.Subscript):
        yield source.finding(
            node,
            f"a template is made of {source.segment(value)}: if that is kept in a database or another repository, "
            "nothing here has looked at it",
            "search the templates of each environment for {% load staticfiles %}, admin_static and {% ifequal %}",
        )


fixer.triggers("staticfiles", "admin_static", "ifequal", "ifnotequal", "Template(", "from_string")
fixer.also(re.compile(rb"load\s[^%]{0,500}\b(?:staticfiles|admin_static)\b|ifequal|ifnotequal|Template\(|from_string"))
