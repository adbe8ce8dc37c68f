"""Edits to files that pin and bound versions; everything else in them stays as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;#]+)", re.MULTILINE)
_DJANGO_PIN = re.compile(r"^django==", re.IGNORECASE | re.MULTILINE)


def normal(name: str) -> str:
    """As package indexes compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(text: str, pins: Mapping[str, str]) -> str:
    """Lines `name==version`, with the versions that are given, unless theirs is newer."""

    def pin(found: re.Match[str]) -> str:
        wanted = pins.get(normal(found[1]), found[2])
        return f"{found[1]}=={max(found[2], wanted, key=_order)}"

    return _PIN.sub(pin, text)


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def pins_django(text: str, version: str) -> bool:
    """Whether it pins a release of this version."""
    return re.search(rf"(?im)^django=={re.escape(version)}(?:\.\d+)?(?![\w.])", text) is not None


def with_needed(text: str, needs: Mapping[str, str]) -> str:
    """What the newer Django needs, in front of the line that pins Django."""
    have = {normal(found[1]) for found in _PIN.finditer(text)}
    new = "".join(f"{name}=={pin}\n    # via django\n" for name, pin in needs.items() if name not in have)
    return _DJANGO_PIN.sub(lambda found: new + found[0], text, count=1)


def moved(text: str, old: str, new: str) -> str:
    """`Django>=2.2,<2.3` as `Django>=3.2,<3.3`; `old` and `new` are the constraints."""
    return re.sub(rf"(?i)\b(django){re.escape(old)}(?![\w.])", rf"\g<1>{new}", text)


def widened(setup: str, old: str, new: str) -> str:
    """A library's own bound, opened for the newer version while it still runs on the older, in its next release."""
    lowest, highest = old.split(",")[0], new.split(",")[1]
    wider = moved(setup, old, f"{lowest},{highest}")
    if wider == setup:
        return setup
    return re.sub(
        r"(version=['\"]\d+\.)(\d+)\.\d+(?=['\"])", lambda found: f"{found[1]}{int(found[2]) + 1}.0", wider, count=1
    )
