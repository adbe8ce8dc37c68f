"""Finds URL fields of forms that do not say which scheme a bare host gets: Django 6.0 assumes https.

https://docs.djangoproject.com/en/5.0/releases/5.0/#features-deprecated-in-5-0
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import keyword, starred
from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="URLField and the scheme that it assumes",
    link=notes((5, 0), "features-deprecated-in-5-0"),
    breaks=(6, 0),
    only_flags=True,
)


@fixer.on(ast.Call, "URLField")
def field(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Finding]:
    origin = looking.source.resolve(node.func)
    if origin.startswith("django.forms.") and not keyword(node, "assume_scheme") and not starred(node):
        how = 'assume_scheme="https", from Django 5.0 on; "http" keeps what was.'
        yield looking.source.finding(node, "A host without a scheme becomes https://", how)
