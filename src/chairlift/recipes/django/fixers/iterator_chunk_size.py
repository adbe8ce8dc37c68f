"""Gives `iterator()` a chunk size where the query set prefetches: Django 5.0 demands one, and 2000 was the default.

Before Django 4.1 `iterator()` did not prefetch at all; from then on it does, chunk by chunk.
https://docs.djangoproject.com/en/4.1/releases/4.1/#features-deprecated-in-4-1
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import called, chain
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="iterator(chunk_size=…) after prefetch_related()",
    link=notes((4, 1), "features-deprecated-in-4-1"),
    since=(2, 0),
    breaks=(5, 0),
    items=(422,),
)


@fixer.on(ast.Call, "iterator", "aiterator")
def iterated(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit]:
    if node.args or node.keywords or not isinstance(node.func, ast.Attribute):
        return
    for before in chain(node.func):
        if called(before) == "prefetch_related":
            if any(isinstance(each, ast.Constant) and each.value is None for each in before.args):
                return
            start, end = looking.source.span(node.func)[1], looking.source.span(node)[1]
            # Nothing but space between the brackets: a comment stays where it is.
            if "".join(looking.source.text[start:end].split()) == "()":
                yield Edit(end - 1, end - 1, "chunk_size=2000")
            return
