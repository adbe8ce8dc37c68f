"""A library's own words for what it supports: classifiers, the changelog, and its version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from chairlift.recipes.django.config.texts import Text
from chairlift.recipes.django.config.work import Work
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.releases import Release, series, show

_FILES = ("setup.py", "setup.cfg", "pyproject.toml")
_DJANGO = re.compile(r"Framework :: Django :: (\d+)\.(\d+)")
_PYTHON = re.compile(r"Programming Language :: Python :: (\d)\.(\d+)")
_CHANGELOGS = ("CHANGELOG*", "CHANGES*", "HISTORY*", "NEWS*", "docs/changelog*", "docs/changes*", "docs/history*")
_UNRELEASED = re.compile(
    r"(?im)^(?:#+\s*)?(?:v?[\d.]+\s*[-–(]*\s*)?\[?unreleased\]?\)?[^\n]*\n(?:[-=~^\"'+*]{3,}[ \t]*\r?\n)?"
)
_HEADING = re.compile(
    r"(?m)^(?P<lead>(?:#+[ \t]*)?(?:[vV]|[Vv]ersion[ \t]+)?\[?)(?P<version>\d+\.\d+(?:\.\d+)?)(?P<close>\]?)"
    r"(?P<rest>(?:[ \t][^\n]*?)?)\r?\n(?:(?P<under>([-=~^\"'+*])\6{2,})[ \t]*\r?\n)?"
)
_VERSION = re.compile(r"(?m)^(\s*(?:__version__|version|VERSION)\s*=\s*[\"']?)(\d+)\.(\d+)(?:\.(\d+))?(?=[\"'\s,])")


def release(work: Work) -> None:
    """The target among the classifiers, the next minor version, and an entry in the changelog.

    What is done shows by the classifier; without any by the entry. With neither nothing would, so a person does it.
    """
    words = f"Added support for Django {show(work.leg.target)}."
    classified = any(_matches(text, _DJANGO) for path in _FILES if (text := work.text(path)))
    logs = [text for path in work.project.matching(*_CHANGELOGS) if (text := work.text(path))]
    new = _classifiers(work)
    if not new and (classified or not logs or any(words.rstrip(".") in each.text for each in logs)):
        return
    step = _next_version(work)
    if _changelog(work, words, step) or new:
        for path, edits in step.edits.items():
            work.edit(path, edits, f"the next release is {step.new}")


def retire(work: Work) -> None:
    """The old versions away from the classifiers, and a line about it in the changelog."""
    removed = _without_classifiers(work)
    if removed:
        names = ", ".join(show(each) for each in sorted(removed))
        _changelog(work, f"Removed support for Django {names}.", _Step())


def _matches(text: Text, pattern: re.Pattern[str]) -> list[tuple[Release, re.Match[str]]]:
    return [((int(found[1]), int(found[2])), found) for found in pattern.finditer(text.text)]


def _classifiers(work: Work) -> bool:
    """The target, and what is tested on the way to it, after the newest version; true where there is something new."""
    target, added = work.leg.target, False
    tested = {each for job in work.jobs() for each in job.tests}
    for path in _FILES:
        text = work.text(path)
        found = _matches(text, _DJANGO) if text else []
        if not text or not found or target in [each for each, _ in found]:
            continue
        last, newest = max(found, key=lambda each: each[0])
        start, end = text.start_of_line(newest.start()), text.end_of_line(newest.start())
        line = text.text[start:end]
        if len(_DJANGO.findall(line)) > 1:
            work.say(
                path, text.line(start), "classifier", "several classifiers share one line", "Add the new one by hand."
            )
            continue
        new = [each for each in sorted({*tested, target}) if last < each <= target]
        ended = line if line.endswith("\n") else line + text.newline
        body = "".join(ended.replace(newest[0], f"Framework :: Django :: {show(each)}") for each in new)
        edits = [Edit(end, end, body if line.endswith("\n") else text.newline + body.removesuffix(text.newline))]
        if (
            not line.rstrip().endswith((",", "Django"))
            and path != "setup.cfg"
            and re.search(r"[\"']\s*(?:#.*)?$", line.rstrip())
        ):
            quote = start + len(line.split("#")[0].rstrip())
            edits.insert(0, Edit(quote, quote, ","))
        added = work.edit(path, edits, f"it supports Django {show(target)}") or added
    return added


def _without_classifiers(work: Work) -> set[Release]:
    target = work.leg.target
    gone: set[Release] = set()
    for path in _FILES:
        text = work.text(path)
        found = _matches(text, _DJANGO) if text else []
        if not text or target not in [each for each, _ in found]:
            continue
        old = [(each, at) for each, at in found if each < target]
        runs = series(target).pythons
        pythons = [at for each, at in _matches(text, _PYTHON) if each < runs[0]]
        edits = {}
        for at in [*(at for _, at in old), *pythons]:
            start, end = text.start_of_line(at.start()), text.end_of_line(at.start())
            if text.text[start:end].count("::") <= 2:
                edits[start] = Edit(start, end, "")
        if work.edit(path, edits.values(), f"it is for Django {show(target)} and newer"):
            gone |= {each for each, _ in old}
    return gone


def _changelog(work: Work, words: str, step: _Step) -> bool:
    """Into the part that is not released yet, or a new one for the next version; without either a person is asked."""
    for path in work.project.matching(*_CHANGELOGS):
        text = work.text(path)
        if text is None:
            continue
        if words.rstrip(".") in text.text:
            return False
        head = _UNRELEASED.search(text.text)
        entry = _entry(text, words, head.end()) if head else _new_part(text, words, step)
        if entry is None:
            work.say(path, 0, "changelog", f"it has no part for what is not released: {words}", "Write it there.")
            return False
        return work.edit(path, [entry], words)
    return False


def _entry(text: Text, words: str, after: int) -> Edit:
    """The first of a part's list, in its own style."""
    mark = _mark(text.text[after:])
    blank = re.match(r"[ \t]*\r?\n", text.text[after:])
    at = after + (blank.end() if blank else 0)
    rest = text.text[at:]
    before = "" if blank else text.newline
    end = "" if rest.startswith(f"{mark} ") or not rest.strip() else text.newline
    return Edit(at, at, f"{before}{mark} {words}{text.newline}{end}")


