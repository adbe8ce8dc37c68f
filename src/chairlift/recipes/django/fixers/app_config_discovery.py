"""Keeps apps as they are when Django 3.2 begins to use the AppConfig in apps.py by itself.

A wrong `name`, harmless while nobody read it, then ends every command with ImproperlyConfigured; another `label` would
rename all tables; a ready() that never ran runs.
https://docs.djangoproject.com/en/3.2/releases/3.2/#automatic-appconfig-discovery
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django import appconfigs
from chairlift.recipes.django.appconfigs import Config
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="AppConfig classes that Django 3.2 finds by itself",
    link="https://docs.djangoproject.com/en/3.2/releases/3.2/#automatic-appconfig-discovery",
    breaks=(3, 2),
    items=(151,),
    files=("apps.py",),
)

_ADMIN = "django.contrib.admin.apps.AdminConfig"


@fixer.on(ast.ClassDef)
def config(looking: Looking, node: ast.ClassDef, parents: Parents) -> Iterator[Edit | Finding]:
    source, project = looking.source, looking.project
    folder, _, last = source.path.rpartition("/")
    entry = appconfigs.entry_of(project, folder) if last == "apps.py" and folder else ""
    each = next((one for one in appconfigs.configs(source) if one.node is node), None)
    if not entry or each is None or appconfigs.is_asked_for(project, folder, node.name):
        return
    if _ADMIN in source.imports.values() and any(source.resolve(base) == _ADMIN for base in node.bases):
        yield source.finding(
            node,
            f"{node.name} and the imported AdminConfig both say default = True: Django 3.2 refuses to start",
            "import the module (`from django.contrib.admin import apps`), so that only one class is found here",
            Weight.MUST,
        )
        return
    if appconfigs.discovered(source) == node.name:
        yield from _found(looking, each, entry)


fixer.triggers("Config")


def _found(looking: Looking, each: Config, entry: str) -> Iterator[Edit | Finding]:
    """Django 2.2 does not use this class, and 3.2 does."""
    source, node = looking.source, each.node
    if each.name is None:
        if _inherits_only_django(looking, node):
            yield source.finding(
                node, f"{node.name} has no name; Django 3.2 uses it, and stops", f'name = "{entry}"', weight=Weight.MUST
            )
    elif each.name and each.name != entry:
        yield from _misnamed(looking, each, entry)
    elif each.label is not None and each.label != entry.rpartition(".")[2]:
        yield from _kept_out(looking, each, f"its label {each.label!r} would rename the app's tables and migrations")
    elif each.is_ready:
        yield source.finding(
            node,
            f"{node.name}.ready() does not run on Django 2.2, since the settings name the package only; on 3.2 it does",
            "look at what it connects; `default = False` in the class keeps it as it was",
        )


def _misnamed(looking: Looking, each: Config, entry: str) -> Iterator[Edit | Finding]:
    source, project, name = looking.source, looking.project, each.name or ""
    text = f"{each.node.name} is named {name!r}, and the settings call the app {entry!r}: Django 3.2 uses the class"
    value = next((v for s in each.node.body if isinstance(s, ast.Assign) and (v := _name_in(s)) is not None), None)
    if entry.startswith(f"{name}.") and not appconfigs.changes_the_path(project):
        # A package around the app: Django 3.2 would take that for the app, and lose the models.
        yield from _kept_out(looking, each, f"it names {name!r}, the package around the app")
    elif appconfigs.importable(project, name) or appconfigs.changes_the_path(project) or value is None:
        yield source.finding(each.node, text, f'name = "{entry}", if this is what `import {name}` does not find')
    elif name.rpartition(".")[2] != entry.rpartition(".")[2]:
        yield source.finding(each.node, text, f'name = "{entry}", or default = False', Weight.MUST)
    elif each.is_plain and source.is_single_string(value):
        literal = source.segment(value)
        yield source.replace(value, literal.replace(name, entry))
    else:
        yield from _kept_out(looking, each, f"its name {name!r} cannot be imported, and it does more than to name")


def _name_in(node: ast.Assign) -> ast.expr | None:
    return node.value if getattr(node.targets[0], "id", "") == "name" else None


def _kept_out(looking: Looking, each: Config, why: str) -> Iterator[Edit | Finding]:
    yield from appconfigs.set_default(looking.source, each.node, False)
    yield looking.source.finding(
        each.node,
        f"{each.node.name} has never been used, and stays so with default = False: {why}",
        "mend the class and take default = False out, or take the class out",
    )


def _inherits_only_django(looking: Looking, node: ast.ClassDef) -> bool:
    return all(looking.source.resolve(base) == "django.apps.AppConfig" for base in node.bases)
