"""The files of a checkout while they are edited: each as it would be, why, and whether it still can be read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from chairlift.recipes.django.config import jobs as all_jobs
from chairlift.recipes.django.config import toml, yamls
from chairlift.recipes.django.config.ci import World
from chairlift.recipes.django.config.declared import Declared, FileEdit, Job
from chairlift.recipes.django.config.texts import Text, decode, overlay, read
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import SERIES, Leg, Release, show

#: The version of Django in what pip-compile, Poetry, uv, PDM and Pipenv write.
_PINNED = re.compile(
    r'(?im)(^django(?:\[[\w,-]*\])?==|^name = "django"\r?\nversion = "|"django": \{[^}]*?"version": "==)[\w.]+',
    re.DOTALL,
)


@dataclass
class Work:
    """`base` is never written; `changed` holds what differs from it."""

    base: Project
    leg: Leg
    declared: Declared
    changed: dict[str, bytes] = field(default_factory=dict)
    reasons: dict[str, list[str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def project(self) -> Project:
        """The checkout as it would be."""
        return overlay(self.base, self.changed) if self.changed else self.base

    @property
    def world(self) -> World:
        return World(self.project, self.declared.fetched)

    def world_with(self, text: Text) -> World:
        """The checkout if this file was so, too."""
        changed = {**self.changed, text.path: text.encoded(text.text)}
        return World(overlay(self.base, changed), self.declared.fetched)

    def followed(self) -> World:
        """The checkout as it will be when the files that tools write have followed: their Django is the target's."""
        over = {}
        for path in self.declared.compiled_paths:
            text = self.text(path)
            new = _PINNED.sub(lambda found: f"{found[1]}{show(self.leg.target)}", text.text) if text else ""
            if text and new != text.text:
                over[path] = text.encoded(new)
        return World(overlay(self.base, {**self.changed, **over}), self.declared.fetched)

    def jobs(self) -> tuple[Job, ...]:
        return all_jobs.read_all(self.world)[0]

    @cached_property
    def old(self) -> frozenset[Release]:
        """Every series before the target."""
        return frozenset(each.release for each in SERIES if each.release < self.leg.target)

    def text(self, path: str) -> Text | None:
        return read(self.project, path)

    def put(self, text: Text, why: str) -> bool:
        """Take a text over; one that can no longer be read is refused, with a finding."""
        before = self.project.read(text.path)
        data = text.encoded(text.text)
        if data == before:
            return False
        trouble = broken(text) if before is not None and not broken(decode(text.path, before) or text) else ""
        if trouble:
            words = f"left alone: the edit ({why}) would break it: {trouble}"
            self.findings.append(Finding(text.path, 0, "damage", words, "Do it by hand.", weight=Weight.MUST))
            return False
        self.changed[text.path] = data
        self.reasons.setdefault(text.path, []).append(why)
        return True

    def edit(self, path: str, edits: Iterable[Edit], why: str) -> bool:
        wanted = list(dict.fromkeys(edits))
        text = self.text(path)
        return self.put(text.edited(wanted), why) if text and wanted else False

    def result(self) -> tuple[FileEdit, ...]:
        return tuple(
            FileEdit(path, data, "; ".join(dict.fromkeys(self.reasons[path])))
            for path, data in sorted(self.changed.items())
            if data != self.base.read(path)
        )

    def say(self, path: str, line: int, code: str, text: str, how: str = "", weight: Weight = Weight.LOOK) -> None:
        self.findings.append(Finding(path, line, code, text, how, weight=weight))


def broken(text: Text) -> str:
    """Why a file cannot be read; empty if it can. Files of no known format always can."""
    name = text.path.rpartition("/")[2]
    try:
        if name.endswith((".yml", ".yaml")):
            yamls.compose(text.text)
        elif name.endswith(".toml") or name == "Pipfile":
            toml.parse(text.text)
        elif name.endswith(".py"):
            ast.parse(text.text)
    except (yamls.NotYaml, toml.NotToml, SyntaxError, ValueError) as error:
        return str(error).split("\n")[0]
    return ""


def after_line(text: Text, offset: int, lines: Sequence[str]) -> Edit:
    """New lines after the one at this offset, also where that is the last one without an end."""
    at = text.end_of_line(offset)
    ended = at > 0 and text.text[at - 1] == "\n"
    body = text.newline.join(lines)
    return Edit(at, at, f"{body}{text.newline}" if ended else f"{text.newline}{body}")


def without_line(text: Text, offset: int) -> Edit:
    """The whole line away."""
    return Edit(text.start_of_line(offset), text.end_of_line(offset), "")
