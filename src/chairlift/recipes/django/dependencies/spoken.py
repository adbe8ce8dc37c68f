"""How code speaks to distributions of others: what their releases renamed, and which of these the checkout pins.

An upgrade moves what does not work on the target, and the release that it moves to may know old names no longer.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from chairlift.recipes.django.dependencies import locks, native
from chairlift.recipes.django.project import Project


@dataclass(frozen=True)
class Release:
    """One row of spoken.toml, where the fields are told."""

    name: str
    version: Version
    link: str
    package: str = ""
    app: str = ""
    middleware: str = ""
    modules: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    keywords: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    apps: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    loads: Mapping[str, str] = field(default_factory=dict)

    def moved(self, dotted: str) -> str:
        """What a dotted name is called now; empty where it is none of these, or in none of the modules."""
        if dotted in self.names:
            return self.names[dotted]
        for old, new in self.modules.items():
            if dotted == old or dotted.startswith(f"{old}."):
                return new + dotted[len(old) :]
        return ""


@lru_cache(maxsize=1)
def releases() -> tuple[Release, ...]:
    """The rows of spoken.toml."""
    text = files("chairlift.recipes.django.dependencies").joinpath("spoken.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["release"]
    return tuple(Release(**{**row, "version": Version(str(row["version"]))}) for row in rows)


def passed(project: Project) -> tuple[Release, ...]:
    """Those that everything which the checkout pins has reached."""
    have = project.once(pins)
    return tuple(each for each in releases() if each.name in have and have[each.name] >= each.version)


def has(project: Project, name: str, version: str) -> bool:
    """Whether the checkout pins this release of a distribution or a newer one."""
    at = project.once(pins).get(name)
    return at is not None and at >= Version(version)


def pins(project: Project) -> dict[str, Version]:
    """The oldest version that is pinned of each distribution, by compiled requirements, lists of pins and locks."""
    found: dict[str, Version] = {}
    for path in project.matching("*.txt", "*.pip", "*.in", *native.LOCKS):
        text = (project.read(path) or b"").decode("utf-8", "replace")
        if path.endswith(native.LOCKS):
            rows = [*native.packages(text).items()]
        else:
            rows = [(pin.key, pin.version) for pin in locks.read(text).pins]
        for name, version in rows:
            try:
                at = Version(version)
            except InvalidVersion:
                continue
            key = canonicalize_name(name)
            found[key] = min(found.get(key, at), at)
    return found
