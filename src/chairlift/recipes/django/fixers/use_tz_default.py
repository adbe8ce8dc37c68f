"""Says USE_TZ = False where settings say nothing: the default becomes True in Django 5.0, and with it what is stored.

https://docs.djangoproject.com/en/5.0/releases/5.0/#features-removed-in-5-0
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from chairlift.recipes.django.calls import keyword, starred
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import notes
from chairlift.recipes.django.settings_rules import says_settings, statement_of

fixer = Fixer(
    __name__,
    title="USE_TZ said, where it was left to the default",
    link=notes((5, 0), "features-removed-in-5-0"),
    breaks=(5, 0),
    items=(405,),
)

_SAID = re.compile(rb"\bUSE_TZ\b")


def _said_elsewhere(project: Project) -> bool:
    """In a settings file that another one may be combined with in ways that no import shows."""
    return any(_SAID.search(project.read(path) or b"") for path in project.paths if _about_settings(path))


def _about_settings(path: str) -> bool:
    return "settings" in path and path.endswith((".py", ".toml", ".yml", ".yaml", ".env", ".ini"))


@fixer.on(ast.Name, "ROOT_URLCONF", "INSTALLED_APPS")
def module(looking: Looking, node: ast.Name, parents: Parents) -> Iterator[Edit]:
    source = looking.source
    said = statement_of(node, parents)
    if not isinstance(said, ast.Assign) or not isinstance(parents[-2], ast.Module) or not says_settings(source):
        return
    if "USE_TZ" in source.text or looking.project.once(_said_elsewhere) or said is not _last(parents[-2]):
        return
    end = source.span(said)[1]
    last = source.line_of(max(end - 1, 0))
    at = source.end_of_line(last)
    before = "" if source.lines[last - 1].endswith(("\n", "\r")) else source.newline
    yield Edit(at, at, f"{before}USE_TZ = False{source.newline}")


def _last(tree: ast.Module) -> ast.stmt | None:
    """The place for it: behind TIME_ZONE's neighbour is nicer, but this one is always there."""
    found: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, node)
    return found.get("ROOT_URLCONF") or found.get("INSTALLED_APPS")


@fixer.on(ast.Call, "configure")
def configured(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit]:
    source = looking.source
    if source.resolve(node.func) != "django.conf.settings.configure" or starred(node) or not node.keywords:
        return
    if not keyword(node, "INSTALLED_APPS") or "USE_TZ" in source.text or node.args:
        return
    start = source.span(node.keywords[-1])[0]
    before = source.text[source.offset(source.line_of(start), 0) : start]
    end = source.span(node.keywords[-1])[1]
    yield Edit(end, end, f",{source.newline}{before}USE_TZ=False" if not before.strip() else ", USE_TZ=False")
