"""Spells the assertions of unittest by the names that Python 3.12 still has, `assertEqual` and not `assertEquals`.

Django 6.0 needs Python 3.12.
https://docs.python.org/3/whatsnew/3.12.html#unittest
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="assertEqual for assertEquals, and the like",
    link="https://docs.python.org/3/whatsnew/3.12.html#unittest",
)

_NAMES = {
    "failUnless": "assertTrue",
    "failIf": "assertFalse",
    "failUnlessEqual": "assertEqual",
    "failIfEqual": "assertNotEqual",
    "failUnlessAlmostEqual": "assertAlmostEqual",
    "failIfAlmostEqual": "assertNotAlmostEqual",
    "failUnlessRaises": "assertRaises",
    "assert_": "assertTrue",
    "assertEquals": "assertEqual",
    "assertNotEquals": "assertNotEqual",
    "assertAlmostEquals": "assertAlmostEqual",
    "assertNotAlmostEquals": "assertNotAlmostEqual",
    "assertRegexpMatches": "assertRegex",
    "assertNotRegexpMatches": "assertNotRegex",
    "assertRaisesRegexp": "assertRaisesRegex",
}


@fixer.on(ast.Attribute, *_NAMES)
def used(looking: Looking, node: ast.Attribute, parents: Parents) -> Iterator[Edit]:
    call = parents[-1]
    if (
        isinstance(node.value, ast.Name)
        and node.value.id in {"self", "cls"}
        and isinstance(call, ast.Call)
        and call.func is node
        and not _own(looking, node.attr)
    ):
        end = looking.source.span(node)[1]
        yield Edit(end - len(node.attr), end, _NAMES[node.attr])


def _own(looking: Looking, name: str) -> bool:
    return any(isinstance(each, ast.FunctionDef) and each.name == name for each in ast.walk(looking.source.tree))
