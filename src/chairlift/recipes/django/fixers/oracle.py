"""Says what changes for a service on Oracle: the versions that are supported, and long names of tables and columns.

https://docs.djangoproject.com/en/4.0/releases/4.0/#table-and-column-naming-scheme-changes-on-oracle
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="Oracle: versions, and names longer than 30 characters",
    link=notes((4, 0), "table-and-column-naming-scheme-changes-on-oracle"),
    breaks=(4, 0),
    items=(178, 185),
    only_flags=True,
)


@fixer.on(ast.Constant, "django.db.backends.oracle")
def engine(looking: Looking, node: ast.Constant, parents: Parents) -> Iterator[Finding]:
    if isinstance(parents[-1], ast.Dict | ast.Compare):
        how = "Oracle 19c or newer; rename what ticket 33789 lists before the upgrade."
        yield looking.source.finding(node, "Long names are made otherwise from Django 4.0 on", how, Weight.MUST)
