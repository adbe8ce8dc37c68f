"""Joins to `ModelAdmin.actions` and `inlines` whatever they are: from Django 4.1 on the defaults are tuples.

https://docs.djangoproject.com/en/4.1/releases/4.1/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="[*ModelAdmin.actions, …] for ModelAdmin.actions + […]",
    link=notes((4, 1), "miscellaneous"),
    breaks=(4, 1),
    items=(279,),
)

_CLASSES = {
    f"django.contrib.admin.{module}{name}.{what}"
    for module in ("", "options.")
    for name in ("ModelAdmin", "TabularInline", "StackedInline", "InlineModelAdmin")
    for what in ("actions", "inlines")
}


@fixer.on(ast.Attribute, "actions", "inlines")
def joined(looking: Looking, node: ast.Attribute, parents: Parents) -> Iterator[Edit | Finding]:
    source, above = looking.source, parents[-1]
    if source.resolve(node) not in _CLASSES:
        return
    if isinstance(above, ast.BinOp) and isinstance(above.op, ast.Add) and above.left is node:
        if isinstance(above.right, ast.List) and above.right.elts:
            start, end = source.span(node)[0], source.span(above.right.elts[0])[0]
            gap = source.text[source.span(node)[1] : end]
            if "#" not in gap and "\n" not in gap and gap.count("(") == 0:
                yield Edit(start, end, f"[*{source.segment(node)}, ")
                return
        yield source.finding(node, f"{node.attr} is a tuple by default", "Write [*…, …].", Weight.MUST)
    elif isinstance(above, ast.Attribute) and above.attr in {"append", "extend", "insert", "remove", "copy"}:
        yield source.finding(node, f"{node.attr} is a tuple by default", "Set the list as a whole.", Weight.MUST)


fixer.also(*sorted(_CLASSES))
