"""Finds code that signs out by GET, which Django 5.0 refuses; links in templates are found by logout_links.

https://docs.djangoproject.com/en/4.1/releases/4.1/#features-deprecated-in-4-1
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from chairlift.recipes.django.calls import called, last_name
from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="Signing out by POST",
    link=notes((4, 1), "features-deprecated-in-4-1"),
    breaks=(5, 0),
    items=(284, 425),
    only_flags=True,
)


@fixer.on(ast.Call, "logout_then_login")
def function(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Finding]:
    if looking.source.resolve(node.func) == "django.contrib.auth.views.logout_then_login":
        how = "Reach the view by a form that posts."
        yield looking.source.finding(node, "logout_then_login() answers POST only", how, Weight.MUST)


@fixer.on(ast.Attribute, "LogoutView")
@fixer.on(ast.ImportFrom, "LogoutView")
def view(looking: Looking, node: ast.Attribute | ast.ImportFrom, parents: Parents) -> Iterator[Finding]:
    if isinstance(node, ast.Attribute) and looking.source.resolve(node) != "django.contrib.auth.views.LogoutView":
        return
    if isinstance(node, ast.ImportFrom) and node.module != "django.contrib.auth.views":
        return
    how = "Replace links to it by a form with method=post and a CSRF token; tests: client.post()."
    yield looking.source.finding(node, "LogoutView answers POST only", how)


@fixer.on(ast.Call, "get")
def test(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Finding]:
    if not (isinstance(node.func, ast.Attribute) and last_name(node.func.value) == "client" and node.args):
        return
    address = looking.source.segment(node.args[0])
    if called(node.args[0]) in {"reverse", "reverse_lazy"} and "logout" in address:
        yield looking.source.finding(node, "A test signs out by GET", "client.post(…)", Weight.MUST)


# Of functions, classes and addresses alike, whatever else is in their names.
fixer.also(re.compile(rb"[Ll]ogout"))
