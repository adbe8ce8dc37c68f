"""Tells whether a distribution had to move for the target: by what its release declares and takes from Django.

Exact versions of other distributions are no part of an upgrade by themselves: most move in the same pull request as
somebody compiled everything anew. One had to move where the release that was there excludes the target in its own
metadata, or takes names from Django that the target does not have. Where neither could be read, it counts as needed.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from bench.hunks.history import Hunk
from bench.hunks.meaning import requirements
from chairlift.recipes.django.dependencies.replacements import table
from chairlift.recipes.django.dependencies.resolving import uv
from chairlift.recipes.django.proving.lost import Library, taken_in_vain
from chairlift.recipes.django.releases import Release, parse, show

_PIN = re.compile(r"(?m)^[ \t]*([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*==\s*([\w.!+-]+)")
_LOCKS = ("poetry.lock", "uv.lock", "pdm.lock")
_SECONDS = 180


def pins(files: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Version by canonical name, of compiled requirements and locks, or of any requirement that names just one."""
    found: dict[str, str] = {}
    for path, text in files:
        if path.endswith(_LOCKS):
            found |= _of_lock(text)
        elif path.endswith((".txt", ".in")):
            found = {canonicalize_name(name): version for name, version in _PIN.findall(text)} | found
    return found


def _of_lock(text: str) -> dict[str, str]:
    try:
        packages = tomllib.loads(text).get("package", [])
    except tomllib.TOMLDecodeError:
        return {}
    return {canonicalize_name(str(each.get("name", ""))): str(each.get("version", "")) for each in packages}


@dataclass
class Evidence:
    """Whether releases work on a series of Django, kept in a folder while a measure lasts."""

    folder: Path
    target: Release
    known: dict[tuple[str, str], bool | None] = field(default_factory=dict)

    def works(self, name: str, version: str) -> bool | None:
        """As far as reading it tells; None where it cannot be had as a wheel."""
        key = (str(canonicalize_name(name)), version)
        if key not in self.known:
            self.known[key] = self._read(*key) if version else None
        return self.known[key]

    def _read(self, name: str, version: str) -> bool | None:
        stops = table().get(name, {}).get("stops")
        if stops and parse(str(stops)) < self.target:
            return False
        django = self._had("django", f"=={show(self.target)}.*")
        site = self._had(name, f"=={version}")
        if django is None or site is None:
            return None
        if not all(_admits(each, django) for each in metadata.distributions(path=[str(site)])):
            return False
        return not any(True for _ in taken_in_vain(site, Library(django), _SECONDS))

    def _had(self, name: str, specifier: str) -> Path | None:
        site = self.folder / f"{name}{specifier.replace('*', 'x').replace('=', '-')}"
        if not site.exists():
            argv = [*uv(), "pip", "install", "--quiet", "--no-deps", "--python", sys.executable, "--target", str(site)]
            try:
                ran = subprocess.run([*argv, f"{name}{specifier}"], capture_output=True, timeout=_SECONDS)
            except subprocess.TimeoutExpired:
                return None
            if ran.returncode:
                return None
        return site if site.is_dir() else None


def _admits(distribution: metadata.Distribution, django: Path) -> bool:
    """Whether what it requires without any extra lets in the Django that lies there."""
    version = next((each.version for each in metadata.distributions(path=[str(django)])), "")
    for line in distribution.requires or ():
        try:
            each = Requirement(line)
        except InvalidRequirement:
            continue
        if canonicalize_name(each.name) == "django" and (each.marker is None or each.marker.evaluate({"extra": ""})):
            return each.specifier.contains(version, prereleases=True)
    return True


@dataclass(frozen=True)
class Moves:
    """What had to move: by the pins of the base, and by those that ours left."""

    evidence: Evidence
    base: Mapping[str, str]
    ours: Mapping[str, str] = field(default_factory=dict)

    def counted(self, hunk: Hunk) -> frozenset[str]:
        """Of the distributions of a hunk those that had to move, Django among them."""
        old, new = requirements(hunk.removed), requirements(hunk.added)
        names = {each for each in old.keys() | new.keys() if old.get(each) != new.get(each)}
        return frozenset(each for each in names if each == "django" or self._had_to(each))

    def _had_to(self, name: str) -> bool:
        return name not in self.base or self.evidence.works(name, self.base[name]) is not True

    def mended(self, name: str) -> bool:
        """Whether ours has it at another release than the base, and at one that works."""
        at = self.ours.get(name, "")
        return bool(at) and at != self.base.get(name) and self.evidence.works(name, at) is True
