"""Drops `providing_args` of signals: it was documentation only, and is an error from Django 4.0 on.

https://docs.djangoproject.com/en/3.1/releases/3.1/#id2
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.edits import remove_argument
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="Signal(providing_args=…) without the argument",
    link="https://docs.djangoproject.com/en/3.1/releases/3.1/#id2",
    breaks=(4, 0),
    items=(252,),
)

_SIGNALS = {"django.dispatch.Signal", "django.dispatch.dispatcher.Signal", "django.db.models.signals.ModelSignal"}


@fixer.on(ast.keyword, "providing_args")
def keyword(looking: Looking, node: ast.keyword, parents: Parents) -> Iterator[Edit]:
    call = parents[-1]
    if isinstance(call, ast.Call) and looking.source.resolve(call.func) in _SIGNALS:
        yield from remove_argument(looking.source, call, node)
