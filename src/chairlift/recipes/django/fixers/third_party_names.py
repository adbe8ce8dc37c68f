"""Follows names that a release of another distribution moved, where the checkout pins that release or a newer one.

Each row of `dependencies/spoken.toml` names the changelog that says so.
https://docs.djangoproject.com/en/stable/howto/upgrade-version/#dependencies
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.dependencies import forks, spoken
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import follow_import, tolerated
from chairlift.recipes.django.releases import Stage

fixer = Fixer(
    __name__,
    title="names of other distributions that a release which comes along moved",
    link="https://docs.djangoproject.com/en/stable/howto/upgrade-version/#dependencies",
    stages=(Stage.UPGRADE,),
    needs=lambda project: bool(project.once(spoken.passed)),
)
_OLD = {old for each in spoken.releases() for old in (*each.names, *each.modules)}
fixer.triggers(*{max(old.rpartition(".")[0].split("."), key=len) for old in _OLD})


def _moved(looking: Looking, dotted: str) -> str:
    return next((new for each in looking.project.once(spoken.passed) if (new := each.moved(dotted))), "")


@fixer.on(ast.ImportFrom)
def imported(looking: Looking, node: ast.ImportFrom, parents: Parents) -> Iterator[Edit]:
    names = [f"{node.module}.{alias.name}" for alias in node.names if alias.name != "*"]
    moved = {old: new for old in names if (new := _moved(looking, old))}
    modules = {new.rpartition(".")[0] for new in moved.values()}
    whole = len(moved) == len(node.names) and all(_last(old) == _last(new) for old, new in moved.items())
    place = forks.module_of(looking.source, node)
    if whole and len(modules) == 1 and place and not tolerated(parents):
        yield Edit(*place, modules.pop())
        return
    yield from follow_import(moved, looking, node, parents)


def _last(dotted: str) -> str:
    return dotted.rpartition(".")[2]


@fixer.on(ast.Import)
def module(looking: Looking, node: ast.Import, parents: Parents) -> Iterator[Edit]:
    """`import a.b.c`, as migrations have it: every use of it is an attribute, which is followed below."""
    for alias in node.names:
        new = _module(looking, alias.name)
        start = looking.source.span(alias)[0]
        if new and looking.source.text.startswith(alias.name, start):
            yield Edit(start, start + len(alias.name), new)


@fixer.on(ast.Attribute)
def used(looking: Looking, node: ast.Attribute, parents: Parents) -> Iterator[Edit]:
    source = looking.source
    old = source.segment(node) if isinstance(node.ctx, ast.Load) else ""
    if (new := _module(looking, old)) and source.resolve(node) == old:
        yield source.replace(node, new)


def _module(looking: Looking, old: str) -> str:
    """What a module as a whole is called now, by its own name and not by one that is in it."""
    return next((each.modules[old] for each in looking.project.once(spoken.passed) if old in each.modules), "")


@fixer.on(ast.Constant)
def named(looking: Looking, node: ast.Constant, parents: Parents) -> Iterator[Edit]:
    """A dotted path in a text, as settings have it; a text on its own is documentation."""
    source, text = looking.source, node.value
    if not isinstance(text, str) or not parents or isinstance(parents[-1], ast.Expr):
        return
    if (new := _moved(looking, text)) and source.is_single_string(node):
        yield source.replace(node, source.segment(node).replace(text, new))
