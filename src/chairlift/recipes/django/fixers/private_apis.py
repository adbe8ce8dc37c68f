"""Finds uses of private and undocumented names of Django that changed between 4.0 and 5.1.

https://docs.djangoproject.com/en/4.0/releases/4.0/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import Release, notes, show

fixer = Fixer(
    __name__,
    title="Private names of Django that changed",
    link=notes((4, 0), "miscellaneous"),
    items=(200, 289, 373, 414, 466),
    only_flags=True,
)

#: Name -> from which version on, and what is there instead.
_CHANGED: dict[str, tuple[Release, str]] = {
    "where_class": ((4, 0), "Make a django.db.models.sql.where.WhereNode."),
    "_is_callback": ((4, 1), "It is in django.contrib.admindocs.utils, as a function."),
    "_callback_strs": ((4, 1), "It is gone; django.contrib.admindocs.utils has what admindocs uses."),
    "lookup_str": ((4, 1), "Use get_view_name() of django.contrib.admindocs.utils."),
    "annotation_select_mask": ((5, 0), "It is an ordered list of strings now, not a set."),
    "_html_output": ((5, 0), "Render by a template: template_name of the form or its renderer."),
    "map_width": ((5, 1), "Set the size of the map by CSS."),
    "map_height": ((5, 1), "Set the size of the map by CSS."),
}


@fixer.on(ast.Attribute, *_CHANGED)
def used(looking: Looking, node: ast.Attribute, parents: Parents) -> Iterator[Finding]:
    yield from _said(looking, node, node.attr)


@fixer.on(ast.FunctionDef, "_html_output", "_is_callback")
def defined(looking: Looking, node: ast.FunctionDef, parents: Parents) -> Iterator[Finding]:
    yield from _said(looking, node, node.name)


@fixer.on(ast.Assign, "where_class", "map_width", "map_height")
def assigned(looking: Looking, node: ast.Assign, parents: Parents) -> Iterator[Finding]:
    target = node.targets[0]
    if isinstance(parents[-1], ast.ClassDef) and isinstance(target, ast.Name) and target.id in _CHANGED:
        yield from _said(looking, node, target.id)


def _said(looking: Looking, node: ast.AST, name: str) -> Iterator[Finding]:
    since, how = _CHANGED[name]
    # Only in files that know Django: the names are not rare enough.
    if looking.leg.current < since <= looking.leg.target and any(
        origin.startswith("django.") for origin in looking.source.imports.values()
    ):
        text = f"{name} of Django changed in {show(since)}"
        yield looking.source.finding(node, text, how, Weight.MUST, notes(since, "miscellaneous"))
