"""Rules for files that are not Python: templates, scripts, stylesheets, compose files. The twin of `fixing`."""

from __future__ import annotations

import fnmatch
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from chairlift.recipes.django.findings import Edit, Finding, Weight, apply
from chairlift.recipes.django.fixing import Fixed, asked_for
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, Release, Stage

#: Passes over one file, as of Python's.
_PASSES = 5


@dataclass(frozen=True)
class Text:
    """One file of text: `text` is what stands in it, line ends and all; offsets are characters of it."""

    path: str
    text: str

    def line_of(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1

    def finding(self, offset: int, text: str, how: str = "", weight: Weight = Weight.LOOK) -> Finding:
        return Finding(self.path, self.line_of(offset), "", text, how, weight=weight)


Reader = Callable[[Text, Project, Leg], Iterable[Edit | Finding]]


@dataclass(frozen=True)
class TextRule:
    """One rule. A module below `texts` makes one, as `rule`.

    `patterns` are names of files, `literals` one of which is in every file that it can touch; all else is as of Fixer.
    """

    module: str
    title: str
    link: str
    patterns: tuple[str, ...]
    literals: tuple[str, ...]
    read: Reader
    since: Release = (1, 11)
    breaks: Release | None = None
    items: tuple[int, ...] = ()
    only_flags: bool = False
    stages: tuple[Stage, ...] = ()

    @property
    def name(self) -> str:
        return self.module.rpartition(".")[2]

    def applies(self, leg: Leg) -> bool:
        if self.breaks is not None and self.breaks <= leg.current:
            return False
        return asked_for(self, leg)

    def concerns(self, path: str, data: bytes) -> bool:
        name = path.rpartition("/")[2]
        return any(fnmatch.fnmatchcase(name, each) for each in self.patterns) and any(
            literal.encode() in data for literal in self.literals
        )


@lru_cache(maxsize=1)
def all_text_rules() -> tuple[TextRule, ...]:
    """Every module below `texts`, by name."""
    package = importlib.import_module("chairlift.recipes.django.texts")
    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
    return tuple(importlib.import_module(f"{package.__name__}.{name}").rule for name in names)


def fix_text(path: str, data: bytes, rules: Sequence[TextRule], project: Project, leg: Leg) -> Fixed | None:
    """Run the rules until nothing changes; None where none concerns the file, or it is not UTF-8."""
    wanted = [each for each in rules if each.applies(leg) and each.concerns(path, data)]
    if not wanted:
        return None
    try:
        before = Text(path, data.decode())
    except UnicodeDecodeError:
        return None
    counts: dict[str, int] = {}
    present, said = before, [*_read(before, wanted, project, leg)]
    for _ in range(_PASSES):
        text, made = apply(present.text, [each for each in said if isinstance(each, Edit)])
        if text == present.text:
            break
        for edit in made:
            counts[edit.fixer] = counts.get(edit.fixer, 0) + 1
        present = Text(path, text)
        said = [*_read(present, wanted, project, leg)]
    findings = tuple(sorted({each for each in said if isinstance(each, Finding)}))
    return Fixed(path, present.text, present.text != before.text, tuple(sorted(counts.items())), findings)


def _read(text: Text, rules: Sequence[TextRule], project: Project, leg: Leg) -> Iterator[Edit | Finding]:
    for rule in rules:
        for said in rule.read(text, project, leg):
            if isinstance(said, Edit):
                yield replace(said, fixer=rule.name)
            else:
                yield replace(said, code=said.code or rule.name, link=said.link or rule.link)
