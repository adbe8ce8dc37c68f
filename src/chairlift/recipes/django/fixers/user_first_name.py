"""Flags own user models that inherit AbstractUser: first_name grows from 30 to 150 characters in Django 3.1.

https://docs.djangoproject.com/en/3.1/releases/3.1/#abstractuser-first-name-max-length-increased-to-150
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="own user models need a migration for first_name",
    link="https://docs.djangoproject.com/en/3.1/releases/3.1/#abstractuser-first-name-max-length-increased-to-150",
    breaks=(3, 1),
    items=(70,),
    only_flags=True,
)


@fixer.on(ast.ClassDef, "AbstractUser")
def model(looking: Looking, node: ast.ClassDef, parents: Parents) -> Iterator[Finding]:
    if not any(looking.source.resolve(base) == "django.contrib.auth.models.AbstractUser" for base in node.bases):
        return
    own = [target for each in node.body if isinstance(each, ast.Assign) for target in each.targets]
    if any(isinstance(target, ast.Name) and target.id == "first_name" for target in own):
        return
    if _is_abstract(node):
        return
    yield looking.source.finding(
        node,
        f"{node.name} inherits first_name of AbstractUser, which has 150 characters from Django 3.1 on: "
        "makemigrations writes a migration that alters the table of users",
        "migrate (a large MySQL table is copied: outside busy hours, or with an online schema change), "
        "or fake the migration and alter the table later, or give the model its own first_name with max_length=30",
    )


def _is_abstract(node: ast.ClassDef) -> bool:
    for inner in node.body:
        if isinstance(inner, ast.ClassDef) and inner.name == "Meta":
            for each in inner.body:
                if isinstance(each, ast.Assign) and getattr(each.targets[0], "id", "") == "abstract":
                    return isinstance(each.value, ast.Constant) and each.value.value is True
    return False
