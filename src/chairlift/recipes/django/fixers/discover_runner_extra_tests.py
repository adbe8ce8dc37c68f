"""Drops `extra_tests` from test runners that hand it on: `build_suite()` and `run_tests()` do not take it from 5.0 on.

https://docs.djangoproject.com/en/4.0/releases/4.0/#miscellaneous-1
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import constant, keyword, last_name, on_super
from chairlift.recipes.django.edits import group, remove_argument
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="Test runners without extra_tests",
    link=notes((4, 0), "miscellaneous-1"),
    since=(5, 0),
    breaks=(5, 0),
    items=(407,),
)

_METHODS = {"build_suite", "run_tests"}


@fixer.on(ast.FunctionDef, *_METHODS)
def defined(looking: Looking, node: ast.FunctionDef, parents: Parents) -> Iterator[Edit | Finding]:
    source, arguments = looking.source, node.args
    named = [each.arg for each in arguments.args]
    if "extra_tests" not in named or not isinstance(parents[-1], ast.ClassDef):
        return
    place = named.index("extra_tests")
    default = place - (len(named) - len(arguments.defaults))
    together = group()
    edits: list[Edit] = []
    passed = 0
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and last_name(call.func) in _METHODS and (on_super(call) or _on_self(call)):
            argument = keyword(call, "extra_tests") or next(
                (a for a in call.args if last_name(a) == "extra_tests"), None
            )
            if argument is not None:
                passed += 1
                edits += remove_argument(source, call, argument, together)
    uses = sum(isinstance(each, ast.Name) and each.id == "extra_tests" for each in ast.walk(node))
    if default < 0 or not constant(arguments.defaults[default], None) or uses != passed or len(edits) != passed:
        yield source.finding(node, f"{node.name}() uses extra_tests", "Nothing passes it any more.", Weight.MUST)
        return
    yield Edit(
        source.span(arguments.defaults[default - 1] if default else arguments.args[place - 1])[1],
        source.span(arguments.defaults[default])[1],
        "",
        group=together,
    )
    yield from edits


def _on_self(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and last_name(call.func.value) == "self"
