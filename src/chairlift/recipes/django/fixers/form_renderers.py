"""Uses the ordinary form renderers in place of the transitional ones, which Django 6.0 removed; they do the same.

https://docs.djangoproject.com/en/5.0/releases/5.0/#features-deprecated-in-5-0
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import follow
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="DjangoTemplates for DjangoDivFormRenderer",
    link=notes((5, 0), "features-deprecated-in-5-0"),
    since=(5, 0),
    breaks=(6, 0),
)

_HOME = "django.forms.renderers"
_MOVED = {
    f"{_HOME}.DjangoDivFormRenderer": f"{_HOME}.DjangoTemplates",
    f"{_HOME}.Jinja2DivFormRenderer": f"{_HOME}.Jinja2",
}

follow(fixer, _MOVED)


@fixer.on(ast.Constant, *_MOVED)
def setting(looking: Looking, node: ast.Constant, parents: Parents) -> Iterator[Edit]:
    if looking.source.is_single_string(node):
        text = looking.source.segment(node)
        yield looking.source.replace(node, text.replace(str(node.value), _MOVED[str(node.value)]))
