"""What rules about Django's templates share: how a template's text is rewritten, wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit

#: Files that are templates, by name; what is none has no template tags.
TEMPLATES = ("*.html", "*.htm", "*.txt", "*.xml", "*.djhtml", "*.tpl", "*.eml")

_TAG = re.compile(r"{%-?\s*(?P<tag>\w+)(?P<rest>[^%]*(?:%(?!})[^%]*)*)%}", re.DOTALL)
_LENGTH_IS = re.compile(
    r"\|\s*length_is:(?P<quote>\\?[\"']?)(?P<size>[\w.]+)(?P=quote)(?=\s*$|\s+(?:and|or)\b)", re.DOTALL
)
_PRINTED = re.compile(
    r"{{\s*(?P<value>[\w.]+(?:\|[\w:]+)*?)\|length_is:(?P<quote>\\?[\"']?)(?P<size>[\w.]+)(?P=quote)\s*}}"
)


def length_is(text: str, at: int = 0) -> Iterator[Edit]:
    """Edits that write the filter `length_is` as `length ==`; `at` is where the text stands in its file."""
    for tag in _TAG.finditer(text):
        if tag["tag"] not in {"if", "elif"}:
            continue
        for found in _LENGTH_IS.finditer(tag["rest"]):
            start = at + tag.start("rest") + found.start()
            yield Edit(start, at + tag.start("rest") + found.end(), f"|length == {found['size']}")
    for found in _PRINTED.finditer(text):
        condition = f"{found['value']}|length == {found['size']}"
        shown = f"{{% if {condition} %}}True{{% else %}}False{{% endif %}}"
        yield Edit(at + found.start(), at + found.end(), shown)
