"""Sets DEFAULT_AUTO_FIELD to what Django did before 3.2, so that no table changes and models.W042 is silent.

https://docs.djangoproject.com/en/3.2/releases/3.2/#customizing-type-of-auto-created-primary-keys
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django import settings
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import Stage

fixer = Fixer(
    __name__,
    title="DEFAULT_AUTO_FIELD in the settings",
    link="https://docs.djangoproject.com/en/3.2/releases/3.2/#customizing-type-of-auto-created-primary-keys",
    since=(3, 2),
    breaks=(3, 2),
)

_NAME = "DEFAULT_AUTO_FIELD"


@fixer.on(ast.Assign, "INSTALLED_APPS")
def apps(looking: Looking, node: ast.Assign, parents: Parents) -> Iterator[Edit]:
    if looking.leg.stage is Stage.PREPARE or not settings.is_base(looking, node, parents):
        return
    if not settings.is_set(looking, _NAME):
        yield settings.add(looking, node, parents, f'{_NAME} = "django.db.models.AutoField"')


@fixer.on(ast.keyword, "INSTALLED_APPS")
def configured(looking: Looking, node: ast.keyword, parents: Parents) -> Iterator[Edit]:
    """settings.configure(…) of a test runner."""
    call, source = parents[-1], looking.source
    if looking.leg.stage is Stage.PREPARE or not isinstance(call, ast.Call):
        return
    if source.resolve(call.func) != "django.conf.settings.configure" or settings.assigns(source, _NAME):
        return
    if any(each.arg is None for each in call.keywords):
        return
    start = source.span(node)[0]
    head = source.text[source.offset(source.line_of(start), 0) : start]
    between = f"{source.newline}{head}" if not head.strip() else " "
    yield Edit(start, start, f'{_NAME}="django.db.models.AutoField",{between}')
