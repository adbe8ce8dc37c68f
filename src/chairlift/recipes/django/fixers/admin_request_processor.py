"""Adds the `request` context processor where the admin is used: its sidebar needs it from Django 3.1 on (admin.W411).

https://docs.djangoproject.com/en/3.1/releases/3.1/#django-contrib-admin
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django import settings
from chairlift.recipes.django.edits import outer
from chairlift.recipes.django.findings import Edit, Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.source import Source

fixer = Fixer(
    __name__,
    title="the request context processor for the admin",
    link="https://docs.djangoproject.com/en/3.1/releases/3.1/#django-contrib-admin",
    breaks=(3, 1),
)

_REQUEST = "django.template.context_processors.request"
_BACKEND = "django.template.backends.django.DjangoTemplates"


@fixer.on(ast.Dict)
def options(looking: Looking, node: ast.Dict, parents: Parents) -> Iterator[Edit | Finding]:
    """The OPTIONS of an engine of Django's; those of Jinja have no such key."""
    value = _value(node, "context_processors")
    if value is None or _is_other_engine(parents) or not settings.mentions(looking, "django.contrib.admin"):
        return
    yield from _listed(looking, value)


fixer.triggers("context_processors")


@fixer.on(ast.Assign)
def subscript(looking: Looking, node: ast.Assign, parents: Parents) -> Iterator[Edit | Finding]:
    """TEMPLATES[0]["OPTIONS"]["context_processors"] = …"""
    target = node.targets[0]
    if any(isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) for each in parents):
        # A test that tries something else.
        return
    if not isinstance(target, ast.Subscript) or not _is_string(target.slice, "context_processors"):
        return
    if settings.mentions(looking, "django.contrib.admin"):
        yield from _listed(looking, node.value)


def _listed(looking: Looking, value: ast.expr) -> Iterator[Edit | Finding]:
    source = looking.source
    if isinstance(value, ast.Name):
        found = [each.value for each in source.tree.body if isinstance(each, ast.Assign) and _is(each, value.id)]
        value = found[0] if len(found) == 1 else value
    parts = [each for each in ast.walk(value) if isinstance(each, ast.List | ast.Tuple)]
    if settings.mentions(looking, _REQUEST):
        return
    if not parts or not parts[0].elts or not all(isinstance(each, ast.Constant) for each in parts[0].elts):
        yield source.finding(
            value,
            "the admin needs the context processor 'request' from Django 3.1 on, and it is not seen here",
            f"add {_REQUEST!r}, unless it comes from elsewhere; `manage.py check` says admin.W411 without it",
        )
        return
    yield _inserted(source, parts[0])


def _inserted(source: Source, listed: ast.List | ast.Tuple) -> Edit:
    """Before the first, in its quotes and on a line of its own if that one has one."""
    first = listed.elts[0]
    quote = "'" if source.segment(first).startswith("'") else '"'
    start = outer(source, first, listed)[0]
    head = source.text[source.offset(source.line_of(start), 0) : start]
    between = f"{source.newline}{head}" if not head.strip() else " "
    return Edit(start, start, f"{quote}{_REQUEST}{quote},{between}")


def _is(node: ast.Assign, name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for each in node.targets)


def _value(node: ast.Dict, key: str) -> ast.expr | None:
    for name, value in zip(node.keys, node.values, strict=True):
        if name is not None and _is_string(name, key):
            return value
    return None


def _is_string(node: ast.expr, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text


def _is_other_engine(parents: Parents) -> bool:
    engines = [_value(each, "BACKEND") for each in parents if isinstance(each, ast.Dict)]
    return any(isinstance(each, ast.Constant) and each.value != _BACKEND for each in engines)
