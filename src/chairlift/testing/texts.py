"""What the author of a rule about texts tests with: texts before and after, each of them run twice."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from chairlift.recipes.django.fixing import Fixed
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, Release, Stage
from chairlift.recipes.django.text_rules import TextRule, fix_text
from chairlift.testing.recipes import write_files

_NO_FILES: Mapping[str, str] = {}


@dataclass(frozen=True)
class TextExample:
    """One call of `check_text_changes`: what a rule makes of a file, in a checkout with `files`, on a leg."""

    rule: TextRule
    before: str
    after: str
    path: str
    leg: Leg
    files: Mapping[str, str] = field(default_factory=dict)

    def run(self, text: str) -> Fixed:
        """What the rule makes of another text at the same place."""
        return _run(self.rule, text, self.path, self.leg, self.files)


_recordings: list[list[TextExample]] = []


@contextmanager
def recorded() -> Iterator[list[TextExample]]:
    """The examples of all `check_text_changes` that are called meanwhile: to try variations of them."""
    examples: list[TextExample] = []
    _recordings.append(examples)
    try:
        yield examples
    finally:
        _recordings.remove(examples)


def check_text_changes(
    rule: TextRule,
    before: str,
    after: str,
    *,
    path: str = "templates/example.html",
    current: Release = (2, 2),
    target: Release = (5, 2),
    stage: Stage = Stage.PREPARE,
    files: Mapping[str, str] = _NO_FILES,
) -> Fixed:
    """The rule makes `after` of `before`, and nothing more of `after`."""
    assert before != after, "this is a case for check_text_unchanged"
    leg = Leg(current, target, stage)
    assert rule.applies(leg), f"{rule.name} does not apply to {leg}"
    for recording in _recordings:
        recording.append(TextExample(rule, before, after, path, leg, files))
    fixed = _run(rule, before, path, leg, files)
    assert fixed.text == after, f"became {fixed.text!r}"
    again = _run(rule, after, path, leg, files)
    assert again.text == after, f"a second run makes {again.text!r}"
    return fixed


def check_text_unchanged(
    rule: TextRule,
    text: str,
    *,
    path: str = "templates/example.html",
    current: Release = (2, 2),
    target: Release = (5, 2),
    stage: Stage = Stage.PREPARE,
    files: Mapping[str, str] = _NO_FILES,
) -> Fixed:
    """The rule leaves this alone (or does not apply at all); what it found is returned."""
    fixed = _run(rule, text, path, Leg(current, target, stage), files)
    assert fixed.text == text, f"became {fixed.text!r}"
    return fixed


def _run(rule: TextRule, text: str, path: str, leg: Leg, files: Mapping[str, str]) -> Fixed:
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), {**files, path: text})
        return fix_text(path, text.encode(), [rule], Project(Path(folder)), leg) or Fixed(path, text)
