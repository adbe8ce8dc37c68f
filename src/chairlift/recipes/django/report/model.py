"""The report as a value: what was changed and why, what is left for a person, and the evidence."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chairlift.recipes.django.findings import Finding, Weight

#: Of the JSON: raised when a field changes its meaning or goes away.
VERSION = 1


class State(StrEnum):
    """What may be said of the result as a whole."""

    GREEN = "proven"
    RED = "does not pass"
    OPEN = "not proven"
    NOTHING = "nothing to change"


@dataclass(frozen=True)
class Touched:
    """One file of a change: `by` names the fixers and parts that changed it."""

    path: str
    insertions: int
    deletions: int
    by: tuple[str, ...]
    diff: str = ""


@dataclass(frozen=True)
class Reason:
    """Why something was changed, once for all the places where it was."""

    name: str
    title: str
    link: str
    places: int
    files: tuple[str, ...]


@dataclass(frozen=True)
class Bump:
    """A distribution whose version changes. `before` is empty for a new one, `after` for one that goes."""

    name: str
    before: str
    after: str
    why: str = ""


@dataclass(frozen=True)
class Run:
    """One run of the service's tests: `what` is "before", "Django alone" or "after"; versions are those that ran.

    Its state is "red before" where all that fails failed before the change, too.
    """

    what: str
    state: str
    why: str
    django: str = ""
    python: str = ""
    database: str = ""
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    warnings_own: int = 0
    warnings_others: int = 0
    sandboxed: bool = True
    #: Of those that failed, what did not fail before the change.
    newly_failed: int = 0


@dataclass(frozen=True)
class Part:
    """One of the changes: prepare, upgrade or clean-up."""

    stage: str
    title: str
    files: tuple[Touched, ...] = ()
    reasons: tuple[Reason, ...] = ()
    findings: tuple[Finding, ...] = ()
    bumps: tuple[Bump, ...] = ()
    migrations: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    runs: tuple[Run, ...] = ()
    unproven: tuple[str, ...] = ()

    @property
    def insertions(self) -> int:
        return sum(file.insertions for file in self.files)

    @property
    def deletions(self) -> int:
        return sum(file.deletions for file in self.files)

    @property
    def state(self) -> State:
        """Green only where the last run passed, and nothing says that something was not proven."""
        last = self.runs[-1] if self.runs else None
        if last is not None and last.what == "after" and last.state in ("failed", "red"):
            return State.RED
        if not self.files:
            must = any(each.weight is Weight.MUST for each in self.findings)
            return State.OPEN if must else State.NOTHING
        if last is None or last.what != "after" or last.state != "passed" or self.unproven:
            return State.OPEN
        return State.GREEN


@dataclass(frozen=True)
class Risk:
    """How careful to be, in a word, with the reasons; `hours` is what people are likely to spend."""

    word: str
    reasons: tuple[str, ...]
    hours: float


@dataclass(frozen=True)
class Report:
    """All that one run found for one checkout. `declared` are the places that say which Django there is."""

    name: str
    current: str
    target: str
    kind: str = "application"
    declared: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    baseline: tuple[Run, ...] = ()

    @property
    def state(self) -> State:
        states = {part.state for part in self.parts}
        for worst in (State.RED, State.OPEN, State.GREEN):
            if worst in states:
                return worst
        return State.NOTHING

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Of all parts, each once, the weightiest first."""
        order = list(Weight)
        found = {finding for part in self.parts for finding in part.findings}
        return tuple(sorted(found, key=lambda each: (order.index(each.weight), each)))

    @property
    def risk(self) -> Risk:
        return risk(self)

    def data(self) -> dict[str, Any]:
        """For programs: plain data, with what is derived beside what is given."""
        found: dict[str, Any] = {"version": VERSION, "state": self.state, **dataclasses.asdict(self)}
        for shown, part in zip(found["parts"], self.parts, strict=True):
            shown |= {"state": part.state, "insertions": part.insertions, "deletions": part.deletions}
        found["risk"] = dataclasses.asdict(self.risk)
        return found


