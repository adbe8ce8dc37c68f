"""Gives the settings of a test runner a SECRET_KEY: from Django 3.2 on it must be there as soon as anything reads it.

`settings.configure()` without one was enough before; 3.2 says "The SECRET_KEY setting must not be empty", and the
generator of password-reset tokens reads it on import.
https://docs.djangoproject.com/en/3.2/releases/3.2/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.edits import outer
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.source import Source

fixer = Fixer(
    __name__,
    title="SECRET_KEY for settings.configure()",
    link="https://docs.djangoproject.com/en/3.2/releases/3.2/#miscellaneous",
    breaks=(3, 2),
)

_CONFIGURE = "django.conf.settings.configure"
_VALUE = "only for tests"


@fixer.on(ast.keyword, "INSTALLED_APPS")
def keyword(looking: Looking, node: ast.keyword, parents: Parents) -> Iterator[Edit]:
    """settings.configure(INSTALLED_APPS=…), or a dict(…) that goes into it."""
    call, source = parents[-1], looking.source
    if not isinstance(call, ast.Call) or _says_it(source):
        return
    if source.resolve(call.func) != _CONFIGURE and not (
        isinstance(call.func, ast.Name) and call.func.id == "dict" and _goes_in(source, call, parents)
    ):
        return
    if not any(each.arg is None for each in call.keywords):
        yield _before(source, node, call, f'SECRET_KEY="{_VALUE}"')


@fixer.on(ast.Constant, "INSTALLED_APPS")
def key(looking: Looking, node: ast.Constant, parents: Parents) -> Iterator[Edit]:
    """A dict that goes into settings.configure(**…)."""
    shown, source = parents[-1], looking.source
    if not isinstance(shown, ast.Dict) or node not in shown.keys or None in shown.keys or _says_it(source):
        return
    if _goes_in(source, shown, parents):
        quote = source.segment(node)[-1]
        yield _before(source, node, shown, f"{quote}SECRET_KEY{quote}: {quote}{_VALUE}{quote}")


def _says_it(source: Source) -> bool:
    """However it is said: twice would be an error."""
    return "SECRET_KEY" in source.text


def _goes_in(source: Source, value: ast.AST, parents: Parents) -> bool:
    """Whether settings.configure() of this file takes it, itself or by the name that it is given."""
    names = set()
    if len(parents) >= 2 and isinstance(parents[-2], ast.Assign):
        names = {each.id for each in parents[-2].targets if isinstance(each, ast.Name)}
    for call in source.nodes:
        if isinstance(call, ast.Call) and source.resolve(call.func) == _CONFIGURE:
            for each in call.keywords:
                taken = isinstance(each.value, ast.Name) and each.value.id in names
                if each.arg is None and (each.value is value or taken):
                    return True
    return False


def _before(source: Source, node: ast.AST, inside: ast.AST, text: str) -> Edit:
    """On a line of its own where the other has one."""
    start = outer(source, node, inside)[0]
    head = source.text[source.offset(source.line_of(start), 0) : start]
    between = f"{source.newline}{head}" if not head.strip() else " "
    return Edit(start, start, f"{text},{between}")
