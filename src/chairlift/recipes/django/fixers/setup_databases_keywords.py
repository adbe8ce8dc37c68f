"""Names the arguments of setup_databases() after the second: they are keyword-only in Django 3.2.

https://docs.djangoproject.com/en/3.2/releases/3.2/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.edits import group, outer
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="setup_databases() with keywords",
    link="https://docs.djangoproject.com/en/3.2/releases/3.2/#miscellaneous",
    since=(1, 11),
    breaks=(3, 2),
    items=(153,),
)

_ORIGINS = {"django.test.utils.setup_databases", "django.test.runner.setup_databases"}
#: In the order of Django 2.2; `aliases` came last in it.
_NAMES = ("verbosity", "interactive", "keepdb", "debug_sql", "parallel", "aliases")


@fixer.on(ast.Call, "setup_databases")
def called(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit]:
    source = looking.source
    if source.resolve(node.func) not in _ORIGINS or len(node.args) > len(_NAMES):
        return
    if any(isinstance(each, ast.Starred) for each in node.args):
        return
    together = group()
    for name, argument in [*zip(_NAMES, node.args, strict=False)][2:]:
        start = outer(source, argument, node)[0]
        yield Edit(start, start, f"{name}=", group=together)
