"""A library's own words for what it supports: classifiers, the changelog, and its version."""

from __future__ import annotations

import re

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
_VERSION = re.compile(r"(?m)^(\s*(?:__version__|version|VERSION)\s*=\s*[\"']?)(\d+)\.(\d+)(?:\.(\d+))?(?=[\"'\s,])")


def release(work: Work) -> None:
    """The target among the classifiers, an entry in the changelog, and the next minor version."""
    if _classifiers(work):
        _changelog(work, f"Added support for Django {show(work.leg.target)}.")
        _next_version(work)


def retire(work: Work) -> None:
    """The old versions away from the classifiers, and a line about it in the changelog."""
    removed = _without_classifiers(work)
    if removed:
        names = ", ".join(show(each) for each in sorted(removed))
        _changelog(work, f"Removed support for Django {names}.")


def _matches(text: Text, pattern: re.Pattern[str]) -> list[tuple[Release, re.Match[str]]]:
    return [((int(found[1]), int(found[2])), found) for found in pattern.finditer(text.text)]


def _classifiers(work: Work) -> bool:
    """One more line, after that of the newest version; true where there is something new to say."""
    target, added = work.leg.target, False
    for path in _FILES:
        text = work.text(path)
        found = _matches(text, _DJANGO) if text else []
        if not text or not found or target in [each for each, _ in found]:
            continue
        _, newest = max(found, key=lambda each: each[0])
        start, end = text.start_of_line(newest.start()), text.end_of_line(newest.start())
        line = text.text[start:end]
        if len(_DJANGO.findall(line)) > 1:
            work.say(
                path, text.line(start), "classifier", "several classifiers share one line", "Add the new one by hand."
            )
            continue
        body = line.replace(newest[0], f"Framework :: Django :: {show(target)}")
        edits = [Edit(end, end, body if line.endswith("\n") else text.newline + body)]
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


def _changelog(work: Work, words: str) -> None:
    """Into the part that is not released yet, in its own style; without such a part a person is asked."""
    for path in work.project.matching(*_CHANGELOGS):
        text = work.text(path)
        head = _UNRELEASED.search(text.text) if text else None
        if text is None:
            continue
        if words.rstrip(".") in text.text:
            return
        if head is None:
            work.say(path, 0, "changelog", f"it has no part for what is not released: {words}", "Write it there.")
            return
        bullet = re.search(r"(?m)^([*-]) ", text.text[head.end() :])
        mark = bullet[1] if bullet else "*"
        blank = re.match(r"[ \t]*\r?\n", text.text[head.end() :])
        at = head.end() + (blank.end() if blank else 0)
        before = "" if blank else text.newline
        rest = text.text[at:]
        list_follows = rest.startswith(f"{mark} ")
        after = "" if list_follows or not rest.strip() else text.newline
        work.edit(path, [Edit(at, at, f"{before}{mark} {words}{text.newline}{after}")], words)
        return


def _next_version(work: Work) -> None:
    """The next minor release, in every place that says the present one."""
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
        return
    for path, found in places:
        new = f"{found[2]}.{int(found[3]) + 1}{'.0' if found[4] is not None else ''}"
        end = found.end(4) if found[4] is not None else found.end(3)
        work.edit(path, [Edit(found.start(2), end, new)], f"the next release is {new}")
