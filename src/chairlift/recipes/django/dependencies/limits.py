"""Lifts what people wrote by hand to keep a distribution back, where a version beyond it is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from chairlift.recipes.django.config import requirements
from chairlift.recipes.django.config.requirements import Line
from chairlift.recipes.django.config.texts import Text, read
from chairlift.recipes.django.dependencies.compiled import compiled
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.project import Project

_LINE = re.compile(
    r"(?P<name>[A-Za-z0-9][\w.-]*(?:\s*\[[^\]]*\])?)(?P<gap>\s*)(?P<asked>[^;#@\s][^;#]*?)?(?P<rest>\s*(?:;.*)?)$"
)


def lift(project: Project, wanted: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Hand-written requirements and constraints as they must be for these versions, by path; others are not yielded.

    A pin becomes the version, any other comparison that it fails goes; a constraint that would say nothing goes as a
    whole. Lists of pins that are moved as such, and what a tool writes, are left to those.
    """
    versions = {str(canonicalize_name(name)): version for name, version in wanted.items() if version}
    listed = {each.path: bool(each.inputs) for each in compiled(project)}
    for path in requirements.files(project) if versions else ():
        text = read(project, path)
        if text is None or listed.get(path) or requirements.compiled(text):
            continue
        edits = [
            edit
            for line in requirements.lines(text)
            if isinstance(line, Line) and line.name in versions and not line.hashed
            for edit in _lifted(text, line, versions[line.name], path in listed)
        ]
        if edits:
            new = text.edited(edits)
            yield path, new.encoded(new.text)


def _lifted(text: Text, line: Line, version: str, pinned_elsewhere: bool) -> Iterator[Edit]:
    found = _LINE.match(line.text)
    try:
        asked, wanted = Requirement(line.text).specifier, Version(version)
    except (InvalidRequirement, InvalidVersion):
        return
    if not found or not found["asked"] or asked.contains(wanted, prereleases=True):
        return
    exact = any(each.operator in ("==", "===") and not each.version.endswith(".*") for each in asked)
    if exact and pinned_elsewhere:
        return
    kept = [each.strip() for each in found["asked"].split(",")]
    kept = [f"=={version}"] if exact else [each for each in kept if _admits(each, wanted)]
    if not kept and "constraint" in line.path.lower() and not line.text.startswith("-"):
        yield Edit(text.start_of_line(line.start), text.end_of_line(line.start), "")
        return
    new = f"{found['gap'] if kept else ''}{','.join(kept)}"
    yield Edit(line.start + found.start("gap"), line.start + found.end("asked"), new)


def _admits(clause: str, version: Version) -> bool:
    return Requirement(f"x{clause}").specifier.contains(version, prereleases=True)
