"""Words in matrices, names and commands that mean a Django: django22, dj2.2, "2.2", Django~=2.2.0."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chairlift.recipes.django.config.specifiers import CLAUSE, admitted, newest, range_of, shifted, specifier
from chairlift.recipes.django.releases import SERIES, Release, show

_KNOWN = {each.release for each in SERIES}
#: `django22`, `dj-2.2`, `django_3_2`, `Django 3.2`, `DJANGO=2.2`, `DJANGO_VERSION: "2.2"`.
_NAMED = re.compile(
    r"(?i)((?<![a-z])(?:django|djg|dj)(?:_?version|_?ver)?(?:\s*[=:]\s*[\"']?v?|[-_ ]?v?))"
    r"(\d)([._-]?)(\d{1,2})((?:\.(?:\d+|\*|x))?)(?![\d.])"
)
_REQUIREMENT = re.compile(
    r"(?i)((?<![\w.-])django(?:\[[\w,-]*\])?\s*)((?:(?:===|~=|==|!=|<=|>=|<|>)\s*\d[\w.*]*\s*,?\s*)+)"
)
_BARE = re.compile(r"\s*(?:(?:===|~=|==|!=|<=|>=|<|>|\^|~)?\s*\d+\.\d+(?:\.(?:\d+|\*|x))?\s*,?\s*)+")
_DIGITS = re.compile(r"(\d)(\d{1,2})")


@dataclass(frozen=True)
class Mention:
    """A word that means a series, and where it stands in its text."""

    series: Release
    start: int
    end: int

    def moved(self, text: str, target: Release) -> str:
        """The word (not the text around it) for another series."""
        return retarget(text[self.start : self.end], self.series, target)


def mentions(text: str) -> Iterator[Mention]:
    """Named ones; a bare `2.2` is one only as the whole text."""
    for found in _REQUIREMENT.finditer(text):
        asked = specifier(found[2].strip().rstrip(","))
        series = newest(asked) if asked is not None and CLAUSE.search(found[2]) else None
        if series:
            yield Mention(series, found.start(), found.start() + len(found[0].rstrip(" ,")))
    for found in _NAMED.finditer(text):
        series = (int(found[2]), int(found[4]))
        if series in _KNOWN:
            yield Mention(series, found.start(), found.end())
    if _BARE.fullmatch(text):
        asked = specifier(text.replace(".x", ".*"))
        series = newest(asked) if asked is not None else None
        if series:
            yield Mention(series, 0, len(text))


def series_in(text: str) -> Release | None:
    """The one series that a name says; None where it says none, or several."""
    found = {(int(each[2]), int(each[4])) for each in _NAMED.finditer(text)} & _KNOWN
    return next(iter(found)) if len(found) == 1 else None


def retarget(word: str, old: Release, target: Release) -> str:
    """The same word for another series, in the same form."""
    if found := _REQUIREMENT.fullmatch(word):
        return f"{found[1]}{_comparisons(found[2], old, target)}"
    if found := _NAMED.fullmatch(word):
        tail = ".*" if found[5] in (".*",) else ".x" if found[5] == ".x" else ""
        return f"{found[1]}{target[0]}{found[3]}{target[1]}{tail}"
    if _BARE.fullmatch(word):
        return _comparisons(word.replace(".x", ".*"), old, target).replace(".*", ".x" if ".x" in word else ".*")
    if (found := _DIGITS.fullmatch(word)) and (int(found[1]), int(found[2])) == old:
        return f"{target[0]}{target[1]}"
    return word


def _comparisons(text: str, old: Release, target: Release) -> str:
    """Comparisons that name the target alone. A bare version keeps two numbers, or becomes a prefix."""
    bare = re.fullmatch(r"(\s*)(\d+\.\d+)(\.\d+)?(\s*)", text)
    if bare:
        return f"{bare[1]}{show(target)}{'.*' if bare[3] else ''}{bare[4]}"
    new = shifted(text, target)
    asked = specifier(new)
    names_it = asked is not None and newest(asked) == target and old not in _all(new)
    return new if names_it else range_of(target)


def _all(text: str) -> tuple[Release, ...]:
    asked = specifier(text)
    return admitted(asked) if asked is not None else ()
