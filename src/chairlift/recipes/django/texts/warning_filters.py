"""Lets pytest filter warnings of the target: it does not start with a class that is gone, and `error` fails new ones.

Where a list turns warnings into errors but ignores deprecations, it ignores what the target alone warns of, too.
https://docs.pytest.org/en/stable/how-to/capture-warnings.html#controlling-warnings
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.later_removals import NAME, classes, successor
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, Stage
from chairlift.recipes.django.text_rules import Text, TextRule

_GONE = re.compile(rf"\bdjango\.utils\.deprecation\.(?P<name>{NAME.pattern})")
#: A list of lines below its name, as an ini file has it, or in brackets, as TOML does.
_LIST = re.compile(
    r"^filterwarnings[ \t]*=[ \t]*(?:\n|\r\n)(?P<lines>(?:[ \t]+\S[^\n]*(?:\n|$))+)"
    r"|^filterwarnings[ \t]*=[ \t]*\[[ \t]*\r?\n(?P<rows>(?:[ \t]+[\"'][^\n]*\n)+)[ \t]*\]",
    re.MULTILINE,
)
_ITEM = re.compile(r"^(?P<head>[ \t]+[\"']?)(?P<said>[^\"'\r\n]+?)(?P<tail>[\"']?,?[ \t]*)\r?$", re.MULTILINE)


def read(text: Text, project: Project, leg: Leg) -> Iterator[Edit]:
    for found in _GONE.finditer(text.text):
        if new := successor(found["name"], leg):
            yield Edit(found.start("name"), found.end("name"), new)
    for listed in _LIST.finditer(text.text):
        group = "lines" if listed["lines"] else "rows"
        items = [*_ITEM.finditer(text.text, listed.start(group), listed.end(group))]
        yield from _ignored(text, [each for each in items if not each["said"].lstrip().startswith("#")], leg)


def _ignored(text: Text, items: list[re.Match[str]], leg: Leg) -> Iterator[Edit]:
    """The far class is no DeprecationWarning but a pending one. A later line wins, so it goes to the end."""
    said = [each["said"].strip() for each in items]
    known = classes(leg.target)
    if len(known) < 2 or "error" not in said or "ignore::DeprecationWarning" not in said:
        return
    everything = ("PendingDeprecationWarning", "ignore::Warning", "RemovedInDjango", "RemovedAfterNextVersion")
    if any(word in each for word in everything for each in said):
        return
    last = items[-1]
    tail = last["tail"] if "," in last["tail"] or not last["head"].strip() else f"{last['tail'].strip()},"
    newline = "\r\n" if "\r\n" in text.text else "\n"
    line = f"{last['head']}ignore::django.utils.deprecation.{known[1]}{tail.rstrip()}"
    end = last.end("tail") - (len(last["tail"]) - len(last["tail"].rstrip()))
    comma = "," if last["head"].strip() and "," not in last["tail"] else ""
    yield Edit(end, end, f"{comma}{newline}{line}")


rule = TextRule(
    __name__,
    title="pytest filters the warnings of the target",
    link="https://docs.pytest.org/en/stable/how-to/capture-warnings.html#controlling-warnings",
    patterns=("pytest.ini", "setup.cfg", "tox.ini", "pyproject.toml"),
    literals=("RemovedInDjango", "filterwarnings"),
    read=read,
    stages=(Stage.UPGRADE,),
)
