"""Flags strings in mock.patch() that name what other rules rename: "app.views.ugettext" is no longer there then.

https://docs.djangoproject.com/en/3.0/releases/3.0/#features-deprecated-in-3-0
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="patched names that were renamed",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#features-deprecated-in-3-0",
    breaks=(3, 0),
    only_flags=True,
)

_RENAMED = {
    "ugettext": "gettext",
    "ugettext_lazy": "gettext_lazy",
    "ugettext_noop": "gettext_noop",
    "ungettext": "ngettext",
    "ungettext_lazy": "ngettext_lazy",
    "force_text": "force_str",
    "smart_text": "smart_str",
    "urlquote": "quote",
    "urlquote_plus": "quote_plus",
    "urlunquote": "unquote",
    "is_safe_url": "url_has_allowed_host_and_scheme",
    "render_to_response": "render",
    "curry": "partial",
    "limited_parse_qsl": "parse_qsl",
}


@fixer.on(ast.Call)
def patched(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Finding]:
    if getattr(node.func, "attr", getattr(node.func, "id", "")) not in {"patch", "object", "setattr"}:
        return
    for argument in node.args[:2]:
        value = argument.value if isinstance(argument, ast.Constant) else None
        name = value.rpartition(".")[2] if isinstance(value, str) else ""
        if name in _RENAMED:
            yield looking.source.finding(
                argument,
                f"{value!r}: the name is {_RENAMED[name]!r} where its import was renamed",
                f"patch …{_RENAMED[name]}, if the module now imports that",
            )


fixer.triggers(*_RENAMED)
fixer.also("patch", "object", "setattr")
