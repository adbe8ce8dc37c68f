"""The whole of it for one checkout: the changes in order, each proven, and the report."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from chairlift import scratch
from chairlift.recipes.django import telling
from chairlift.recipes.django.book import Because, Book
from chairlift.recipes.django.changing import PARTS, Choice, Made, change
from chairlift.recipes.django.config import Kind, detect, too_large
from chairlift.recipes.django.dependencies.relocking import INDEX_AWAY
from chairlift.recipes.django.external import copy_checkout
from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.proving import checks
from chairlift.recipes.django.proving.compare import not_ours
from chairlift.recipes.django.proving.evidence import Proof, State, Wish
from chairlift.recipes.django.proving.interpreters import for_both
from chairlift.recipes.django.proving.prove import prove, side_by_side
from chairlift.recipes.django.releases import SERIES, Leg, Release, Stage, show
from chairlift.recipes.django.repairing import Repair
from chairlift.recipes.django.report.model import Part, Report, Run

TITLES = {
    Stage.PREPARE: "Prepare for Django {target}",
    Stage.UPGRADE: "Upgrade to Django {target}",
    Stage.CLEAN_UP: "Clean up after Django {target}",
}

#: For the tests of a change, also where what came before has used all the time that there was.
LEAST_SECONDS = 20


class CannotUpgrade(Exception):
    """There is nothing to begin with; the text says what is missing and what to do."""


@dataclass(frozen=True)
class Wanted:
    """What is to be done with a checkout. `current` is found in it unless said.

    `tests` is the service's own test command where it is not to be found in the checkout. With `proves` off nothing of
    the checkout is run, and the report says that nothing was proven. `seconds` is for everything.
    """

    target: Release
    current: Release | None = None
    stages: tuple[Stage, ...] = (Stage.PREPARE, Stage.UPGRADE, Stage.CLEAN_UP)
    choice: Choice = field(default_factory=Choice)
    tests: str = ""
    proves: bool = True
    hook: str = ""
    demand_sandbox: bool = False
    seconds: float = 3600
    name: str = ""


Tell = Callable[[str], None]


def current_of(root: Path, wanted: Wanted) -> Release:
    """The Django that the checkout is on. Raises CannotUpgrade."""
    if not root.is_dir():
        raise CannotUpgrade(f"{root} is no folder: give the path of a checkout")
    known = [each.release for each in SERIES]
    if wanted.target not in known:
        raise CannotUpgrade(f"Django {show(wanted.target)} is not known here; known: {', '.join(map(show, known))}")
    found = wanted.current or detect(Project(root)).current
    if found is None:
        large = "".join(f"; {each.path} is too large to be read" for each in too_large(Project(root)))
        raise CannotUpgrade(
            f"nothing in {root} says which Django it is on{large}: say it with --from, such as --from 2.2"
        )
    if found not in known:
        raise CannotUpgrade(f"Django {show(found)} is too old or too new to begin with: begin at {show(known[0])}")
    if found > wanted.target:
        raise CannotUpgrade(f"it is on Django {show(found)} already, which is newer than {show(wanted.target)}")
    return found


def upgrade(
    root: Path, wanted: Wanted, tell: Tell = lambda text: None, made: Callable[[Part], None] = lambda part: None
) -> Report:
    """Make the changes in this very folder, one on top of the other. Raises CannotUpgrade and NoSuchFixer.

    `made` is called after each, while the folder holds it and none of the next.
    """
    current = current_of(root, wanted)
    until = time.monotonic() + wanted.seconds
    declared = detect(Project(root))
    with scratch.folder() as folder:
        before = folder / "before"
        copy_checkout(root, before)
        baseline, bumped = _baseline(before, current, wanted, tell)
    rows = [telling.run("before", baseline)] if baseline else []
    rows += [telling.run("Django alone", bumped)] if bumped else []
    parts = []
    for stage in wanted.stages:
        leg = Leg(current, wanted.target, stage)
        tell(TITLES[stage].format(target=show(wanted.target)))
        parts.append(_part(root, leg, wanted, baseline, until, tell))
        made(parts[-1])
    places = tuple(dict.fromkeys(f"{each.path}:{each.line} {each.specifier}".strip() for each in declared.evidence))
    name = wanted.name or root.resolve().name
    return Report(name, show(current), show(wanted.target), str(declared.kind), places, tuple(parts), tuple(rows))


def preview(root: Path, wanted: Wanted, tell: Tell = lambda text: None) -> Report:
    """The same in a copy: nothing in the folder changes."""
    current_of(root, wanted)
    with scratch.folder() as folder:
        copy = folder / root.resolve().name
        copy_checkout(root, copy)
        return upgrade(copy, wanted, tell)


def _baseline(root: Path, current: Release, wanted: Wanted, tell: Tell) -> tuple[Proof | None, Proof | None]:
    """The tests as they are, and with nothing but Django moved: what the upgrade has to do shows in the second."""
    if not wanted.proves:
        return None, None
    declared = detect(Project(root))
    library = declared.kind is Kind.LIBRARY
    if Stage.UPGRADE not in wanted.stages or current == wanted.target:
        # Django stays what it is; before a clean-up that is the target already.
        present = declared.current or current
        tell(f"the tests on Django {show(present)}")
        stage = Stage.CLEAN_UP if present >= wanted.target else Stage.PREPARE
        return prove(root, _wish(Leg(current, wanted.target, stage), root, present, wanted, library)), None
    tell(f"the tests on Django {show(current)}, and on {show(wanted.target)} alone")
    leg = Leg(current, wanted.target, Stage.UPGRADE)
    old = _wish(leg, root, current, wanted, library)
    bump = replace(_wish(leg, root, wanted.target, wanted, bump=True), checks=False, reruns=0)
    found = side_by_side([(root, old), (root, bump)])
    return found[0], found[1]


def _wish(leg: Leg, root: Path, django: Release, wanted: Wanted, bump: bool) -> Wish:
    """With `bump` Django is brought there whatever is pinned: a library is for several, and pins none of them."""
    choice = wanted.choice
    return Wish(
        django,
        bump,
        for_both(leg, root),
        tests=wanted.tests,
        seconds=wanted.seconds / 2,
        newest=choice.newest,
        offline=choice.offline,
        demand_sandbox=wanted.demand_sandbox,
    )


def _part(root: Path, leg: Leg, wanted: Wanted, baseline: Proof | None, until: float, tell: Tell) -> Part:
    book = Book(root)
    made = change(book, leg, wanted.choice)
    django = leg.current if leg.stage is Stage.PREPARE else leg.target
    runs: list[Run] = []
    proof: Proof | None = None
    if wanted.proves and (book.touched() or leg.stage is Stage.UPGRADE):
        tell(f"the tests on Django {show(django)}, with the change")
        wish = _wish(leg, root, django, wanted, made.declared.kind is Kind.LIBRARY)
        wish = replace(wish, seconds=min(wish.seconds, max(until - time.monotonic(), LEAST_SECONDS)))
        proof = prove(root, wish)
        if leg.stage is Stage.UPGRADE:
            proof = _mended(made, leg, wanted, wish, proof, baseline, until)
        runs.append(telling.run("after", proof, baseline))
        book.findings += telling.findings(baseline, proof)
    unproven = (*made.unproven, *telling.unproven(baseline, proof)) if proof else ()
    unproven += tuple(each.text for each in book.findings if each.code == INDEX_AWAY)
    if not wanted.proves and book.touched():
        unproven += ("nothing was run: it was asked for without tests",)
    title = TITLES[leg.stage].format(target=show(leg.target))
    return Part(
        str(leg.stage),
        title,
        book.touched(),
        book.reasons(),
        _unique(book.findings),
        made.bumps,
        tuple(made.migrations),
        tuple(made.repairs),
        tuple(runs),
        unproven,
    )


def _mended(
    made: Made, leg: Leg, wanted: Wanted, wish: Wish, proof: Proof, baseline: Proof | None, until: float
) -> Proof:
    """Migrations that the target asks for, and the repair loop; the proof of what came out."""
    if wanted.choice.has("migrations"):
        written = _migrations(made, baseline, proof)
        if written:
            proof = prove(made.book.root, wish)
    if proof.state is not State.PASSED:
        proof = Repair(made, leg, wanted.choice, wish, until, wanted.hook, baseline).loop(proof)
        if wanted.choice.has("migrations") and _migrations(made, baseline, proof):
            proof = prove(made.book.root, wish)
    return proof


def _migrations(made: Made, baseline: Proof | None, proof: Proof) -> tuple[str, ...]:
    """Write those that the target needs and the present version does not; the paths that were written."""
    held = not_ours(baseline, proof)
    written = checks.write(made.book.root, [each for each in proof.migrations if each not in held])
    for path in written:
        made.book.wrote(path, Because("migrations", PARTS["migrations"]))
    made.migrations += written
    made.book.findings += telling.migrations(proof.migrations, written, held)
    return written


def _unique(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(set(findings)))
