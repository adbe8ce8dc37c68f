"""Writes settings of other distributions as a release wants them, where the checkout pins that release or a newer one.

Entries of INSTALLED_APPS that were renamed or are gone, settings that nothing reads, middleware that must be listed.
https://docs.djangoproject.com/en/stable/howto/upgrade-version/#dependencies
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django import appconfigs, settings
from chairlift.recipes.django.dependencies import spoken
from chairlift.recipes.django.edits import outer, remove_element, remove_statement
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import Stage
from chairlift.recipes.django.settings_rules import is_read, statement_of

fixer = Fixer(
    __name__,
    title="settings of other distributions, as a release which comes along wants them",
    link="https://docs.djangoproject.com/en/stable/howto/upgrade-version/#dependencies",
    stages=(Stage.UPGRADE,),
    needs=lambda project: bool(project.once(spoken.passed)),
)
fixer.triggers(*{name for each in spoken.releases() for name in (*each.apps, *each.settings)}, "MIDDLEWARE")


@fixer.on(ast.Constant)
def entry(looking: Looking, node: ast.Constant, parents: Parents) -> Iterator[Edit]:
    source, text = looking.source, node.value
    row = parents[-1] if parents else None
    if not isinstance(row, ast.List | ast.Tuple) or not any(appconfigs.names_apps(each) for each in parents):
        return
    for each in looking.project.once(spoken.passed):
        if not isinstance(text, str) or text not in each.apps or not source.is_single_string(node):
            continue
        new = each.apps[text]
        if new and new not in looking.project.once(appconfigs.installed):
            yield source.replace(node, source.segment(node).replace(text, new))
        elif len(row.elts) > 2 or isinstance(row, ast.List):
            yield remove_element(source, node, row)


@fixer.on(ast.Name)
def unread(looking: Looking, node: ast.Name, parents: Parents) -> Iterator[Edit]:
    if not any(node.id in each.settings for each in looking.project.once(spoken.passed)):
        return
    statement = statement_of(node, parents) if looking.source.path in settings.files(looking.project) else None
    if statement is not None and not is_read(looking.source, node.id):
        yield from remove_statement(looking.source, statement, parents[:-1])


@fixer.on(ast.Assign, "MIDDLEWARE")
def listed(looking: Looking, node: ast.Assign, parents: Parents) -> Iterator[Edit | Finding]:
    """At the end of the first list: what comes before is not disturbed by it."""
    source = looking.source
    if source.path not in settings.files(looking.project) or any(isinstance(each, ast.FunctionDef) for each in parents):
        return
    for each in looking.project.once(spoken.passed):
        installed = looking.project.once(appconfigs.installed)
        if not each.middleware or each.app not in installed or settings.mentions(looking, each.middleware):
            continue
        rows = [part for part in ast.walk(node.value) if isinstance(part, ast.List | ast.Tuple)]
        if not rows or not rows[0].elts or not all(isinstance(part, ast.Constant) for part in rows[0].elts):
            how = f"Add {each.middleware!r} to it."
            yield source.finding(node, f"{each.name} {each.version} wants a middleware", how, Weight.MUST, each.link)
            continue
        last = rows[0].elts[-1]
        quote = "'" if source.segment(last).startswith("'") else '"'
        start, end = outer(source, last, rows[0])
        head = source.text[source.offset(source.line_of(start), 0) : start]
        between = f",{source.newline}{head}" if not head.strip() else ", "
        yield Edit(end, end, f"{between}{quote}{each.middleware}{quote}")
