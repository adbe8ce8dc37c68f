"""What the author of a fixer of the django recipe tests with: texts before and after, each of them run twice."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chairlift.recipes.django.fixing import Fixed, Fixer, fix
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, Release, Stage
from chairlift.recipes.django.source import Source
from chairlift.testing.recipes import write_files

_NO_FILES: Mapping[str, str] = {}


@dataclass(frozen=True)
class Example:
    """One call of `check_changes`: what a fixer makes of a file, in a checkout with `files`, on a leg."""

    fixer: Fixer
    before: str
    after: str
    path: str
    leg: Leg
    files: Mapping[str, str]

    def run(self, text: str) -> Fixed:
        """What the fixer makes of another text at the same place."""
        return _run(self.fixer, text, self.path, self.leg, self.files)


_recordings: list[list[Example]] = []


@contextmanager
def recorded() -> Iterator[list[Example]]:
    """The examples of all `check_changes` that are called meanwhile: to try variations of them."""
    examples: list[Example] = []
    _recordings.append(examples)
    try:
        yield examples
    finally:
        _recordings.remove(examples)


def check_changes(
    fixer: Fixer,
    before: str,
    after: str,
    *,
    path: str = "example.py",
    current: Release = (2, 2),
    target: Release = (5, 2),
    stage: Stage = Stage.PREPARE,
    files: Mapping[str, str] = _NO_FILES,
) -> Fixed:
    """The fixer makes `after` of `before`, and nothing more of `after`. `files` lie beside it in the checkout."""
    assert before != after, "this is a case for check_unchanged"
    leg = Leg(current, target, stage)
    assert fixer.applies(leg), f"{fixer.name} does not apply to {leg}"
    for recording in _recordings:
        recording.append(Example(fixer, before, after, path, leg, files))
    fixed = _run(fixer, before, path, leg, files)
    assert fixed.text == after, f"became {fixed.text!r}"
    again = _run(fixer, after, path, leg, files)
    assert again.text == after, f"a second run makes {again.text!r}"
    return fixed


def check_unchanged(
    fixer: Fixer,
    text: str,
    *,
    path: str = "example.py",
    current: Release = (2, 2),
    target: Release = (5, 2),
    stage: Stage = Stage.PREPARE,
    files: Mapping[str, str] = _NO_FILES,
) -> Fixed:
    """The fixer leaves this alone (or does not apply at all); what it found is returned."""
    leg = Leg(current, target, stage)
    if not fixer.applies(leg):
        return Fixed(path, text)
    fixed = _run(fixer, text, path, leg, files)
    assert fixed.text == text, f"became {fixed.text!r}"
    return fixed


def _run(fixer: Fixer, text: str, path: str, leg: Leg, files: Mapping[str, str]) -> Fixed:
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), {**files, path: text})
        return fix(Source(path, text.encode()), [fixer], Project(Path(folder)), leg)
