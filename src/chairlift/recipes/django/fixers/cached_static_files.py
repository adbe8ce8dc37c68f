"""Replaces CachedStaticFilesStorage, which Django 3.1 removed, by its sibling with a manifest.

https://docs.djangoproject.com/en/3.1/releases/3.1/#features-removed-in-3-1
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import follow

fixer = Fixer(
    __name__,
    title="ManifestStaticFilesStorage for CachedStaticFilesStorage",
    link="https://docs.djangoproject.com/en/3.1/releases/3.1/#features-removed-in-3-1",
    breaks=(3, 1),
    items=(126,),
)

_OLD = "django.contrib.staticfiles.storage.CachedStaticFilesStorage"
_NEW = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"

follow(fixer, {_OLD: _NEW})


@fixer.on(ast.Constant, _OLD)
def setting(looking: Looking, node: ast.Constant, parents: Parents) -> Iterator[Edit]:
    if looking.source.is_single_string(node):
        text = looking.source.segment(node)
        yield looking.source.replace(node, text.replace(_OLD, _NEW))
