"""Compares two proofs of one service: what the change broke, what it mended, and what was red before."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chairlift.recipes.django.proving.evidence import Case, Checked, Migration, Proof, Result, State, Warned


@dataclass(frozen=True)
class Comparison:
    """`gone` are tests that ran before and not afterwards; a new warning has another text, class or file."""

    state: State
    why: str
    newly_failing: tuple[Case, ...] = ()
    fixed: tuple[str, ...] = ()
    still_failing: tuple[Case, ...] = ()
    flaky: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    new_warnings: tuple[Warned, ...] = ()
    gone_warnings: tuple[Warned, ...] = ()
    new_checks: tuple[Checked, ...] = ()
    new_migrations: tuple[Migration, ...] = ()


def compare(before: Proof, after: Proof) -> Comparison:
    """What changed. A test that is flaky on either side counts as neither broken nor mended."""
    flaky = {*before.flaky, *after.flaky}
    was = {case.id: case for case in before.tests}
    red_before = {case.id for case in before.red}
    red = [case for case in after.red if case.id not in flaky]
    newly = tuple(case for case in red if case.id not in red_before)
    still = tuple(case for case in red if case.id in red_before)
    here = {case.id for case in after.tests if case.result is not Result.SKIPPED}
    ran = {id for id, case in was.items() if case.result is not Result.SKIPPED and id not in red_before}
    fixed = tuple(sorted((red_before & here) - {case.id for case in after.red} - flaky))
    gone = tuple(sorted(ran - here))
    state, why = _state(before, after, newly, still, gone)
    return Comparison(
        state,
        why,
        newly,
        fixed,
        still,
        tuple(sorted(flaky)),
        gone,
        _new(before.warnings, after.warnings),
        _new(after.warnings, before.warnings),
        tuple(each for each in after.checks if each not in before.checks),
        tuple(each for each in after.migrations if (each.app, each.operations) not in _operations(before)),
    )


def _operations(proof: Proof) -> set[tuple[str, tuple[str, ...]]]:
    return {(each.app, each.operations) for each in proof.migrations}


def _new(old: tuple[Warned, ...], new: tuple[Warned, ...]) -> tuple[Warned, ...]:
    # Lines move; that a file warns in one more place is no news.
    known = {(each.category, each.text, each.path, each.distribution) for each in old}
    return tuple(each for each in new if (each.category, each.text, each.path, each.distribution) not in known)


def _state(
    before: Proof, after: Proof, newly: tuple[Case, ...], still: tuple[Case, ...], gone: tuple[str, ...]
) -> tuple[State, str]:
    if after.state is State.PASSED:
        if gone:
            return State.UNPROVEN, f"{len(gone)} tests that ran before did not run: {gone[0]}"
        return State.PASSED, after.why
    if after.state is not State.FAILED:
        return after.state, after.why
    if still and not newly and not gone and before.state is State.FAILED:
        return State.RED_BEFORE, f"{len(still)} tests fail, all of which failed before the change"
    if newly:
        return State.FAILED, f"{len(newly)} tests fail that did not before; the first: {newly[0].id}"
    return State.FAILED, after.why


#: Why a migration is left that the present version lacks as well: nothing gets worse without it.
MISSING_BEFORE = "it was missing before the upgrade already"


def not_ours(before: Proof | None, after: Proof) -> dict[Migration, str]:
    """Those migrations that the models need on the target and that are not the upgrade's to write, each with why.

    Only what Django did not ask for before the change, with the same settings, is needed because of it.
    """
    if before is None or not before.asked:
        why = "whether it was missing before the upgrade already could not be told, as Django could not be asked there"
        return dict.fromkeys(after.migrations, why)
    if before.asked != after.asked:
        why = f"before the upgrade Django was asked with {before.asked}, and now with {after.asked}"
        return dict.fromkeys(after.migrations, why)
    was = {(each.app, operation) for each in before.migrations for operation in each.operations}
    held = {each: MISSING_BEFORE for each in after.migrations if any((each.app, one) in was for one in each.operations)}
    held |= {each: "it asks what only a person can answer" for each in after.migrations if each.asks}
    while more := {each: why for each, why in _needing(after.migrations, held) if each not in held}:
        held |= more
    return held


def _needing(migrations: tuple[Migration, ...], held: dict[Migration, str]) -> list[tuple[Migration, str]]:
    """Those that name one of these among what they depend on."""
    return [
        (each, f"it needs {other.name} of {other.app}, and of that one: {why}")
        for each in migrations
        for other, why in held.items()
        if re.search(rf"\(\s*['\"]{re.escape(other.app)}['\"],\s*['\"]{re.escape(other.name)}['\"]\s*\)", each.text)
    ]