def _mark(text: str) -> str:
    """What its lists are made of."""
    bullet = re.search(r"(?m)^([*-]) ", text)
    return bullet[1] if bullet else "*"


def _new_part(text: Text, words: str, step: _Step) -> Edit | None:
    """Above the part of the last version, with a heading like its own; its date becomes "unreleased"."""
    heading = _HEADING.search(text.text)
    if heading is None or not step.new or heading["version"] != step.old:
        return None
    title = f"{heading['lead']}{step.new}{heading['close']}{' (unreleased)' if heading['rest'].strip() else ''}"
    under = heading["under"]
    lines = [title, under[0] * len(title)] if under else [title]
    # A blank line after the heading, where the others have one.
    if re.match(r"[ \t]*\r?\n", text.text[heading.end() :]):
        lines.append("")
    lines += [f"{_mark(text.text)} {words}", "", ""]
    return Edit(heading.start(), heading.start(), text.newline.join(lines))


@dataclass(frozen=True)
class _Step:
    """From the present version to the next minor one, in every place that says it; empty where they do not agree."""

    old: str = ""
    new: str = ""
    edits: Mapping[str, list[Edit]] = field(default_factory=dict)


def _next_version(work: Work) -> _Step:
    places: list[tuple[str, re.Match[str]]] = []
    for path in (
        "pyproject.toml",
        "setup.cfg",
        "setup.py",
        *work.project.matching("*/__init__.py", "*/version.py", "*/_version.py"),
    ):
        text = work.text(path) if path.count("/") <= 2 else None
        if text and "test" not in path:
            places += [(path, found) for found in _VERSION.finditer(text.text)]
    versions = {(found[2], found[3], found[4]) for _, found in places}
    if len(versions) != 1:
        words = "its version was not found" if not versions else "several versions were found"
        work.say("", 0, "version", f"{words}: nothing was raised", "Raise it as you release.")
        return _Step()
    edits: dict[str, list[Edit]] = {}
    old = new = ""
    for path, found in places:
        major, minor, patch = found.groups()[1:]
        old = f"{major}.{minor}" + (f".{patch}" if patch is not None else "")
        new = f"{major}.{int(minor) + 1}" + (".0" if patch is not None else "")
        edits.setdefault(path, []).append(Edit(found.start(2), found.start(2) + len(old), new))
    return _Step(old, new, edits)
