"""Fulfils the Recipe port: one change of an upgrade, in a checkout of the engine's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chairlift.core.upgrade import RunState
from chairlift.ports import Applied, Proven, RecipeFailed
from chairlift.recipes.django import upgrading
from chairlift.recipes.django.changing import Choice, NoSuchFixer
from chairlift.recipes.django.config import Kind, detect
from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.proving.evidence import State, Wish
from chairlift.recipes.django.proving.interpreters import for_both
from chairlift.recipes.django.proving.prove import prove
from chairlift.recipes.django.releases import SERIES, Leg, Release, Stage, parse, series, show
from chairlift.recipes.django.report import markdown, model
from chairlift.recipes.django.report.model import Report
from chairlift.recipes.django.upgrading import CannotUpgrade, Wanted
from chairlift.recipes.django.version import version

#: What of a finding the plan shows; the report has everything.
_SHOWN = 100
_KNOWN = {"target", "current", "stage", "only", "skip", "tests", "prove", "hook", "newest", "offline", "demand_sandbox"}
#: Of these, what decides how the tests are run.
_PROVING = ("stage", "current", "target", "tests", "newest", "offline", "demand_sandbox")
#: A red baseline is only told from a red upgrade where both are looked at; here it is one run.
_RUNS = {
    State.PASSED: RunState.PASSED,
    State.FAILED: RunState.FAILED,
    State.RED_BEFORE: RunState.FAILED,
    State.UNPROVEN: RunState.UNPROVEN,
    State.ABSENT: RunState.ABSENT,
}


@dataclass(frozen=True)
class Settings:
    """What a change says of this recipe.

    `target` is the version of Django to reach, `stage` which of the three changes this is, `current` where nothing in
    a checkout says what it is on. `only` and `skip` name fixers. With `prove` the service's tests are run here, too,
    and what fails is repaired; `tests` is their command, `hook` an external program for what is left.
    """

    wanted: Wanted
    stage: Stage

    @classmethod
    def of(cls, given: Mapping[str, object], seconds: int) -> Settings:
        """Raises RecipeFailed for what cannot work, with the remedy."""
        unknown = sorted(set(given) - _KNOWN)
        if unknown:
            raise RecipeFailed(f"the django recipe has no setting {unknown[0]!r}; it has: {', '.join(sorted(_KNOWN))}")
        try:
            stage = Stage(str(given.get("stage", "")))
            choice = Choice(
                _names(given, "only"), _names(given, "skip"), str(given.get("newest", "")), _is(given, "offline")
            )
            wanted = Wanted(
                parse(str(given.get("target", ""))),
                parse(str(given["current"])) if given.get("current") else None,
                (stage,),
                choice,
                str(given.get("tests", "")),
                _is(given, "prove"),
                str(given.get("hook", "")),
                _is(given, "demand_sandbox"),
                # What is left of the time is for writing the commit.
                max(seconds - 10, 10),
            )
        except (ValueError, NoSuchFixer) as error:
            stages = ", ".join(repr(str(each)) for each in Stage)
            raise RecipeFailed(f'{error}; give target, such as "3.2", and stage, one of {stages}') from error
        return cls(wanted, stage)


def _names(given: Mapping[str, object], key: str) -> frozenset[str]:
    value = given.get(key, ())
    if isinstance(value, str) or not isinstance(value, list | tuple):
        if value in ("", ()):
            return frozenset()
        raise ValueError(f"{key} must be a list of names of fixers")
    return frozenset(str(each) for each in value)


def _is(given: Mapping[str, object], key: str) -> bool:
    value = given.get(key, False)
    if not isinstance(value, bool):
        raise ValueError(f"{key} must be true or false")
    return value


class DjangoRecipe:
    """Fulfils `chairlift.ports.Recipe` and `chairlift.ports.Prover`."""

    name = "django"

    @property
    def version(self) -> str:
        return version()

    def apply(self, checkout: Path, settings: Mapping[str, object], seconds: int) -> Applied:
        """Make this one change; `done` where the checkout is past it. Raises RecipeFailed."""
        wanted = Settings.of(settings, seconds)
        current = _present(checkout, settings.get("current"))
        if wanted.stage is not Stage.CLEAN_UP and current >= wanted.wanted.target:
            return Applied(f"it is on Django {show(current)} already", done=True)
        try:
            report = upgrading.upgrade(checkout, _begun(wanted, current))
        except CannotUpgrade as error:
            raise RecipeFailed(str(error)) from error
        changed = any(part.files for part in report.parts)
        return Applied(
            _summary(report),
            tuple(_line(each) for each in report.findings if each.weight is not Weight.NOTE)[:_SHOWN],
            done=not changed,
            report=markdown.page(report),
        )

    def order(self, settings: Mapping[str, object], changed: bool) -> Mapping[str, object]:
        """Fulfils `chairlift.ports.Prover`. After the last two changes only tests on the target prove anything; before
        them and after the first it is what the checkout says that it is on.
        """
        moved = changed and settings.get("stage") != Stage.PREPARE
        kept = {name: settings[name] for name in _PROVING if settings.get(name)}
        return {**kept, "django": str(settings.get("target", ""))} if moved else kept

    def prove(self, checkout: Path, order: Mapping[str, object], seconds: int) -> Proven:
        """Run the service's own tests in the sandbox, on what the checkout installs. Raises RecipeFailed."""
        try:
            present = _present(checkout, order.get("current"))
            current = parse(str(order["current"])) if order.get("current") else present
            leg = Leg(current, parse(str(order["target"])), Stage(str(order["stage"])))
            wish = Wish(
                parse(str(order["django"])) if order.get("django") else present,
                detect(Project(checkout)).kind is Kind.LIBRARY,
                for_both(leg, checkout),
                tests=str(order.get("tests", "")),
                seconds=seconds,
                newest=str(order.get("newest", "")),
                offline=_is(order, "offline"),
                demand_sandbox=_is(order, "demand_sandbox"),
                checks=False,
            )
        except KeyError as error:
            raise RecipeFailed(f"the django recipe needs the setting {error}") from error
        except ValueError as error:
            raise RecipeFailed(str(error)) from error
        proof = prove(checkout, wish)
        return Proven(_RUNS[proof.state], proof.why, proof.output)


