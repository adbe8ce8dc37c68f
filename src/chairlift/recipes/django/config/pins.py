"""Pins, ranges and constraints of Django, in every file that is written by hand."""

from __future__ import annotations

import re
from collections.abc import Callable

from packaging.version import Version

from chairlift.recipes.django.config import elsewhere, pythons, requirements
from chairlift.recipes.django.config.declared import Kind
from chairlift.recipes.django.config.detect import MENTION, SCRIPTS
from chairlift.recipes.django.config.manifests import Manifests, Place
from chairlift.recipes.django.config.specifiers import admitted, in_requirement, narrowed, opened, shifted
from chairlift.recipes.django.config.work import Work
from chairlift.recipes.django.findings import Edit, Weight
from chairlift.recipes.django.releases import Release, series, show

Change = Callable[[str], str]


def upgrade(work: Work, exact: Version | None) -> None:
    """An application: every pin names the target, every range lets it in."""
    target = work.leg.target
    why = f"Django {show(target)} is what is installed"
    change: Change = lambda text: shifted(text, target, exact)  # noqa: E731
    elsewhere.free(work)
    _lists(work, change, why)
    _manifests(work, change, why)
    _scripts(work, change)
    _raise_pythons(work)


def develop(work: Work, exact: Version | None) -> None:
    """A library: what people work with beside it moves to the target, its metadata does not."""
    target = work.leg.target
    change: Change = lambda text: shifted(text, target, exact)  # noqa: E731
    loaded = frozenset(Manifests(work.project).loaded)
    others = frozenset(path for path in requirements.files(work.project) if path not in loaded)
    _lists(work, change, f"Django {show(target)} is what is developed on", only=others)


def open_ranges(work: Work) -> None:
    """A library: its metadata lets the target in, and goes on to let in what it did."""
    target = work.leg.target
    change: Change = lambda text: opened(text, target)  # noqa: E731
    why = f"Django {show(target)} is allowed, too"
    _manifests(work, change, why)
    _lists(work, change, why, only=frozenset(Manifests(work.project).loaded))


def narrow(work: Work) -> None:
    """Lower ends of ranges are the target."""
    target = work.leg.target
    change: Change = lambda text: narrowed(text, target)  # noqa: E731
    why = f"nothing older than Django {show(target)} is left"
    loaded = frozenset(Manifests(work.project).loaded)
    _manifests(work, change, why)
    _lists(work, change, why, only=loaded if work.declared.kind is Kind.LIBRARY else None)
    if work.declared.kind is Kind.LIBRARY:
        _raise_pythons(work)


def _lists(work: Work, change: Change, why: str, only: frozenset[str] | None = None) -> None:
    for path in requirements.files(work.project):
        text = work.text(path)
        if text is None or path in work.declared.compiled_paths or (only is not None and path not in only):
            continue
        edits = []
        for line in requirements.django_lines(text):
            new = in_requirement(line.text, change)
            if line.hashed or requirements.requirement(line.text) is None:
                _left(work, path, line.line, line.text)
            elif new != line.text:
                edits.append(Edit(line.start, line.start + len(line.text), new))
            elif only is None:
                _check(work, path, line.line, line.text)
        work.edit(path, edits, why)


def _check(work: Work, path: str, line: int, text: str) -> None:
    """A pin that keeps the target out after all."""
    asked = requirements.requirement(text)
    if asked is not None and not [each for each in admitted(asked) if each >= work.leg.target]:
        _left(work, path, line, text)


def _left(work: Work, path: str, line: int, text: str) -> None:
    words = f"{text} was left alone: what it says is not understood, or is pinned by its hash"
    how = f"Raise it to Django {show(work.leg.target)} by hand."
    work.say(path, line, "pin-left", words, how, Weight.MUST)


def _manifests(work: Work, change: Change, why: str) -> None:
    by_path: dict[str, list[Edit]] = {}
    for place in Manifests(work.project).places:
        if place.asked is None:
            work.say(
                place.path, place.line, "pin-left", f"{place.text} was left alone: it is no range", "Raise it by hand."
            )
            continue
        new = in_requirement(place.text, change) if place.whole else _alone(place, change)
        if new != place.text:
            by_path.setdefault(place.path, []).append(Edit(place.start, place.end, new))
    for path, edits in by_path.items():
        work.edit(path, edits, why)


def _alone(place: Place, change: Change) -> str:
    """Comparisons by themselves; conda's `=2.2` keeps its one sign."""
    if place.conda and re.match(r"=\d", place.text):
        return re.sub(r"^==?(\d+\.\d+)(?:\.\*)?$", r"=\1", change(f"=={place.text[1:]}.*"))
    return change(place.text)


def _scripts(work: Work, change: Change) -> None:
    """Versions in Dockerfiles, Makefiles and scripts. A `sed` that takes a constraint away is left: it still must."""
    for path in work.project.matching(*SCRIPTS):
        text = work.text(path)
        edits = []
        for found in MENTION.finditer(text.text) if text else ():
            line = text.text[text.start_of_line(found.start()) : text.end_of_line(found.start())] if text else ""
            asked = found[2].rstrip(" ,")
            new = change(asked)
            if new != asked and not re.search(r"\bsed\b|\bgrep\b", line):
                edits.append(Edit(found.start(2), found.start(2) + len(asked), new))
        work.edit(path, edits, f"Django {show(work.leg.target)} is installed here, too")


def _raise_pythons(work: Work) -> None:
    """What runs it is raised where the target does not run on it; lower bounds follow."""
    runs = series(work.leg.target).pythons
    by_path: dict[str, list[Edit]] = {}
    for place in pythons.places(work.project):
        if place.claim or place.release in runs:
            continue
        if place.release > runs[-1]:
            words = f"Django {show(work.leg.target)} is not made for Python {show(place.release)}"
            work.say(
                place.path, place.line, "python-too-new", words, f"It runs on {show(runs[0])} to {show(runs[-1])}."
            )
            continue
        by_path.setdefault(place.path, []).append(_raised(work, place, runs[0]))
    for path, edits in by_path.items():
        work.edit(path, edits, f"Django {show(work.leg.target)} needs Python {show(runs[0])}")


def _raised(work: Work, place: pythons.Place, lowest: Release) -> Edit:
    """With its patch number, which is of the old one, away, where that leaves a version that means something."""
    text = work.text(place.path)
    patch = re.compile(r"\.\d+").match(text.text, place.end) if text else None
    if patch and place.path in ("runtime.txt", ".tool-versions"):
        words = f"Python {show(lowest)} wants its patch release here"
        work.say(place.path, place.line, "python-patch", words, "Write the newest one that the platform has.")
    return Edit(place.start, patch.end() if patch else place.end, show(lowest))
