"""Imports from the distribution that took over one which nobody maintains, and which the target breaks or warns of.

Only where all that asks for the old one, imports it or names it can change at once (`dependencies/forks.py`).
https://docs.djangoproject.com/en/stable/internals/release-process/#deprecation-policy
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.dependencies import forks
from chairlift.recipes.django.edits import remove_element
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import Stage

fixer = Fixer(
    __name__,
    title="the distribution that took over one which nobody maintains",
    link="https://docs.djangoproject.com/en/stable/internals/release-process/#deprecation-policy",
    stages=(Stage.UPGRADE,),
    needs=lambda project: bool(project.once(forks.followed)),
)
fixer.triggers(*(each.old_app for each in forks.forks() if each.old_app))


def _forks(looking: Looking) -> Iterator[forks.Fork]:
    followed = looking.project.once(forks.followed)
    return (each for each in followed if each.modules and forks.concerns(each, looking.leg.target))


@fixer.on(ast.ImportFrom)
def imported(looking: Looking, node: ast.ImportFrom, parents: Parents) -> Iterator[Edit]:
    for fork in _forks(looking):
        place = forks.module_of(looking.source, node)
        if place and node.module and (new := fork.moved(node.module)):
            yield Edit(*place, new)


@fixer.on(ast.Constant)
def named(looking: Looking, node: ast.Constant, parents: Parents) -> Iterator[Edit]:
    source, text = looking.source, node.value
    if not isinstance(text, str) or not parents:
        return
    for fork in _forks(looking):
        if forks.is_entry(fork, source, node, parents):
            if fork.app:
                yield source.replace(node, source.segment(node).replace(text, fork.app))
            elif fork.app == "":
                yield remove_element(source, node, parents[-1])
        elif (new := fork.moved(text)) and text != fork.old_app and source.is_single_string(node):
            yield source.replace(node, source.segment(node).replace(text, new))
