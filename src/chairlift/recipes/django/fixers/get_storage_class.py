"""Imports a storage class by `import_string()`, which is what `get_storage_class()` did; Django 5.1 removed it.

https://docs.djangoproject.com/en/4.2/releases/4.2/#features-deprecated-in-4-2
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.edits import add_import, group, is_used, remove_import
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import free, tolerated
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="import_string() for get_storage_class()",
    link=notes((4, 2), "features-deprecated-in-4-2"),
    breaks=(5, 1),
    items=(472,),
)

_OLD = {"django.core.files.storage.get_storage_class", "django.core.files.storage.handler.get_storage_class"}
_HOME = "django.utils.module_loading"


@fixer.on(ast.Call, "get_storage_class")
def called(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit | Finding]:
    source = looking.source
    if source.resolve(node.func) not in _OLD:
        return
    argument = node.args[0] if len(node.args) == 1 and not node.keywords else None
    of_setting = (
        argument is not None
        and source.resolve(argument).startswith("django.conf.settings.")
        and (source.resolve(argument).endswith(("DEFAULT_FILE_STORAGE", "STATICFILES_STORAGE")))
    )
    if argument is None or of_setting or isinstance(argument, ast.Starred):
        how = "From Django 4.2 on: storages['default'], or the alias that is meant; type() of it is the class."
        yield source.finding(node, "get_storage_class() of the default storage is gone", how, Weight.MUST)
    elif free(source, "import_string", f"{_HOME}.import_string"):
        together = group()
        yield source.replace(node.func, "import_string", together)
        yield from add_import(source, _HOME, "import_string", together)


@fixer.on(ast.ImportFrom, "get_storage_class")
def unused(looking: Looking, node: ast.ImportFrom, parents: Parents) -> Iterator[Edit]:
    for alias in node.names:
        ours = f"{node.module}.{alias.name}" in _OLD and not tolerated(parents)
        if ours and not is_used(looking.source, alias.asname or alias.name):
            yield from remove_import(looking.source, node, alias.name, group())
