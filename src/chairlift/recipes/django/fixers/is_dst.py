"""Takes `is_dst` out of calls that no longer know it from Django 5.0 on.

`None` was the default, so it may go at once; `True` and `False` decide something as long as time zones may be pytz's.
https://docs.djangoproject.com/en/4.0/releases/4.0/#use-of-pytz-time-zones
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import called, constant
from chairlift.recipes.django.edits import remove_argument
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="make_aware(), Trunc() and datetimes() without is_dst",
    link=notes((4, 0), "use-of-pytz-time-zones"),
    breaks=(5, 0),
    items=(412,),
)

_KINDS = ("", "Second", "Minute", "Hour", "Day", "Week", "Month", "Quarter", "Year", "Date", "Time")
_FUNCTIONS = {"django.utils.timezone.make_aware"} | {
    f"django.db.models.functions.{module}Trunc{kind}" for module in ("", "datetime.") for kind in _KINDS
}


@fixer.on(ast.keyword, "is_dst")
def argument(looking: Looking, node: ast.keyword, parents: Parents) -> Iterator[Edit]:
    call = parents[-1]
    if not isinstance(call, ast.Call):
        return
    if (looking.source.resolve(call.func) in _FUNCTIONS or called(call) == "datetimes") and (
        constant(node.value, None) or looking.leg.floor >= (5, 0)
    ):
        yield from remove_argument(looking.source, call, node)


@fixer.on(ast.Call, "make_aware")
def positional(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit]:
    if (
        len(node.args) == 3
        and looking.source.resolve(node.func) in _FUNCTIONS
        and (constant(node.args[2], None) or looking.leg.floor >= (5, 0))
    ):
        yield from remove_argument(looking.source, node, node.args[2])
