"""Takes DEFAULT_HASHING_ALGORITHM out once no old instance runs any more: Django 4.0 does not know it.

https://docs.djangoproject.com/en/4.0/releases/4.0/#features-removed-in-4-0
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from chairlift.recipes.django import settings
from chairlift.recipes.django.edits import group, remove_statement
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.source import Source

fixer = Fixer(
    __name__,
    title="settings without DEFAULT_HASHING_ALGORITHM",
    link="https://docs.djangoproject.com/en/4.0/releases/4.0/#features-removed-in-4-0",
    since=(3, 1),
    breaks=(4, 0),
    items=(262,),
)

_NAME = "DEFAULT_HASHING_ALGORITHM"
#: A comment of ours, or one that says what the setting is for.
_COMMENT = re.compile(r"#.*(DEFAULT_HASHING|hashing algorithm|the clean-up takes it out|sha1)", re.IGNORECASE)


@fixer.on(ast.Assign, _NAME)
def assigned(looking: Looking, node: ast.Assign, parents: Parents) -> Iterator[Edit]:
    if looking.source.path not in settings.files(looking.project) or len(node.targets) != 1:
        return
    together = group()
    removed = [*remove_statement(looking.source, node, parents, together)]
    yield from removed
    if removed and not removed[0].text:
        yield from _space_above(looking.source, node, together)


def _space_above(source: Source, node: ast.Assign, together: int) -> Iterator[Edit]:
    """Comments on it, and the blank line that would become a second one."""
    first = node.lineno
    while first > 1 and _COMMENT.match(source.lines[first - 2].strip()):
        first -= 1
    last = node.end_lineno or first
    after = source.lines[last] if last < len(source.lines) else ""
    if first > 1 and not source.lines[first - 2].strip() and not after.strip():
        first -= 1
    if first < node.lineno:
        yield Edit(source.offset(first, 0), source.offset(node.lineno, 0), "", group=together)
