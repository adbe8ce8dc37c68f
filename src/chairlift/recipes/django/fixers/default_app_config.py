"""Takes default_app_config out where Django 3.2 finds the same class by itself; on 2.2 it is what connects signals.

https://docs.djangoproject.com/en/3.2/releases/3.2/#features-deprecated-in-3-2
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django import appconfigs
from chairlift.recipes.django.edits import remove_statement
from chairlift.recipes.django.findings import Edit, Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="packages without default_app_config",
    link="https://docs.djangoproject.com/en/3.2/releases/3.2/#features-deprecated-in-3-2",
    since=(3, 2),
    breaks=(4, 1),
    items=(314,),
    files=("__init__.py",),
)


@fixer.on(ast.Assign, "default_app_config")
def assigned(looking: Looking, node: ast.Assign, parents: Parents) -> Iterator[Edit | Finding]:
    if not isinstance(parents[-1], ast.Module) or len(node.targets) != 1:
        return
    folder = looking.source.path.rpartition("/")[0]
    named = node.value.value if isinstance(node.value, ast.Constant) else None
    if not isinstance(named, str) or not folder:
        return
    module, _, name = named.rpartition(".")
    if module.endswith(".apps") and appconfigs.discovered(looking.project.source(f"{folder}/apps.py")) == name:
        yield from remove_statement(looking.source, node, parents)
    elif not any(each == named for each in appconfigs.installed(looking.project)):
        yield looking.source.finding(
            node,
            f"Django 4.1 no longer reads default_app_config, and does not find {named} by itself",
            f"name {named} in INSTALLED_APPS, or move it into apps.py with default = True",
        )
