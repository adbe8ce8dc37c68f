"""Reads the installed distributions' own source for names that the target has removed: better than classifiers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

from chairlift.recipes.django.fixing import Fixer, fix
from chairlift.recipes.django.project import LARGEST, Project
from chairlift.recipes.django.releases import Leg
from chairlift.recipes.django.source import NotPython, Source

_INFO = re.compile(r"(?P<name>[^/]+)-(?P<version>[^-/]+)\.dist-info$")
#: What belongs to Django or to tools that the service does not run with.
_PASSED_OVER = frozenset({"django", "django-upgrade", "pip", "setuptools", "wheel", "uv"})


@dataclass(frozen=True)
class Hit:
    """A place in a distribution that cannot work on the target, unless its code asks for the version first."""

    distribution: str
    version: str
    path: str
    line: int
    rule: str


def scan(site_packages: Path, fixers: Sequence[Fixer], leg: Leg) -> tuple[Hit, ...]:
    """Hits of the rules whose old spelling fails on the target. Code guarded by try or a version is left out."""
    rules = [each for each in fixers if each.breaks is not None and leg.current < each.breaks <= leg.target]
    return tuple(hit for info in sorted(site_packages.glob("*.dist-info")) for hit in _distribution(info, rules, leg))


def _distribution(info: Path, rules: Sequence[Fixer], leg: Leg) -> Iterator[Hit]:
    named = _INFO.search(info.as_posix())
    if not named or canonicalize_name(named["name"]) in _PASSED_OVER:
        return
    project = Project(info.parent)
    for path in _files(info):
        data = project.read(path)
        if data is None or len(data) > LARGEST or not any(lit in data for rule in rules for lit in rule.literals):
            continue
        for rule, line in _lines(Source(path, data) if _text(path, data) else None, rules, project, leg):
            yield Hit(canonicalize_name(named["name"]), named["version"], path, line, rule)


def _text(path: str, data: bytes) -> bool:
    try:
        _ = Source(path, data).tree
    except NotPython:
        return False
    return True


def _files(info: Path) -> Iterator[str]:
    """Python files of the distribution that run: its tests do not."""
    try:
        lines = (info / "RECORD").read_text(errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        path = line.partition(",")[0].strip('"')
        if (
            path.endswith(".py")
            and not path.startswith("..")
            and not re.search(r"(^|/)tests?(/|\.py)|/migrations/", path)
        ):
            yield path


def _lines(source: Source | None, rules: Sequence[Fixer], project: Project, leg: Leg) -> Iterator[tuple[str, int]]:
    if source is None:
        return
    guarded = _guarded(source)
    fixed = fix(source, rules, project, leg)
    for finding in fixed.findings:
        if finding.line not in guarded:
            yield finding.code, finding.line
    for name, _ in fixed.made:
        at = _first_change(source.text, fixed.text)
        if at not in guarded:
            yield name, at


def _first_change(before: str, after: str) -> int:
    pairs = zip(before.split("\n"), after.split("\n"), strict=False)
    return next((number for number, (old, new) in enumerate(pairs, 1) if old != new), 1)


def _guarded(source: Source) -> frozenset[int]:
    """Lines inside `try` or an `if` that asks for a version: libraries that know both."""
    lines: set[int] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Try) or (isinstance(node, ast.If) and "version" in source.segment(node.test).lower()):
            lines |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return frozenset(lines)
