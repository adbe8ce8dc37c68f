"""Orders tests by `reorder_tests()`, which takes and gives tests, in place of `reorder_suite()`, which took a suite.

https://docs.djangoproject.com/en/4.0/releases/4.0/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import starred
from chairlift.recipes.django.edits import add_import, group, is_used, remove_import
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import free, tolerated
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="reorder_tests() for reorder_suite()",
    link=notes((4, 0), "miscellaneous"),
    since=(4, 0),
    breaks=(4, 0),
    items=(190,),
)

_OLD = "django.test.runner.reorder_suite"
_NEEDED = (
    ("unittest", "TestSuite"),
    ("django.test.runner", "reorder_tests"),
    ("django.test.utils", "iter_test_cases"),
)


@fixer.on(ast.Call, "reorder_suite")
def called(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit | Finding]:
    source = looking.source
    if source.resolve(node.func) != _OLD or starred(node) or not node.args:
        return
    if not all(free(source, name, f"{module}.{name}") for module, name in _NEEDED):
        how = "reorder_tests() takes an iterable of tests and gives an iterator."
        yield source.finding(node, "reorder_suite() is gone", how, Weight.MUST)
        return
    together = group()
    start, end = source.span(node.args[0])
    yield source.replace(node.func, "TestSuite(reorder_tests", together)
    yield Edit(start, start, "iter_test_cases(", group=together)
    yield Edit(end, end, ")", group=together)
    close = source.span(node)[1]
    yield Edit(close, close, ")", group=together)
    for module, name in _NEEDED:
        yield from add_import(source, module, name, together)


@fixer.on(ast.ImportFrom, "reorder_suite")
def unused(looking: Looking, node: ast.ImportFrom, parents: Parents) -> Iterator[Edit]:
    for alias in node.names:
        ours = f"{node.module}.{alias.name}" == _OLD and not tolerated(parents)
        if ours and not is_used(looking.source, alias.asname or alias.name):
            yield from remove_import(looking.source, node, alias.name, group())
