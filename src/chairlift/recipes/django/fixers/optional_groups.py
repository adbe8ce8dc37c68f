"""Flags URL patterns with an optional named group: Django 3.0 leaves out the argument, where it was None.

https://docs.djangoproject.com/en/3.0/releases/3.0/#miscellaneous
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents

fixer = Fixer(
    __name__,
    title="optional groups in URL patterns",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#miscellaneous",
    breaks=(3, 0),
    items=(42,),
    only_flags=True,
)

_NAMED = re.compile(r"\(\?P<(\w+)>")


@fixer.on(ast.Call, "url", "re_path")
def pattern(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Finding]:
    origin = looking.source.resolve(node.func)
    if origin not in {"django.conf.urls.url", "django.urls.re_path"} or not node.args:
        return
    value = getattr(node.args[0], "value", None)
    names = [*_optional(value)] if isinstance(value, str) else []
    if names:
        yield looking.source.finding(
            node,
            f"{', '.join(names)} may be missing: Django 3.0 then calls the view without the argument, before with None",
            "give the parameter of the view a default: `= None`",
        )


def _optional(regex: str) -> Iterator[str]:
    for found in _NAMED.finditer(regex):
        end = _closing(regex, found.start())
        outer = regex[end : end + 1] in {"?", "*"} or _is_in_optional(regex, found.start())
        if outer or regex[end : end + 2] == "{0":
            yield found[1]


def _closing(regex: str, start: int) -> int:
    """Where the group ends that opens at `start`."""
    depth, at, in_class = 0, start, False
    while at < len(regex):
        char = regex[at]
        if char == "\\":
            at += 1
        elif in_class:
            in_class = char != "]"
        elif char == "[":
            in_class = True
        elif char in "()":
            depth += 1 if char == "(" else -1
            if not depth:
                return at + 1
        at += 1
    return at


def _is_in_optional(regex: str, start: int) -> bool:
    opens = [found.start() for found in re.finditer(r"(?<!\\)\((?!\?P)", regex) if found.start() < start]
    return any(_closing(regex, each) > start and regex[_closing(regex, each) :][:1] == "?" for each in opens)


# A named group, and behind the end of some group what makes it optional.
fixer.also("(?P<")
fixer.also(")?", ")*", "){0")
