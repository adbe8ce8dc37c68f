"""Which environment of tox a Makefile calls by name: from the upgrade on the target's, as what is installed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chairlift.recipes.django.config import makefile, tokens, tox
from chairlift.recipes.django.config.texts import Text
from chairlift.recipes.django.config.work import Work
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.releases import Release, show

#: `DJANGO_VERSION = django22`: one word, a factor or the name of an environment.
_ASSIGNED = re.compile(r"(?m)^(?:export[ \t]+)?(?P<name>[\w.-]+)[ \t]*[?:]?=[ \t]*(?P<value>[\w.-]+)[ \t]*(?:#.*)?$")
_CALL = re.compile(r"(?m)^\t.*?\btox\b[^\n]*")
_WORD = re.compile(r"(?<![\w./-])[\w.]+(?:-[\w.]+)+|(?<![\w./-])(?:django|dj)[\w.]+")


def swap(work: Work) -> None:
    """Only names of the old version that stand alone there; where both versions are called, each is meant."""
    config = tox.find(work.project)
    if config is None:
        return
    known = frozenset(config.envlist) | frozenset(config.named)
    for path in work.project.matching(*makefile.NAMES, "*.mk"):
        text = work.text(path)
        if text is None or _of(text.text, work.leg.target):
            continue
        edits = [*_moved(text, known, work.leg.current, work.leg.target)]
        work.edit(path, edits, f"what it calls tests Django {show(work.leg.target)}")


def _of(text: str, target: Release) -> bool:
    """Whether a name in it is for the target already."""
    return any(each.series == target for each in tokens.mentions(text))


def _moved(text: Text, known: frozenset[str], old: Release, target: Release) -> Iterator[Edit]:
    calls = [*_CALL.finditer(text.text)]
    called = " ".join(each[0] for each in calls)
    places = [
        (found.start("value"), found["value"])
        for found in _ASSIGNED.finditer(text.text)
        if re.search(rf"\$[({{]{re.escape(found['name'])}[)}}]", called)
    ]
    places += [(call.start() + found.start(), found[0]) for call in calls for found in _WORD.finditer(call[0])]
    for start, word in places:
        mention = next((each for each in tokens.mentions(word) if each.series == old), None)
        if mention is None:
            continue
        new = f"{word[: mention.start]}{mention.moved(word, target)}{word[mention.end :]}"
        if new in known or any(new in tox.factors(name) for name in known):
            yield Edit(start, start + len(word), new)
