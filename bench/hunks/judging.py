"""Decides what an upgrade of ours did about a hunk of the people's: the same, as much, a part, named it, or nothing."""

from __future__ import annotations

import difflib
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bench.hunks import alike, instead, meaning
from bench.hunks.history import Hunk
from bench.hunks.kinds import Sort, with_hunk
from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.releases import Release

#: A finding names a hunk when it is on one of its lines, or so close to it.
_NEAR = 1


class Verdict(StrEnum):
    """The first that holds."""

    SAME = "same"
    EQUIVALENT = "equivalent"
    PARTIAL = "partial"
    FLAGGED = "flagged"
    NONE = "none"


@dataclass(frozen=True)
class Three:
    """A file at the base, as people made it, and as we did; empty where it is not there."""

    before: str
    theirs: str
    ours: str
    limits: meaning.Limits = field(default_factory=meaning.Limits)


def judge(hunk: Hunk, sort: Sort, three: Three, findings: Iterable[Finding], leg: tuple[Release, Release]) -> Verdict:
    """`findings` are all of our report's; `leg` is from where to where."""
    elsewhere = sort is Sort.REQUIREMENTS and meaning.touches_django(hunk)
    if three.ours != three.before or elsewhere:
        if three.ours != three.before and _same(hunk, three):
            return Verdict.SAME
        found = _meant(hunk, sort, three, leg)
        if found is not Verdict.NONE:
            return found
    if any(_names(each, hunk) for each in findings):
        return Verdict.FLAGGED
    return Verdict.NONE


def _same(hunk: Hunk, three: Three) -> bool:
    """Line by line at the same place, whatever the rest of our own hunk there does."""
    if not hunk.old:
        return three.ours == three.theirs
    wanted = Counter(line for line in hunk.added if line.strip())
    span = set(_span(hunk))
    if not wanted:
        return bool(span) and span <= _gone(three)
    for removed, added in _hunks(three.before, three.ours):
        near = span & set(removed) if span else removed.start in (hunk.start, hunk.start + 1)
        if near and not wanted - Counter(added) and span <= _gone(three):
            return True
    return False


def _span(hunk: Hunk) -> list[int]:
    """The lines that it takes out, from 1; empty ones do not count."""
    return [hunk.start + at for at, line in enumerate(hunk.removed) if at not in hunk.stays and line.strip()]


def _hunks(before: str, after: str) -> Iterator[tuple[range, list[str]]]:
    """Our own: the lines (from 1) that go, and those that come."""
    old, new = before.split("\n"), after.split("\n")
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield range(i1 + 1, i2 + 1), new[j1:j2]


def _gone(three: Three) -> set[int]:
    return {line for removed, _ in _hunks(three.before, three.ours) for line in removed}


def _meant(hunk: Hunk, sort: Sort, three: Three, leg: tuple[Release, Release]) -> Verdict:
    if sort in (Sort.TOX, Sort.CI):
        return Verdict(meaning.of_versions(hunk, three.before, three.theirs, three.ours, leg))
    if sort is Sort.REQUIREMENTS and not (hunk.path or hunk.old).endswith(".py"):
        return Verdict(meaning.of_requirements(hunk, three.ours, leg, three.limits))
    if sort is Sort.MIGRATION and hunk.path.endswith(".py"):
        return Verdict.NONE
    if sort is Sort.MAKE and (said := meaning.of_make(hunk, three.before, three.ours)):
        return Verdict(said)
    if sort is Sort.TEMPLATE and meaning.loads_alike(hunk, three.ours):
        return Verdict.EQUIVALENT
    if alike.says_so(hunk, three.before, three.ours, leg[1]):
        return Verdict.EQUIVALENT
    python = (hunk.path or hunk.old).endswith(".py")
    apps = (hunk.path or hunk.old).endswith("apps.py") and alike.app_alike(hunk, three.before, three.ours)
    same = apps or alike.imports_alike(hunk, three.ours) or _same_code(hunk, three)
    if python and (same or instead.same_place(three.before, with_hunk(three.before, hunk), three.ours)):
        return Verdict.EQUIVALENT
    return _by_lines(hunk, three, python)


