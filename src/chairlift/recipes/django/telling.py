"""Turns proofs into rows and findings of the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.proving.compare import MISSING_BEFORE, Comparison, compare
from chairlift.recipes.django.proving.evidence import WAYS, Case, Lost, Migration, Proof, Result, State, newly_lost
from chairlift.recipes.django.releases import show
from chairlift.recipes.django.report.model import Run

#: Causes of failing tests that are told; the run says how many tests there are.
_NAMED = 12
#: System checks of these levels stop a deployment.
_STOPS = ("ERROR", "CRITICAL")
_UNRUN = "no test could run: "


def run(what: str, proof: Proof, before: Proof | None = None) -> Run:
    """One row of the evidence: what ran, and what came of it, also beside what failed `before` the change."""
    state, why, new = proof.state, proof.why, len(proof.red)
    if before is not None and state is State.FAILED:
        compared = compare(before, proof)
        new = len(compared.newly_failing)
        if compared.state is State.RED_BEFORE or _untold(before, proof):
            state = State.RED_BEFORE
            dead = f"no test could run before the change either: {proof.why.removeprefix(_UNRUN)}"
            why = compared.why if proof.tests else dead
    return Run(
        what,
        str(state),
        why,
        ", ".join(proof.ran.django),
        ", ".join(proof.ran.python),
        ", ".join([*proof.ran.databases, *proof.ran.servers]),
        proof.count(Result.PASSED),
        len(proof.red),
        proof.count(Result.SKIPPED),
        proof.seconds,
        sum(each.own for each in proof.warnings),
        sum(not each.own for each in proof.warnings),
        proof.sandboxed,
        new,
    )


def _untold(before: Proof, after: Proof) -> bool:
    """Where no test could run before, what fails now tells nothing of the change."""
    return before.state is not State.PASSED and not before.tests and not after.tests


def unproven(before: Proof | None, after: Proof) -> tuple[str, ...]:
    """What was not verified; what was so before the change as well is the squad's, and said as such."""
    said = list(after.unverified)
    if before is not None and before.state is not State.PASSED:
        said.append(f"the default branch itself is not green: {before.state}: {before.why}")
    return tuple(dict.fromkeys(said))


def findings(before: Proof | None, after: Proof) -> Iterator[Finding]:
    """What fails with the change and did not before, what Django's checks say, and what will be removed next."""
    compared = compare(before, after) if before else None
    yield from _failures(compared.newly_failing if compared else after.red)
    yield from _not_run(before, after, compared)
    known = {(each.id, each.about) for each in before.checks} if before else set()
    for each in after.checks:
        if (each.id, each.about) not in known and not each.id.startswith("security."):
            weight = Weight.MUST if each.level.upper() in _STOPS else Weight.LOOK
            about = f" ({each.about})" if each.about else ""
            yield Finding("", 0, f"check {each.id}", f"{each.text}{about}", each.hint, weight=weight)
    for warned in after.warnings:
        if warned.own and warned.removal:
            yield Finding(warned.path, warned.line, "deprecated", warned.text, weight=Weight.NOTE)
    yield from _lost(before, after)


#: Names of one distribution that are told; more of them say no more.
_NAMES = 3


def _lost(before: Proof | None, after: Proof) -> Iterator[Finding]:
    """What distributions take from Django and lost with the target."""
    by_name: dict[str, list[Lost]] = {}
    for each in newly_lost(before, after):
        by_name.setdefault(each.distribution, []).append(each)
    for name, found in by_name.items():
        names = ", ".join(each.name for each in found[:_NAMES])
        more = f" and {len(found) - _NAMES} more" if len(found) > _NAMES else ""
        text = (
            f"{name} {found[0].version} uses {names}{more}, which Django {show(after.django)} does not have "
            f"({found[0].path}:{found[0].line})"
        )
        how = "raise it; it does no harm where nothing imports that module, which the tests may not tell"
        yield Finding("", 0, "lost-names", text, how)


def _not_run(before: Proof | None, after: Proof, compared: Comparison | None) -> Iterator[Finding]:
    """A suite that no longer starts, and tests that are no longer among those that run."""
    if after.state is State.FAILED and not after.tests and not (before and _untold(before, after)):
        how = "mend it: nothing else can be seen before the tests start"
        yield Finding("", 0, "test", after.why, how, weight=Weight.MUST)
    elif compared and compared.gone and after.tests:
        many = len(compared.gone)
        who = f"{many} tests that ran before do not run now, such as" if many > 1 else "a test ran before, and not now:"
        text = f"{who} {compared.gone[0]}"
        yield Finding("", 0, "test-gone", text, "look why: a skip, another name, or a module that cannot be imported")


def _failures(red: Sequence[Case]) -> Iterator[Finding]:
    """One finding for each cause: eleven tests that fail alike are one thing to mend."""
    causes: dict[tuple[str, str], list[str]] = {}
    for case in red:
        key = (case.failure.cause[:300], case.failure.frame) if case.failure else ("no reason was given", "")
        causes.setdefault(key, []).append(case.id)
    for (cause, frame), ids in [*causes.items()][:_NAMED]:
        path, line = _place(frame)
        who = f"{ids[0]} fails" if len(ids) == 1 else f"{len(ids)} tests fail alike, such as {ids[0]}"
        yield Finding(path, line, "test", f"{who}: {cause}", "mend the code or the test", weight=Weight.MUST)


def _place(frame: str) -> tuple[str, int]:
    place, _, _ = frame.partition(" ")
    path, _, line = place.rpartition(":")
    return (path, int(line)) if line.isdigit() else (place, 0)


def migrations(
    needed: tuple[Migration, ...], written: tuple[str, ...], held: Mapping[Migration, str]
) -> Iterator[Finding]:
    """What a person decides about migrations: those that ask something, that are another's, or alter a table.

    `held` are those that are not the upgrade's to write, each with why.
    """
    for each in needed:
        where = each.path or each.app
        if each.asks:
            text = f"{each.app} needs a migration that only a person can write: {'; '.join(each.asks)}"
            yield Finding(where, 0, "migration", text, "run makemigrations on the target", weight=Weight.MUST)
        elif each.distribution:
            text = f"{each.app} of {each.distribution} lacks a migration; makemigrations would write it outside"
            how = "take a newer version, or set DEFAULT_AUTO_FIELD for that app"
            yield Finding("", 0, "migration", text, how, weight=Weight.LOOK)
        elif each in held:
            text = f"{each.app} lacks a migration ({', '.join(each.operations)}), which was not written: {held[each]}"
            how = "run makemigrations on the present version, and on the target; what both write is a change of its own"
            weight = Weight.LOOK if held[each] == MISSING_BEFORE else Weight.MUST
            yield Finding(where, 0, "migration", text, how, weight=weight)
        elif each.path in written and each.alters:
            text = f"{each.name} of {each.app} alters {', '.join(each.alters)}: is one of them big?"
            yield Finding(where, 0, "migration", text, "; or ".join(WAYS), weight=Weight.LOOK)
