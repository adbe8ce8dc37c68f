"""Passes the exception to `log_response()` as `exception`, as Django 4.1 wants it.

https://docs.djangoproject.com/en/4.1/releases/4.1/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import rename_keyword
from chairlift.recipes.django.edits import group
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="log_response(exception=…)",
    link=notes((4, 1), "miscellaneous"),
    since=(4, 1),
    breaks=(4, 1),
    items=(282,),
)


@fixer.on(ast.keyword, "exc_info")
def argument(looking: Looking, node: ast.keyword, parents: Parents) -> Iterator[Edit | Finding]:
    call, source = parents[-1], looking.source
    if not isinstance(call, ast.Call) or source.resolve(call.func) != "django.utils.log.log_response":
        return
    handler = next((each for each in reversed(parents) if isinstance(each, ast.ExceptHandler)), None)
    given = ast.unparse(node.value)
    if handler is not None and handler.name and given in {"sys.exc_info()", "True", handler.name}:
        together = group()
        yield from rename_keyword(source, node, "exception", together)
        yield source.replace(node.value, handler.name, together)
    else:
        how = "Pass the exception itself: except … as error, exception=error."
        yield source.finding(call, "log_response() does not take exc_info", how, Weight.MUST)