def _same_code(hunk: Hunk, three: Three) -> bool:
    """Ours holds every statement that the hunk makes in place of those that it takes away, wherever in the file."""
    made = meaning.statements(with_hunk(three.before, hunk))
    was, ours = meaning.statements(three.before), meaning.statements(three.ours)
    if made is None or was is None or ours is None:
        return False
    if made == was:
        return _respelled(hunk, three)
    return (not (made - was) - (ours - was) and not (was - made) - (was - ours)) or _same_origins(hunk, three)


def _same_origins(hunk: Hunk, three: Three) -> bool:
    """The same where each name is what the file imports: `models.JSONField()`, and `JSONField()` from there."""
    before, theirs, own = (alike.origins(text) for text in (three.before, three.theirs, three.ours))
    was, ours = meaning.statements(three.before, names=before), meaning.statements(three.ours, names=own)
    made = meaning.statements(with_hunk(three.before, hunk), names={**before, **theirs})
    if made is None or was is None or ours is None or made == was:
        return False
    return not (made - was) - (ours - was) and not (was - made) - (was - ours)


def _respelled(hunk: Hunk, three: Three) -> bool:
    """Theirs only writes otherwise what means the same (`alike`), and so does ours, whichever way it writes it."""
    after = with_hunk(three.before, hunk)
    if meaning.statements(three.before, plain=True) == meaning.statements(after, plain=True):
        return False
    span = {*_span(hunk)}
    return bool(span) and span <= _gone(three) and meaning.heads(three.before, span) <= meaning.heads(three.ours)


def _by_lines(hunk: Hunk, three: Three, python: bool) -> Verdict:
    """Every new line is one of our new ones, and every old one went, when spaces, quotes and comments are the same."""
    came = Counter(_plain(line, python) for _, added in _hunks(three.before, three.ours) for line in added)
    gone = _gone(three)
    added = [plain for line in hunk.added if (plain := _plain(line, python))]
    went = [line for line in _span(hunk) if _plain(hunk.removed[line - hunk.start], python)]
    there = sum(plain in came for plain in added)
    away = sum(line in gone for line in went)
    if there == len(added) and (away == len(went) or not went) and (added or went):
        return Verdict.EQUIVALENT
    if there or (away and len(hunk.removed) == len(hunk.added)):
        return Verdict.PARTIAL
    return Verdict.NONE


def _plain(line: str, python: bool) -> str:
    """What a line says: no spaces, one kind of quotes, no comma at its end, no comment."""
    if python:
        line = _without_comment(line)
    else:
        # A filter of warnings that names no message takes any.
        line = re.sub(r"(^|\s)#.*", "", line).replace(":.*:", "::")
    return re.sub(r"\s+", " ", line).strip().rstrip(",").replace('"', "'")


def _without_comment(line: str) -> str:
    try:
        for token in tokenize.generate_tokens(io.StringIO(line.strip()).readline):
            if token.type == tokenize.COMMENT:
                return line.strip()[: token.start[1]]
    except (tokenize.TokenError, IndentationError, SyntaxError):
        pass
    return line


def _names(finding: Finding, hunk: Hunk) -> bool:
    """It names file and line, and asks for more than to be known."""
    if finding.path != hunk.old or not finding.line or finding.weight is Weight.NOTE:
        return False
    last = hunk.start + max(len(hunk.removed) - 1, 0)
    return hunk.start - _NEAR <= finding.line <= last + _NEAR


def share(verdicts: Sequence[Verdict], *counted: Verdict) -> str:
    """How many of them are one of these, as "12 of 30 (40%)"."""
    some = sum(each in counted for each in verdicts)
    return f"{some} of {len(verdicts)} ({some / len(verdicts):.0%})" if verdicts else "0 of 0"
