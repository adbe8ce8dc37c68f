"""Writes calls of other distributions as a release wants them, where the checkout pins that release or a newer one.

Arguments that were renamed (`dependencies/spoken.toml`), and what Django REST framework removed: the decorators
detail_route and list_route (3.10), NullBooleanField and is_valid(True) (3.14).
https://www.django-rest-framework.org/community/release-notes/
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import constant, keyword, rename_keyword, starred
from chairlift.recipes.django.dependencies import spoken
from chairlift.recipes.django.edits import add_import, group, is_used, outer, remove_import
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import free
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Stage

_DRF = "djangorestframework"


def _needed(project: Project) -> bool:
    return bool(project.once(spoken.passed)) or spoken.has(project, _DRF, "3.10")


fixer = Fixer(
    __name__,
    title="calls of other distributions, as a release which comes along wants them",
    link="https://www.django-rest-framework.org/community/release-notes/",
    stages=(Stage.UPGRADE,),
    needs=_needed,
)
_KEYWORDS = {old for each in spoken.releases() for renamed in each.keywords.values() for old in renamed}


@fixer.on(ast.keyword, *_KEYWORDS)
def argument(looking: Looking, node: ast.keyword, parents: Parents) -> Iterator[Edit]:
    call = parents[-1]
    if not isinstance(call, ast.Call):
        return
    for each in looking.project.once(spoken.passed):
        for end, renamed in each.keywords.items():
            new = renamed.get(node.arg or "", "")
            if new and _is_called(looking, call, end, each.package) and keyword(call, new) is None:
                yield from rename_keyword(looking.source, node, new)


def _is_called(looking: Looking, call: ast.Call, end: str, package: str) -> bool:
    if end.startswith("."):
        return isinstance(call.func, ast.Attribute) and call.func.attr == end[1:]
    origin = looking.source.resolve(call.func)
    return origin.startswith(f"{package}.") and origin.endswith(end)


_ROUTES = {f"rest_framework.decorators.{name}": name == "detail_route" for name in ("detail_route", "list_route")}


@fixer.on(ast.Call, "detail_route", "list_route")
def route(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit | Finding]:
    """`@action(detail=…)`, with the name of the URL that the old one made of its path."""
    source, old = looking.source, looking.source.resolve(node.func)
    if old not in _ROUTES or not spoken.has(looking.project, _DRF, "3.10"):
        return
    path = keyword(node, "url_path")
    text = path.value.value if path is not None and isinstance(path.value, ast.Constant) else None
    unclear = path is not None and keyword(node, "url_name") is None and not isinstance(text, str)
    if unclear or starred(node) or not free(source, "action", "rest_framework.decorators.action"):
        yield source.finding(node, f"{old} is gone", f"@action(detail={_ROUTES[old]})", Weight.MUST)
        return
    together = group()
    inside = f"detail={_ROUTES[old]}"
    if isinstance(text, str) and keyword(node, "url_name") is None:
        inside += f", url_name={text.replace('_', '-')!r}"
    first = node.keywords[0] if node.keywords else None
    if first is not None:
        at = source.span(first)[0]
        yield Edit(at, at, f"{inside}, ", group=together)
    else:
        end = source.span(node)[1] - 1
        comma = ", " if node.args and not source.text[:end].rstrip().endswith(",") else ""
        yield Edit(end, end, f"{comma}{inside}", group=together)
    yield source.replace(node.func, "action", together)
    yield from add_import(source, "rest_framework.decorators", "action", together)


@fixer.on(ast.ImportFrom, "detail_route", "list_route", "NullBooleanField", origins=(*_ROUTES, "rest_framework"))
def unused(looking: Looking, node: ast.ImportFrom, parents: Parents) -> Iterator[Edit]:
    for alias in node.names:
        known = f"{node.module}.{alias.name}" in {*_ROUTES, *_NULL} and alias.asname is None
        if known and not is_used(looking.source, alias.name) and _gone(looking, alias.name):
            yield from remove_import(looking.source, node, alias.name)


def _gone(looking: Looking, name: str) -> bool:
    return spoken.has(looking.project, _DRF, "3.14" if name == "NullBooleanField" else "3.10")


_NULL = ("rest_framework.serializers.NullBooleanField", "rest_framework.fields.NullBooleanField")


@fixer.on(ast.Call, "NullBooleanField")
def null(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit]:
    """`BooleanField(allow_null=True)`, from where the other one came."""
    source, old = looking.source, looking.source.resolve(node.func)
    if old not in _NULL or node.args or starred(node) or not spoken.has(looking.project, _DRF, "3.14"):
        return
    module = old.rpartition(".")[0]
    together = group()
    if isinstance(node.func, ast.Attribute):
        end = source.span(node.func)[1]
        yield Edit(end - len("NullBooleanField"), end, "BooleanField", group=together)
    elif getattr(node.func, "id", "") == "NullBooleanField" and free(source, "BooleanField", f"{module}.BooleanField"):
        yield source.replace(node.func, "BooleanField", together)
        yield from add_import(source, module, "BooleanField", together)
    else:
        return
    if keyword(node, "allow_null") is None:
        at = source.span(node.keywords[0])[0] if node.keywords else source.span(node)[1] - 1
        yield Edit(at, at, f"allow_null=True{', ' * bool(node.keywords)}", group=together)


@fixer.on(ast.Call, "is_valid")
def valid(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit]:
    """Forms take no argument there: it is a serializer."""
    plain = isinstance(node.func, ast.Attribute) and len(node.args) == 1 and not node.keywords
    if plain and constant(node.args[0], True, False) and spoken.has(looking.project, _DRF, "3.14"):
        at = outer(looking.source, node.args[0], node)[0]
        yield Edit(at, at, "raise_exception=")
