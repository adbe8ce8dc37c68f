"""Moves DEFAULT_FILE_STORAGE and STATICFILES_STORAGE into STORAGES, where django-upgrade does not: 5.1 ignores them.

django-upgrade moves plain strings of settings modules. This moves values that are calls or names (`env("X")`), and
`override_settings()` in tests; it flags what stands below a condition, and what reads the old settings.
https://docs.djangoproject.com/en/4.2/releases/4.2/#custom-file-storages
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import constant, keyword
from chairlift.recipes.django.edits import group, remove_statement
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes
from chairlift.recipes.django.settings_rules import is_read, sets_settings, statement_of

fixer = Fixer(
    __name__,
    title="STORAGES for DEFAULT_FILE_STORAGE and STATICFILES_STORAGE",
    link=notes((4, 2), "custom-file-storages"),
    since=(4, 2),
    breaks=(5, 1),
    items=(471,),
)

_ALIASES = {"DEFAULT_FILE_STORAGE": "default", "STATICFILES_STORAGE": "staticfiles"}
_DEFAULTS = {
    "default": '"django.core.files.storage.FileSystemStorage"',
    "staticfiles": '"django.contrib.staticfiles.storage.StaticFilesStorage"',
}
_HOW = "Set STORAGES[alias]['BACKEND'] there; STORAGES replaces Django's own as a whole, so name both aliases."


@fixer.on(ast.Name, *_ALIASES)
def named(looking: Looking, node: ast.Name, parents: Parents) -> Iterator[Edit | Finding]:
    source, said = looking.source, statement_of(node, parents)
    if not isinstance(said, ast.Assign) or not isinstance(parents[-2], ast.Module):
        if isinstance(node.ctx, ast.Store):
            yield source.finding(node, f"{node.id} is not read from Django 5.1 on", _HOW, Weight.MUST)
        return
    all_said = _assigned(source.tree)
    if _alone(looking, all_said):
        if said is max(all_said.values(), key=lambda each: each.lineno):
            yield from _moved(looking, all_said, parents)
    elif not all(constant(each.value) or isinstance(each.value, ast.Constant) for each in all_said.values()):
        yield source.finding(node, f"{node.id} is not read from Django 5.1 on", _HOW, Weight.MUST)


def _assigned(tree: ast.Module) -> dict[str, ast.Assign]:
    return {
        _ALIASES[node.targets[0].id]: node
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in _ALIASES
    }


def _alone(looking: Looking, said: dict[str, ast.Assign]) -> bool:
    """Whether it is all in one place, and django-upgrade has not taken it: that one does plain strings."""
    source = looking.source
    names = [node.id for node in source.nodes if isinstance(node, ast.Name) and node.id in _ALIASES]
    strings = all(isinstance(each.value, ast.Constant) for each in said.values())
    extends = any(
        isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names) for node in source.tree.body
    )
    return (
        len(names) == len(said)
        and not (strings and "settings" in source.path)
        and not extends
        and "STORAGES" not in source.text
        and not any(is_read(source, name) for name in _ALIASES)
    )


def _moved(looking: Looking, said: dict[str, ast.Assign], parents: Parents) -> Iterator[Edit]:
    source, together = looking.source, group()
    last = max(said.values(), key=lambda each: each.lineno)
    newline = source.newline
    values = {alias: source.segment(said[alias].value) if alias in said else _DEFAULTS[alias] for alias in _DEFAULTS}
    lines = [f'    "{alias}": {{"BACKEND": {value}}},{newline}' for alias, value in values.items()]
    edits: list[Edit] = [source.replace(last, f"STORAGES = {{{newline}{''.join(lines)}}}", together)]
    for each in said.values():
        if each is not last:
            edits += remove_statement(source, each, (source.tree,), together)
    if len(edits) == len(said):
        yield from edits


@fixer.on(ast.Call, "override_settings", "settings", origins=_ALIASES)
def overridden(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit]:
    source = looking.source
    found = {alias: keyword(node, name) for name, alias in _ALIASES.items()}
    given = {alias: each for alias, each in found.items() if each is not None}
    if not given or not sets_settings(node) or keyword(node, "STORAGES"):
        return
    values = {alias: source.segment(given[alias].value) if alias in given else _DEFAULTS[alias] for alias in _DEFAULTS}
    text = ", ".join(f'"{alias}": {{"BACKEND": {value}}}' for alias, value in values.items())
    first, *others = sorted(given.values(), key=lambda each: source.span(each)[0])
    if others and source.text[source.span(first)[1] : source.span(others[0])[0]].strip() != ",":
        return
    yield Edit(source.span(first)[0], source.span((others or [first])[-1])[1], f"STORAGES={{{text}}}")


@fixer.on(ast.Attribute, *_ALIASES)
def read(looking: Looking, node: ast.Attribute, parents: Parents) -> Iterator[Finding]:
    if looking.source.resolve(node.value) == "django.conf.settings":
        how = f"Read settings.STORAGES['{_ALIASES[node.attr]}']['BACKEND'], or use the storage itself: storages[alias]."
        yield looking.source.finding(node, f"settings.{node.attr} is gone in Django 5.1", how, Weight.MUST)
