"""Takes off @python_2_unicode_compatible, which does nothing on Python 3 and is gone in Django 3.0.

https://docs.djangoproject.com/en/3.0/releases/3.0/#removed-private-python-2-compatibility-apis
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.edits import group, remove_import
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.source import Source

fixer = Fixer(
    __name__,
    title="classes and methods without @python_2_unicode_compatible",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#removed-private-python-2-compatibility-apis",
    since=(2, 0),
    breaks=(3, 0),
    items=(24,),
)

_NAME = "python_2_unicode_compatible"
_ORIGINS = {f"django.utils.encoding.{_NAME}", f"django.utils.six.{_NAME}"}


@fixer.on(ast.ImportFrom, _NAME)
def imported(looking: Looking, node: ast.ImportFrom, parents: Parents) -> Iterator[Edit]:
    source = looking.source
    for alias in node.names:
        if f"{node.module}.{alias.name}" not in _ORIGINS or node.level:
            continue
        local = alias.asname or alias.name
        uses = [each for each in source.nodes if isinstance(each, ast.Name) and each.id == local]
        lines = [edit for each in _decorated(source) for edit in _taken_off(source, each)]
        if len(lines) == len(uses) and source.resolve(ast.Name(local)) in _ORIGINS:
            together = group()
            taken = [*remove_import(source, node, alias.name, together)]
            if taken:
                yield from taken
                yield from (Edit(each.start, each.end, "", group=together) for each in lines)


@fixer.on(ast.ClassDef)
@fixer.on(ast.FunctionDef)
def decorated(looking: Looking, node: ast.ClassDef | ast.FunctionDef, parents: Parents) -> Iterator[Edit]:
    """Through a module: `@encoding.python_2_unicode_compatible`."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Attribute) and looking.source.resolve(decorator) in _ORIGINS:
            yield from _taken_off(looking.source, decorator)


fixer.triggers(_NAME)


def _decorated(source: Source) -> Iterator[ast.expr]:
    for node in source.nodes:
        # It returns what it is given, so that it did no harm above `def __str__` either.
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            for each in node.decorator_list:
                if isinstance(each, ast.Name) and source.resolve(each) in _ORIGINS:
                    yield each


def _taken_off(source: Source, decorator: ast.expr) -> Iterator[Edit]:
    """Its whole line, when there is nothing else on it."""
    start = source.offset(decorator.lineno, 0)
    line = source.lines[decorator.lineno - 1]
    if line.strip().replace(" ", "") == "@" + source.segment(decorator):
        yield Edit(start, start + len(line), "")
