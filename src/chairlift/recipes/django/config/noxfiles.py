"""Edits of noxfiles: lists of Djangos in constants and parameters get the target, or lose what is older."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.config import nox, tokens
from chairlift.recipes.django.config.work import Work
from chairlift.recipes.django.findings import Edit, Weight
from chairlift.recipes.django.releases import Release, show
from chairlift.recipes.django.source import Source


def _lists(source: Source) -> Iterator[list[tuple[Release, ast.Constant]]]:
    """Lists whose every string means a Django."""
    for node in source.nodes:
        if not isinstance(node, ast.List | ast.Tuple):
            continue
        found = []
        for each in node.elts:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                mention = next(iter(tokens.mentions(each.value)), None)
                if mention:
                    found.append((mention.series, each))
        if found and len(found) == len(node.elts):
            yield found


def _tested(work: Work) -> set[Release]:
    machine = work.world.machine(None, "", {})
    machine.run("nox")
    return {run.series for run in machine.runs if run.series and not run.conflict}


def add(work: Work) -> None:
    source, target = work.project.source(nox.NAME), work.leg.target
    if source is None or target in _tested(work):
        return
    edits = []
    for found in _lists(source):
        newest, node = max(found, key=lambda each: each[0])
        if newest < target:
            start, end = source.span(node)
            raw = source.text[start:end]
            mention = next(iter(tokens.mentions(str(node.value))))
            moved = mention.moved(str(node.value), target)
            inner = str(node.value)[: mention.start] + moved + str(node.value)[mention.end :]
            edits.append(Edit(end, end, f", {raw.replace(str(node.value), inner)}"))
    known = bool(_tested(work))
    work.edit(nox.NAME, edits, f"nox tests Django {show(target)}, too")
    if known and target not in _tested(work):
        words = f"no session of nox installs Django {show(target)}"
        work.say(nox.NAME, 0, "nox-without-target", words, "Add a session for it by hand.", Weight.MUST)


def remove(work: Work) -> None:
    source, target = work.project.source(nox.NAME), work.leg.target
    edits = []
    for found in _lists(source) if source else ():
        if source is None or not any(each >= target for each, _ in found):
            continue
        for place, (each, node) in enumerate(found):
            if each < target and place + 1 < len(found):
                edits.append(Edit(source.span(node)[0], source.span(found[place + 1][1])[0], ""))
            elif each < target:
                edits.append(Edit(source.span(found[place - 1][1])[1], source.span(node)[1], ""))
    work.edit(nox.NAME, edits, f"nothing older than Django {show(target)} is tested")
