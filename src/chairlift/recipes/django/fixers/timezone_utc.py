"""Takes UTC from `datetime` where `django.utils.timezone.utc` was used: that alias is gone in Django 5.0.

django-upgrade does it in files that `import datetime`; this does all others.
https://docs.djangoproject.com/en/4.1/releases/4.1/#features-deprecated-in-4-1
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.clock_names import utc
from chairlift.recipes.django.edits import group, is_used, remove_import
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import tolerated
from chairlift.recipes.django.releases import notes
from chairlift.recipes.django.source import Source

fixer = Fixer(
    __name__,
    title="datetime.timezone.utc for django.utils.timezone.utc",
    link=notes((4, 1), "features-deprecated-in-4-1"),
    breaks=(5, 0),
    items=(208, 426),
)

OLD = "django.utils.timezone.utc"


@fixer.on(ast.Attribute, "utc")
def attribute(looking: Looking, node: ast.Attribute, parents: Parents) -> Iterator[Edit | Finding]:
    if looking.source.resolve(node) == OLD and isinstance(node.ctx, ast.Load):
        yield from _replaced(looking, node)


@fixer.on(ast.Name, "utc", "UTC")
def name(looking: Looking, node: ast.Name, parents: Parents) -> Iterator[Edit | Finding]:
    if looking.source.resolve(node) == OLD and isinstance(node.ctx, ast.Load):
        yield from _replaced(looking, node)


@fixer.on(ast.ImportFrom, "utc")
def imported(looking: Looking, node: ast.ImportFrom, parents: Parents) -> Iterator[Edit]:
    """Where nothing uses it any more."""
    for alias in node.names:
        if (
            f"{node.module}.{alias.name}" == OLD
            and not tolerated(parents)
            and (not is_used(looking.source, alias.asname or alias.name) and not _exported(looking.source))
        ):
            yield from remove_import(looking.source, node, alias.name, group())


def _exported(source: Source) -> bool:
    return source.path.endswith("__init__.py")


def _replaced(looking: Looking, node: ast.expr) -> Iterator[Edit | Finding]:
    together = group()
    spelled, needed = utc(looking.source, together)
    if spelled:
        yield looking.source.replace(node, spelled, together)
        yield from needed
    else:
        how = "Use datetime.timezone.utc."
        yield looking.source.finding(node, "django.utils.timezone.utc is gone", how, Weight.MUST)
