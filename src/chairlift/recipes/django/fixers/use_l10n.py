"""Drops USE_L10N in every spelling, and says what `False` meant: from Django 5.0 on localization is always on.

`True` is the default from 4.0 on; `False` has an effect until 5.0, so it stays until then. A settings module that never
said it was not localized before 4.0.
https://docs.djangoproject.com/en/4.0/releases/4.0/#localization
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import constant
from chairlift.recipes.django.edits import remove_argument, remove_statement
from chairlift.recipes.django.findings import Edit, Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes
from chairlift.recipes.django.settings_rules import is_read, says_settings, sets_settings, statement_of

fixer = Fixer(
    __name__,
    title="USE_L10N, which is always on",
    link=notes((4, 0), "localization"),
    since=(4, 0),
    breaks=(5, 0),
    items=(207, 409),
)

_HOW = (
    "Dates and numbers are written as the locale does. Where that must not be: {% localize off %}, the filter "
    "unlocalize, or formats of your own by FORMAT_MODULE_PATH."
)


def _may_go(looking: Looking, value: ast.expr | None) -> bool:
    return constant(value, True) or looking.leg.floor >= (5, 0)


@fixer.on(ast.Name, "USE_L10N")
def named(looking: Looking, node: ast.Name, parents: Parents) -> Iterator[Edit | Finding]:
    said = statement_of(node, parents)
    if said is None:
        return
    if looking.leg.target >= (5, 0) and not constant(said.value, True):
        yield looking.source.finding(node, "Localization was off, and is always on from Django 5.0", _HOW)
    if _may_go(looking, said.value) and not is_read(looking.source, "USE_L10N"):
        yield from remove_statement(looking.source, said, parents[:-1])


@fixer.on(ast.keyword, "USE_L10N")
def argument(looking: Looking, node: ast.keyword, parents: Parents) -> Iterator[Edit]:
    call = parents[-1]
    if isinstance(call, ast.Call) and sets_settings(call) and _may_go(looking, node.value):
        yield from remove_argument(looking.source, call, node)


@fixer.on(ast.Name, "ROOT_URLCONF")
def silent(looking: Looking, node: ast.Name, parents: Parents) -> Iterator[Finding]:
    if statement_of(node, parents) is None or looking.leg.current >= (4, 0) or not says_settings(looking.source):
        return
    if "USE_L10N" not in looking.source.text:
        text = "USE_L10N was never set, so localization was off; it is on from Django 4.0"
        yield looking.source.finding(node, text, _HOW)
