"""Uses the new name of SpatiaLiteOperations.proj4_version().

https://docs.djangoproject.com/en/3.2/releases/3.2/#miscellaneous
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="proj_version() of SpatiaLite",
    link="https://docs.djangoproject.com/en/3.2/releases/3.2/#miscellaneous",
    since=(3, 2),
    breaks=(3, 2),
    items=(145,),
)


@fixer.on(ast.Attribute, "proj4_version")
def called(looking: Looking, node: ast.Attribute, parents: Parents) -> Iterator[Edit]:
    # Nothing else in Django or near it is called so; of a connection's `ops` it is certain.
    if isinstance(node.value, ast.Attribute) and node.value.attr == "ops":
        end = looking.source.span(node)[1]
        yield Edit(end - len(node.attr), end, "proj_version")
