"""Takes languages out of LANGUAGES whose codes are none: Django 3.0 checks them, and does not start with one.

The entry is of no use on the target: made-up codes for tests ("fake2") have to be letters, digits only behind a hyphen.
https://docs.djangoproject.com/en/3.0/ref/checks/#translation
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from chairlift.recipes.django import settings
from chairlift.recipes.django.edits import remove_element
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="LANGUAGES with codes that can be such",
    link="https://docs.djangoproject.com/en/3.0/ref/checks/#translation",
    breaks=(3, 0),
)

#: As django.utils.translation.trans_real has it from 3.0 on.
_CODE = re.compile(r"(?i)[a-z]{1,8}(?:-[a-z0-9]{1,8})*(?:@[a-z0-9]{1,20})?")
#: Entries that must be left: of a tuple of fewer the comma matters.
_LEAST = 2


@fixer.on(ast.Assign, "LANGUAGES")
def languages(looking: Looking, node: ast.Assign, parents: Parents) -> Iterator[Edit | Finding]:
    source, row = looking.source, node.value
    if not isinstance(row, ast.List | ast.Tuple) or source.path not in settings.files(looking.project):
        return
    wrong = {each: code for each in row.elts if (code := _code(each)) and not _CODE.fullmatch(code)}
    if not wrong or settings.mentions(looking, "translation.E002"):
        return
    for each, code in wrong.items():
        text = f"{code!r} is no code of a language: from Django 3.0 on nothing starts with it in LANGUAGES"
        taken = remove_element(source, each, row)
        # In a row of one line it is left to a person, who sees the others beside it.
        whole = taken.start == source.offset(source.line_of(taken.start), 0)
        if whole and len(row.elts) - len(wrong) >= _LEAST:
            yield taken
            yield source.finding(each, text, "it was taken out; where it is needed, call it by letters, as in x-fake")
        else:
            yield source.finding(each, text, "take it out, or call it by letters, as in x-fake", Weight.MUST)


def _code(node: ast.expr) -> str:
    match node:
        case ast.Tuple(elts=[ast.Constant(value=str(code)), _]) | ast.List(elts=[ast.Constant(value=str(code)), _]):
            return code
    return ""
