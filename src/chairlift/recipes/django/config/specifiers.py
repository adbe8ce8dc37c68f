"""Versions as requirements and matrices write them: which series they mean, and the same words for another series."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from chairlift.recipes.django.releases import SERIES, Release, show

PARTS = re.compile(r"([^\[;=<>!~(]*(?:\[[^\]]*\])?)([^;]*)(.*)", re.DOTALL)
CLAUSE = re.compile(r"(===|~=|==|!=|<=|>=|<|>)(\s*)([^\s,;)'\"]+)")
_JOINED = re.compile(r"((?:===|~=|==|!=|<=|>=|<|>)\s*[\w.*+!-]*[\w*])\s*(?=[<>=!~])")
#: Patch releases are tried up to this one: 1.11 had 29, no other series more.
_PATCHES = 40


def with_commas(requirement: str) -> str:
    """`Django>=2.2<3.0`, which old tools took, as `Django>=2.2,<3.0`, which is what it means."""
    return _JOINED.sub(r"\1,", requirement)


def specifier(text: str) -> SpecifierSet | None:
    """What a list of comparisons asks for, in the words of packaging or of Poetry; None if it is neither."""
    words = text.strip()
    if words in ("", "*"):
        return SpecifierSet()
    clauses = []
    for word in re.split(r"\s*,\s*|(?<=[\w*])\s+(?=[<>=!~^])", words):
        if found := re.fullmatch(r"(\^|~)\s*(\d+(?:\.\d+)*)", word):
            clauses += _up_to(found[1], found[2])
        else:
            clauses.append(f"=={word}" if re.match(r"\d", word) else word)
    try:
        return SpecifierSet(",".join(clauses)) if len(words) < 1000 else None
    except InvalidSpecifier:
        return None


def _up_to(sign: str, version: str) -> list[str]:
    """Poetry's caret and tilde, as two comparisons."""
    numbers = [int(each) for each in version.split(".")]
    place = next((at for at, each in enumerate(numbers) if each), len(numbers) - 1)
    if sign == "~":
        place = min(1, len(numbers) - 1)
    top = [*numbers[:place], numbers[place] + 1]
    return [f">={version}", f"<{'.'.join(map(str, top))}"]


@lru_cache(maxsize=4096)
def _admits(asked: SpecifierSet, release: Release) -> bool:
    return any(asked.contains(Version(f"{show(release)}.{patch}")) for patch in range(_PATCHES))


def admitted(asked: SpecifierSet, python: Release | None = None) -> tuple[Release, ...]:
    """The known series that this lets in, oldest first; with a Python, those that can be installed on it.

    Releases say the oldest Python that they run on, and never the newest: pip installs Django 2.2 on Python 3.12.
    """
    found = [each.release for each in SERIES if _admits(asked, each.release)]
    if python:
        runs = {each.release for each in SERIES if python >= each.pythons[0]}
        found = [each for each in found if each in runs]
    return tuple(found)


def newest(asked: SpecifierSet, python: Release | None = None) -> Release | None:
    """The series that an installer takes."""
    return next(reversed(admitted(asked, python)), None)


def last_of_major(release: Release) -> bool:
    return all(each.release <= release for each in SERIES if each.release[0] == release[0])


def range_of(release: Release) -> str:
    """`>=3.2,<3.3`"""
    return f">={show(release)},<{release[0]}.{release[1] + 1}"


def _below(version: str, target: Release) -> str:
    """The upper end of a range, in the form of the one that was there: `<3.0` stays a whole major release."""
    numbers = version.split(".")
    major = len(numbers) == 1 or set(numbers[1:]) <= {"0"}
    if major and last_of_major(target):
        return ".".join([str(target[0] + 1), *numbers[1:]])
    zeros = ["0"] * (len(numbers) - 2) if set(numbers[2:]) <= {"0"} else []
    return ".".join([f"{target[0]}.{target[1] + 1}", *zeros])


