"""Gives assertFormError() and assertFormSetError() the form in place of the response and its name: 5.0 takes no other.

django-upgrade does it where the response is a plain name that looks like one; this does what it leaves: attributes
(`self.response`), calls of the client in place, arguments by name, and other names. Code that ran on 4.0 or older
has the old order everywhere, so there is nothing to guess.
https://docs.djangoproject.com/en/4.1/releases/4.1/#features-deprecated-in-4-1
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.calls import called, keyword, starred
from chairlift.recipes.django.edits import group, outer
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="assertFormError() with the form itself",
    link=notes((4, 1), "features-deprecated-in-4-1"),
    since=(4, 1),
    breaks=(5, 0),
    items=(427,),
)


@fixer.on(ast.Call, "assertFormError", "assertFormsetError", "assertFormSetError")
def asserted(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit]:
    source = looking.source
    what = "form" if called(node) == "assertFormError" else "formset"
    if starred(node) or looking.leg.current >= (4, 1):
        return
    response = keyword(node, "response") or (node.args[0] if node.args else None)
    named = keyword(node, what) or (node.args[1] if len(node.args) > 1 else None)
    least = 4 if what == "form" else 5
    count = len(node.args) + sum(each.arg != "msg_prefix" for each in node.keywords)
    if response is None or named is None or count < least or count > least + 1:
        return
    value = response.value if isinstance(response, ast.keyword) else response
    if "context" in source.segment(value) or not isinstance(value, ast.Name | ast.Attribute | ast.Call):
        return
    # Arguments in any other order than theirs are left to a person.
    (start, first), (second, end) = outer(source, response, node), outer(source, named, node)
    between = source.text[first:second]
    if between.strip() != "," or "#" in between:
        return
    name = source.segment(named.value if isinstance(named, ast.keyword) else named)
    prefix = f"{what}=" if isinstance(response, ast.keyword) or isinstance(named, ast.keyword) else ""
    yield Edit(start, end, f"{prefix}{source.segment(value)}.context[{name}]", group=group())
