"""Takes `created` in `RemoteUserBackend.configure_user()`: Django 5.0 passes it always.

https://docs.djangoproject.com/en/4.1/releases/4.1/#features-deprecated-in-4-1
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import last_name, method
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="configure_user(…, created=True)",
    link=notes((4, 1), "features-deprecated-in-4-1"),
    breaks=(5, 0),
    items=(424,),
)


@fixer.on(ast.ClassDef, "RemoteUserBackend")
def backend(looking: Looking, node: ast.ClassDef, parents: Parents) -> Iterator[Edit]:
    found = method(node, "configure_user")
    if found is None or not any(last_name(base) == "RemoteUserBackend" for base in node.bases):
        return
    arguments = found.args
    if arguments.kwarg or arguments.vararg or arguments.kwonlyargs or len(arguments.args) != 3:
        return
    last = arguments.defaults[-1] if arguments.defaults else arguments.args[-1]
    end = looking.source.span(last)[1]
    yield Edit(end, end, ", created=True")
