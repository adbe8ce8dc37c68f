"""Flags tests that expect `&#39;`: Django 3.0 writes a quote as `&#x27;`, as Python does.

https://docs.djangoproject.com/en/3.0/releases/3.0/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="the escaped quote in strings",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#miscellaneous",
    breaks=(3, 0),
    items=(33,),
    only_flags=True,
)


@fixer.on(ast.Constant)
def text(looking: Looking, node: ast.Constant, parents: Parents) -> Iterator[Finding]:
    if isinstance(node.value, str) and "&#39;" in node.value:
        yield looking.source.finding(
            node,
            "Django 3.0 escapes ' as &#x27;, where it was &#39;",
            "compare with django.utils.html.escape(…), which is right on both",
        )


fixer.triggers("&#39;")
