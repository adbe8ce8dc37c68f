"""Takes out DEFAULT_CONTENT_TYPE and FILE_CHARSET, which Django 3.0 and 3.1 no longer know.

https://docs.djangoproject.com/en/3.0/releases/3.0/#features-removed-in-3-0
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django import settings
from chairlift.recipes.django.edits import remove_statement
from chairlift.recipes.django.findings import Edit, Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="settings that Django 3.0 and 3.1 no longer know",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#features-removed-in-3-0",
    breaks=(3, 0),
    items=(51, 125),
)

#: Name -> (the value that it had anyway, what to do about another one).
_REMOVED = {
    "DEFAULT_CONTENT_TYPE": ("text/html", "give HttpResponse its content_type where it is not text/html"),
    "FILE_CHARSET": ("utf-8", "write templates and initial SQL in UTF-8: it is all that is read"),
}


@fixer.on(ast.Assign, *_REMOVED)
def assigned(looking: Looking, node: ast.Assign, parents: Parents) -> Iterator[Edit | Finding]:
    if len(node.targets) != 1 or looking.source.path not in settings.files(looking.project):
        return
    target = node.targets[0]
    assert isinstance(target, ast.Name)
    default, how = _REMOVED[target.id]
    if isinstance(node.value, ast.Constant) and str(node.value.value).lower() == default:
        yield from remove_statement(looking.source, node, parents)
    else:
        yield looking.source.finding(node, f"{target.id} has no effect from Django 3.0 or 3.1 on", how)
