"""Finds MySQL databases that do not say their character set: the default becomes utf8mb4 in Django 5.2.

https://docs.djangoproject.com/en/5.2/releases/5.2/#changed-mysql-connection-character-set-default
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="The character set of MySQL connections",
    link=notes((5, 2), "changed-mysql-connection-character-set-default"),
    breaks=(5, 2),
    items=(478,),
    only_flags=True,
)


@fixer.on(ast.Constant, "django.db.backends.mysql")
def engine(looking: Looking, node: ast.Constant, parents: Parents) -> Iterator[Finding]:
    around = parents[-1]
    if isinstance(around, ast.Dict) and "charset" not in looking.source.segment(around):
        how = 'Tables that are utf8mb3: "OPTIONS": {"charset": "utf8mb3"} until they are converted.'
        yield looking.source.finding(node, "Connections speak utf8mb4 by default from Django 5.2 on", how)
