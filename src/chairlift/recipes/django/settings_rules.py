"""What fixers of settings share: where a setting is said, and how one that is no longer read is taken out."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import called
from chairlift.recipes.django.edits import remove_argument, remove_statement
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.source import Source

#: Calls whose keyword arguments are settings.
SETTERS = frozenset({"override_settings", "settings", "configure"})


def statement_of(node: ast.Name, parents: Parents) -> ast.Assign | ast.AnnAssign | ast.AugAssign | None:
    """The assignment that this name is the only target of, at the level of a module, a class or a condition."""
    said = parents[-1]
    if any(isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) for each in parents):
        return None
    if isinstance(said, ast.Assign) and said.targets == [node]:
        return said
    if isinstance(said, ast.AnnAssign | ast.AugAssign) and said.target is node:
        return said
    return None


def sets_settings(call: ast.AST) -> bool:
    return called(call) in SETTERS


def is_read(source: Source, name: str) -> bool:
    """Whether the file itself reads the setting by its bare name, or exports it."""
    for node in source.nodes:
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            return True
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
            return True
    return False


def drop_setting(fixer: Fixer, name: str) -> None:
    """Let a fixer take a setting out: of settings modules, of `override_settings()` and its like, of `settings.X =`."""

    def named(looking: Looking, node: ast.Name, parents: Parents) -> Iterator[Edit]:
        statement = statement_of(node, parents)
        if statement is not None and not is_read(looking.source, name):
            yield from remove_statement(looking.source, statement, parents[:-1])

    def argument(looking: Looking, node: ast.keyword, parents: Parents) -> Iterator[Edit]:
        call = parents[-1]
        if isinstance(call, ast.Call) and sets_settings(call):
            yield from remove_argument(looking.source, call, node)

    def attribute(looking: Looking, node: ast.Attribute, parents: Parents) -> Iterator[Edit]:
        said = parents[-1]
        if isinstance(said, ast.Assign) and said.targets == [node] and _is_settings(looking.source, node.value):
            yield from remove_statement(looking.source, said, parents[:-1])

    fixer.on(ast.Name, name)(named)
    fixer.on(ast.keyword, name)(argument)
    fixer.on(ast.Attribute, name)(attribute)


def _is_settings(source: Source, node: ast.AST) -> bool:
    """`django.conf.settings`, or the fixture of pytest-django, which is an argument of that name."""
    return source.resolve(node) == "django.conf.settings" or (
        isinstance(node, ast.Name) and node.id == "settings" and "settings" not in source.imports
    )


def says_settings(source: Source) -> bool:
    """Whether a module is one of settings that stands on its own: it names its apps or URLs, and extends no other."""
    named = {
        target.id
        for node in source.tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    extends = any(
        isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names) for node in source.nodes
    )
    return bool(named & {"ROOT_URLCONF", "INSTALLED_APPS"}) and not extends