def _moved(found: re.Match[str], target: Release, exact: Version | None) -> str:
    """One comparison of a range that names one series, so that it names the target."""
    compares, blanks, version = found.groups()
    series = show(target)
    if compares in ("==", "==="):
        pinned = version.count(".") >= 2 and not version.endswith("*")
        if exact is not None and (pinned or compares == "==="):
            return f"{compares}{blanks}{exact}"
        return f"=={blanks}{series}.*"
    if compares == "~=":
        return f"~={blanks}{series}{'.0' if version.count('.') > 1 else ''}"
    if compares in (">=", ">"):
        return f">={blanks}{series}"
    if compares in ("<", "<="):
        return f"<{blanks}{_below(version, target)}"
    return found[0]


def _opened(found: re.Match[str], target: Release) -> str:
    """One comparison, so that the target comes in too."""
    compares, blanks, version = found.groups()
    asked = specifier(found[0])
    if compares not in ("<", "<=", "~=", "==") or asked is None or _admits(asked, target):
        return found[0]
    if compares in ("~=", "=="):
        low = version.removesuffix(".*")
        return f">={blanks}{low},<{blanks}{_below('.'.join(low.split('.')[:2]), target)}"
    return f"<{blanks}{_below(version, target)}"


def shifted(text: str, target: Release, exact: Version | None = None) -> str:
    """Comparisons of an application, raised: those that name one series name the target, wider ones let it in.

    What lets the target in already, or wants something newer, stays.
    """
    asked = specifier(text)
    if asked is None or not str(asked):
        return text
    within = admitted(asked)
    if not within or within[-1] > target:
        return text
    if target in within:
        pinned = re.fullmatch(r"\s*(?:==)?\s*\d+(?:\.\d+){1,2}\s*", text)
        return _numbers(text, target, exact) if pinned and exact and exact not in asked else text
    if len(within) == 1 or _caret(text):
        return _numbers(text, target, exact)
    return CLAUSE.sub(lambda found: _opened(found, target), text)


def _caret(text: str) -> bool:
    return bool(re.match(r"\s*[\^~](?!=)|\s*~=", text))


def _numbers(text: str, target: Release, exact: Version | None) -> str:
    if CLAUSE.search(text):
        return CLAUSE.sub(lambda found: _moved(found, target, exact), text)

    def bare(found: re.Match[str]) -> str:
        sign, version = found[1] or "", found[2]
        more = version.split(".")[2:]
        if not sign and more and exact is not None and more[0] != "*":
            return str(exact)
        tail = [".*"] if more and (more[0] == "*" or not sign) else [".0"] if more else []
        return "".join([sign, show(target), *tail])

    return re.sub(r"([\^~]\s*)?(\d+\.\d+(?:\.(?:\d+|\*))?)", bare, text)


def opened(text: str, target: Release) -> str:
    """Comparisons of a library, so that the target comes in too; their lower end stays."""
    asked = specifier(text)
    within = admitted(asked) if asked is not None else ()
    if asked is None or (within and within[-1] >= target):
        return text
    if found := re.fullmatch(r"\s*([\^~])\s*(\d+(?:\.\d+)*)\s*", text):
        return f">={found[2]},<{_below(str(target[0]), target)}"
    return CLAUSE.sub(lambda found: _opened(found, target), text)


def narrowed(text: str, target: Release) -> str:
    """Comparisons whose lower end is the target: the older series go."""
    asked = specifier(text)
    within = admitted(asked) if asked is not None else ()
    if target not in within or within[0] == target:
        return text

    def raise_lower(found: re.Match[str]) -> str:
        compares, blanks, version = found.groups()
        if compares not in (">=", ">"):
            return found[0]
        try:
            low = Version(version).release
        except InvalidVersion:
            return found[0]
        return f">={blanks}{show(target)}" if (low[0], low[1] if len(low) > 1 else 0) < target else found[0]

    return CLAUSE.sub(raise_lower, text)


def in_requirement(text: str, change: object, *given: object) -> str:
    """A requirement with its comparisons changed by one of the functions above; name, extras and marker stay."""
    parts = PARTS.fullmatch(text)
    assert callable(change)
    if not parts or not parts[2].strip():
        return text
    asked = with_commas(parts[2])
    changed = change(asked, *given)
    return text if changed == asked else f"{parts[1]}{changed}{parts[3]}"


def combined(all_of: Iterable[SpecifierSet]) -> SpecifierSet:
    together = SpecifierSet()
    for each in all_of:
        together &= each
    return together
