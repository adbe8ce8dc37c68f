"""Keeps signatures that both versions read while they run side by side: 2.2 and 3.0 cannot read SHA-256's.

Sessions, signed cookies, messages and password-reset links made by a new instance would be refused by an old one.
https://docs.djangoproject.com/en/3.1/releases/3.1/#default-hashing-algorithm-settings
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django import settings
from chairlift.recipes.django.findings import Edit, Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import Stage

fixer = Fixer(
    __name__,
    title="DEFAULT_HASHING_ALGORITHM while old and new instances run side by side",
    link="https://docs.djangoproject.com/en/3.1/releases/3.1/#default-hashing-algorithm-settings",
    since=(3, 1),
    breaks=(3, 1),
)

_NAME = "DEFAULT_HASHING_ALGORITHM"
_TEXT = f"""# For as long as instances with the old Django run beside those with the new one; the clean-up takes it out.
{_NAME} = "sha1\""""


@fixer.on(ast.Assign, "INSTALLED_APPS")
def apps(looking: Looking, node: ast.Assign, parents: Parents) -> Iterator[Edit | Finding]:
    if looking.leg.stage is not Stage.UPGRADE or not settings.is_base(looking, node, parents):
        return
    if settings.of_tests(looking.source.path):
        return  # No instance ever runs on them.
    if looking.leg.target >= (4, 0):
        yield looking.source.finding(
            node,
            "old instances cannot read sessions, cookies and reset links that Django 4.0 and newer sign",
            f'go to 3.2 first, with {_NAME} = "sha1" until all run it; or replace all instances at once',
        )
    elif not settings.is_set(looking, _NAME):
        yield settings.add(looking, node, parents, _TEXT, ("INSTALLED_APPS",))