#: Hours of a person, estimated: reading a file of a diff, looking at a finding, mending what must be mended.
HOURS_PER_FILE, HOURS_PER_FINDING, HOURS_PER_MUST = 0.02, 0.1, 0.75


def risk(report: Report) -> Risk:
    """A rule of thumb that says its reasons; the word is never below what was proven allows."""
    reasons: list[str] = []
    must = [each for each in report.findings if each.weight is Weight.MUST]
    look = [each for each in report.findings if each.weight is Weight.LOOK]
    # The parts stand on top of each other: what fails in one fails in the next, too.
    last = [run for part in report.parts for run in part.runs[-1:]]
    failed = max((run.newly_failed for run in last), default=0)
    if must:
        reasons.append(f"{counted(len(must), 'finding')} must be mended by a person")
    if failed:
        reasons.append(f"{counted(failed, 'test')} that did not fail before fail{'s' if failed == 1 else ''} with it")
    elif report.state is State.RED:
        reasons.append(next(run.why for run in last if run.state == "failed"))
    if any(run.state == "red before" for run in last):
        reasons.append("the tests of the default branch fail by themselves: they prove little until they are mended")
    if report.state is State.OPEN:
        reasons.append("the result is not proven by tests")
    if any(part.migrations for part in report.parts):
        reasons.append("there are migrations of the database")
    majors = [bump.name for part in report.parts for bump in part.bumps if _major(bump) and bump.name != "django"]
    if majors:
        reasons.append(f"major versions of other distributions change: {', '.join(majors[:5])}")
    if look:
        reasons.append(f"{counted(len(look), 'finding')} to look at")
    heavy = bool(must or failed or report.state is State.RED)
    word = "high" if heavy else "medium" if reasons else "low"
    files = sum(len(part.files) for part in report.parts)
    hours = HOURS_PER_FILE * files + HOURS_PER_FINDING * len(look) + HOURS_PER_MUST * len(must)
    return Risk(word, tuple(reasons), round(hours + 0.25, 1))


def counted(many: int, word: str) -> str:
    return f"{many:,} {word}{'' if many == 1 else 's'}"


def _major(bump: Bump) -> bool:
    return bool(bump.before and bump.after) and bump.before.partition(".")[0] != bump.after.partition(".")[0]


def of_data(found: Mapping[str, Any]) -> Report:
    """Back from JSON. Raises KeyError and TypeError for what is no report of this version."""
    if found["version"] != VERSION:
        raise KeyError(f"a report of version {found['version']}, not {VERSION}: make it again")
    parts = tuple(_part(part) for part in found["parts"])
    return Report(
        found["name"],
        found["current"],
        found["target"],
        found["kind"],
        tuple(found["declared"]),
        parts,
        tuple(Run(**run) for run in found["baseline"]),
    )


def _part(found: Mapping[str, Any]) -> Part:
    return Part(
        found["stage"],
        found["title"],
        files=tuple(Touched(**{**file, "by": tuple(file["by"])}) for file in found["files"]),
        reasons=tuple(Reason(**{**each, "files": tuple(each["files"])}) for each in found["reasons"]),
        findings=tuple(Finding(**{**each, "weight": Weight(each["weight"])}) for each in found["findings"]),
        bumps=tuple(Bump(**each) for each in found["bumps"]),
        migrations=tuple(found["migrations"]),
        repairs=tuple(found["repairs"]),
        runs=tuple(Run(**each) for each in found["runs"]),
        unproven=tuple(found["unproven"]),
    )


def grouped(findings: Iterable[Finding]) -> list[list[Finding]]:
    """By weight, code and text: ten places with one cause are one thing to understand, two causes are two."""
    codes: dict[tuple[Weight, str], dict[str, list[Finding]]] = {}
    for finding in findings:
        codes.setdefault((finding.weight, finding.code), {}).setdefault(finding.text, []).append(finding)
    return [group for texts in codes.values() for group in texts.values()]
