"""Django's classes of warnings: each version has two, for what two later versions remove, and knows none before."""

from __future__ import annotations

import re

from chairlift.recipes.django.releases import Leg, Release

NAME = re.compile(r"\bRemovedInDjango(?P<major>\d)(?P<minor>\d)Warning\b")


#: From 6.1 on they are called otherwise: no version of these is guessed.
_LAST = (6, 0)


def classes(release: Release) -> tuple[str, ...]:
    """Names of the near and the far class of a version, by Django's own files; none where they are not known."""
    major, minor = release
    if not (2, 0) <= release <= _LAST or minor > 2:
        return ()
    near = {0: f"{major}1", 2: f"{major + 1}0"}.get(minor, "")
    far = f"{major + 1}{1 if minor == 2 else 0}"
    return (f"RemovedInDjango{near}Warning" if near else "RemovedInNextVersionWarning", f"RemovedInDjango{far}Warning")


def successor(name: str, leg: Leg) -> str:
    """What a class is called on the target, the near one for the near one; empty where the target still knows it.

    Also where it is none, or is one of a version that nobody knows of here.
    """
    new = classes(leg.target)
    found = NAME.fullmatch(name)
    if not found or len(new) < 2 or name in new:
        return ""
    removed = (int(found["major"]), int(found["minor"]))
    if removed > leg.target:
        return ""
    return new[0] if name in classes(leg.current)[:1] else new[1]
