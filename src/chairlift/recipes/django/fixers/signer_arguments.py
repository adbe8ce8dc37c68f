"""Names the arguments of Signer and TimestampSigner: Django 5.1 takes no positional ones.

https://docs.djangoproject.com/en/4.2/releases/4.2/#features-deprecated-in-4-2
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import starred
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="Signer(key=…, sep=…, salt=…)",
    link=notes((4, 2), "features-deprecated-in-4-2"),
    breaks=(5, 1),
    items=(470,),
)

_NAMES = ("key", "sep", "salt", "algorithm")


@fixer.on(ast.Call, "Signer", "TimestampSigner")
def made(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit]:
    origin = looking.source.resolve(node.func)
    if origin not in {"django.core.signing.Signer", "django.core.signing.TimestampSigner"} or starred(node):
        return
    for name, argument in zip(_NAMES, node.args, strict=False):
        start = looking.source.span(argument)[0]
        if "(" in looking.source.text[looking.source.span(node.func)[1] + 1 : start].rpartition(",")[2]:
            return
        yield Edit(start, start, f"{name}=")
