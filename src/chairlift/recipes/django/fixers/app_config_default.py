"""Says `default = True` in the AppConfig that `default_app_config` names, where apps.py holds several.

Django 4.1 no longer reads default_app_config, and from several classes without a default it takes none.
https://docs.djangoproject.com/en/3.2/releases/3.2/#automatic-appconfig-discovery
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django import appconfigs
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="default = True in one of several AppConfig classes",
    link="https://docs.djangoproject.com/en/3.2/releases/3.2/#automatic-appconfig-discovery",
    breaks=(4, 1),
    items=(314,),
    files=("apps.py",),
)


@fixer.on(ast.ClassDef)
def config(looking: Looking, node: ast.ClassDef, parents: Parents) -> Iterator[Edit | Finding]:
    source, project = looking.source, looking.project
    folder, _, last = source.path.rpartition("/")
    found = appconfigs.configs(source)
    each = next((one for one in found if one.node is node), None)
    chosen = appconfigs.default_of(project, folder) if last == "apps.py" and folder else ""
    if each is None or not chosen.endswith(f".apps.{node.name}") or each.default is not None:
        return
    if len(found) + len(appconfigs.imported(source)) < 2:
        return
    if any(isinstance(base, ast.Name) and base.id == node.name for other in found for base in other.node.bases):
        yield source.finding(
            node,
            f"{node.name} is the default of its package and has a subclass here, which would inherit default = True",
            f"default = True in {node.name} and default = False in the subclass",
            Weight.MUST,
        )
        return
    yield from appconfigs.set_default(source, node, True)


fixer.triggers("Config")
