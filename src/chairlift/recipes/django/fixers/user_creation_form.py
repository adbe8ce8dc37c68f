"""Finds forms made from UserCreationForm: from Django 4.2 on it refuses names that differ only in case.

https://docs.djangoproject.com/en/4.2/releases/4.2/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import bases
from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="User names that differ in case",
    link=notes((4, 2), "miscellaneous"),
    breaks=(4, 2),
    items=(335,),
    only_flags=True,
)


@fixer.on(ast.ClassDef, "UserCreationForm")
def form(looking: Looking, node: ast.ClassDef, parents: Parents) -> Iterator[Finding]:
    if "django.contrib.auth.forms.UserCreationForm" in bases(looking.source, node):
        how = "Where they are to be allowed, derive from BaseUserCreationForm (4.2 and newer)."
        yield looking.source.finding(node, "Names that differ only in case are refused", how)
