"""Names the arguments that an overridden `Model.save()` hands on: Django 6.0 takes no positional ones.

https://docs.djangoproject.com/en/5.1/releases/5.1/#features-deprecated-in-5-1
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from chairlift.recipes.django.calls import last_name, on_super
from chairlift.recipes.django.edits import outer
from chairlift.recipes.django.findings import Edit, Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="save(force_insert=…) of models",
    link=notes((5, 1), "features-deprecated-in-5-1"),
    breaks=(6, 0),
)

# A call whose first argument is neither named nor taken apart.
fixer.also(re.compile(rb"\bsave[\s\\]*\(\s*(?!\w+\s*=[^=])(?!\*)[^\s)]"))

_NAMES = ("force_insert", "force_update", "using", "update_fields")


@fixer.on(ast.Call, "save")
def saved(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit | Finding]:
    if not node.args or any(isinstance(each, ast.Starred) for each in node.args) or len(node.args) > len(_NAMES):
        return
    method = next((each for each in reversed(parents) if isinstance(each, ast.FunctionDef)), None)
    handed_on = method is not None and method.name == "save" and on_super(node)
    names = tuple(last_name(each) for each in node.args)
    if handed_on and names == _NAMES[: len(names)]:
        for name, argument in zip(_NAMES, node.args, strict=False):
            start = outer(looking.source, argument, node)[0]
            yield Edit(start, start, f"{name}=")
    elif len(node.args) > 1 and all(isinstance(each, ast.Constant) for each in node.args[:2]):
        # One argument may as well be commit of a form, or the content of a file.
        yield looking.source.finding(node, "save() with positional arguments", "Name them: force_insert=…")
