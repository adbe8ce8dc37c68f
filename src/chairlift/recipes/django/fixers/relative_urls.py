"""Flags relative STATIC_URL and MEDIA_URL: Django 3.1 puts the script's name before them.

https://docs.djangoproject.com/en/3.1/releases/3.1/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django import settings
from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="STATIC_URL and MEDIA_URL without a slash or scheme in front",
    link="https://docs.djangoproject.com/en/3.1/releases/3.1/#miscellaneous",
    breaks=(3, 1),
    items=(78,),
    only_flags=True,
)


@fixer.on(ast.Assign, "STATIC_URL", "MEDIA_URL")
def assigned(looking: Looking, node: ast.Assign, parents: Parents) -> Iterator[Finding]:
    value = node.value.value if isinstance(node.value, ast.Constant) else None
    if not isinstance(value, str) or not value or looking.source.path not in settings.files(looking.project):
        return
    if not value.startswith(("/", "http://", "https://")):
        yield looking.source.finding(
            node,
            f"{value!r} is relative: from Django 3.1 on SCRIPT_NAME is put before it, or a slash",
            f"write {'/' + value!r} if that is what is meant",
        )
