"""Finds what cannot be copied in `setUpTestData()`: Django 4.1 copies every class attribute for each test.

https://docs.djangoproject.com/en/3.2/releases/3.2/#features-deprecated-in-3-2
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="setUpTestData() with what cannot be copied",
    link=notes((3, 2), "features-deprecated-in-3-2"),
    breaks=(4, 1),
    items=(311,),
    only_flags=True,
)

_UNSAFE = {"threading.Lock", "threading.RLock", "threading.local", "socket.socket", "sqlite3.connect", "queue.Queue"}


@fixer.on(ast.FunctionDef, "setUpTestData")
def data(looking: Looking, node: ast.FunctionDef, parents: Parents) -> Iterator[Finding]:
    for each in ast.walk(node):
        if not (isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Attribute)):
            continue
        made = each.value
        if not isinstance(made, ast.Call):
            continue
        opened = isinstance(made.func, ast.Name) and made.func.id == "open"
        if opened or looking.source.resolve(made.func) in _UNSAFE or isinstance(made.func, ast.Lambda):
            how = "Make it in setUp() or setUpClass()."
            yield looking.source.finding(each, "copy.deepcopy() cannot copy this", how)
