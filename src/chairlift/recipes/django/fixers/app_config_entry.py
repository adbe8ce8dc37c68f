"""Names the config class in INSTALLED_APPS where nothing finds it once `default_app_config` is no longer read.

https://docs.djangoproject.com/en/3.2/releases/3.2/#features-deprecated-in-3-2
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django import appconfigs
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.project import Project

fixer = Fixer(
    __name__,
    title="INSTALLED_APPS with the config class that only default_app_config names",
    link="https://docs.djangoproject.com/en/3.2/releases/3.2/#features-deprecated-in-3-2",
    breaks=(4, 1),
    items=(314,),
)


@fixer.on(ast.Constant)
def entry(looking: Looking, node: ast.Constant, parents: Parents) -> Iterator[Edit]:
    name = node.value
    if not isinstance(name, str) or not isinstance(parents[-1], ast.List | ast.Tuple):
        return
    if not any(appconfigs.names_apps(each) for each in parents) or not looking.source.is_single_string(node):
        return
    for folder in looking.project.once(_packages).get(name.rpartition(".")[2], ()):
        if not f"/{folder}".endswith("/" + name.replace(".", "/")):
            continue
        chosen = appconfigs.default_of(looking.project, folder)
        # In apps.py it is found, or gets `default = True`.
        if chosen.startswith(f"{name}.") and not chosen.startswith(f"{name}.apps."):
            yield looking.source.replace(node, looking.source.segment(node).replace(name, chosen))
        return


def _packages(project: Project) -> dict[str, list[str]]:
    """Folders with an __init__.py, by their own names."""
    found: dict[str, list[str]] = {}
    for path in project.matching("__init__.py"):
        folder = path.removesuffix("/__init__.py")
        found.setdefault(folder.rpartition("/")[2], []).append(folder)
    return found


fixer.triggers("APPS")