def _present(checkout: Path, said: object) -> Release:
    """What the checkout says, else the settings. Raises RecipeFailed, and ValueError for what is no version."""
    found = detect(Project(checkout)).current or (parse(str(said)) if said else None)
    if found is None:
        raise RecipeFailed('nothing in the checkout says which Django it is on: give the recipe current = "2.2"')
    return found


def _begun(settings: Settings, current: Release) -> Wanted:
    """A clean-up is made on the target, but it is the version before that it cleans up after."""
    wanted = settings.wanted
    if settings.stage is Stage.CLEAN_UP and current >= wanted.target:
        earlier = [each.release for each in SERIES if each.release < wanted.target and series(each.release).long_term]
        current = wanted.current or earlier[-1]
    values: dict[str, Any] = {**wanted.__dict__, "current": current, "name": "this service"}
    return Wanted(**values)


def _summary(report: Report) -> str:
    part = report.parts[0]
    names = ", ".join(each.name for each in part.reasons[:12])
    proven = "" if report.state is model.State.NOTHING else f"; {report.state}"
    return f"{names or 'nothing to change'}{proven}"


def _line(finding: Finding) -> str:
    where = f"{finding.path}:{finding.line}: " if finding.line else f"{finding.path}: " if finding.path else ""
    words = f"{where}{finding.text}{f' ({finding.how})' if finding.how else ''}"[:300]
    return f"{words}; see {finding.link}" if finding.link.startswith("https://") else words
