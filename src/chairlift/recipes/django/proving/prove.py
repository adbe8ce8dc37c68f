"""Proves a checkout on one Django, or an upgrade on three: before, Django alone, and after."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from chairlift.programs import CannotStart
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.proving import checks, commands, environments, sandbox, tests, wanted
from chairlift.recipes.django.proving.commands import Command, NoTests
from chairlift.recipes.django.proving.compare import Comparison, compare
from chairlift.recipes.django.proving.evidence import Case, Proof, Result, State, Wish
from chairlift.recipes.django.proving.installing import LEFT_OUT
from chairlift.recipes.django.proving.interpreters import NoPython, choose
from chairlift.recipes.django.proving.lost import SEVERAL_CONFIGS, asked_configs, lost
from chairlift.recipes.django.proving.memory import Memory, key_of
from chairlift.recipes.django.proving.order import Order, Store, default_store
from chairlift.recipes.django.proving.records import library
from chairlift.recipes.django.proving.sandbox import Bounds, NotSandboxed
from chairlift.recipes.django.proving.servers import looking, planning
from chairlift.recipes.django.proving.servers.planning import Plan
from chairlift.recipes.django.proving.tests import Inside, Suite
from chairlift.recipes.django.releases import parse, show

_OUTPUT = 8000


def prove(checkout: Path, wish: Wish, store: Store | None = None, bounds: Bounds | None = None) -> Proof:
    """Run the tests of a checkout on the Django that is wished for. Nothing in the checkout is changed.

    Never raises for what the service does or lacks: that is in the proof. `bounds` limit each run; their seconds are
    the wish's.
    """
    begun = time.monotonic()
    try:
        proof = _prove(checkout.resolve(), wish, store or default_store(), bounds or Bounds())
    except NoTests as error:
        proof = Proof(State.ABSENT, str(error), wish.django, unverified=(f"everything: {error}",))
    except (NoPython, NotSandboxed, CannotStart, KeyError, OSError) as error:
        why = str(error.args[0] if isinstance(error, KeyError) else error)
        proof = Proof(State.UNPROVEN, why, wish.django, unverified=(f"everything: {why}",), sandboxed=False)
    return replace(proof, seconds=round(time.monotonic() - begun, 2))


def _prove(checkout: Path, wish: Wish, store: Store, bounds: Bounds) -> Proof:
    python = choose(wish.django, checkout, wish.python)
    command = commands.find(checkout, wish.django, python.release, wish.tests)
    needed = wanted.find(Project(checkout), wish.requirements, command.tox)
    wish, notes = _completed(checkout, wish, command, needed)
    with environments.built(Order(checkout, needed, python, wish), store) as (home, built):
        built = replace(built, notes=(*built.notes, *notes))
        if not built.ok:
            why = f"{built.why}\n{built.log}".strip()[:800]
            return Proof(
                State.UNPROVEN, why, wish.django, command.line, built, unverified=(f"everything: {built.why}",)
            )
        built = replace(built, lost=lost(home))
        memory, key = Memory(store.proofs), key_of(checkout, wish, command, built, looking.available())
        if known := memory.recall(key, wish):
            return known
        inside = Inside(checkout, home, python, wish, replace(bounds, seconds=wish.seconds))
        inside, command, unproven = looking.prepare(inside, command, built)
        inside, first, flaky = _ran(inside, command)
        if SEVERAL_CONFIGS in first.confined.ran.out:
            built = replace(built, apps=asked_configs(home))
        proof = judge(first, flaky, wish, command, inside.plan)
        looked = checks.look(inside, command) if wish.checks else checks.Looked()
    missing = [note for note in built.notes if note.startswith(LEFT_OUT)]
    unverified = (*proof.unverified, *unproven, *looked.unverified, *missing)
    proof = replace(proof, checks=looked.checks, migrations=looked.migrations, asked=looked.asked)
    proof = replace(proof, built=built, unverified=unverified)
    memory.keep(key, wish, proof)
    return proof


def _completed(checkout: Path, wish: Wish, command: Command, needed: wanted.Wanted) -> tuple[Wish, tuple[str, ...]]:
    """The wish, with the test runner that the command needs where the requirements can be read and do not name it."""
    if re.search(r"\bsetup\.py\s+test\b", command.line):
        wish = replace(wish, extra=(*wish.extra, *wanted.for_setup_test(Project(checkout))))
    if "pytest" not in command.line or "pytest" in needed.names or needed.itself or needed.export:
        return wish, ()
    if any(name.startswith("pytest-") for name in needed.names):
        return wish, ()
    extra = (*wish.extra, "pytest", "pytest-django")
    return replace(wish, extra=extra), ("pytest is in no requirements; its newest release was installed",)


#: Servers may be asked for one after the other: who cannot connect to the first never asks for the second.
_ROUNDS = 3


def _ran(inside: Inside, command: Command) -> tuple[Inside, Suite, frozenset[str]]:
    """The tests, with more servers where the settings did not say which ones they call; and again for flaky ones."""
    suite = tests.run(inside, command)
    for _ in range(_ROUNDS):
        more = inside.plan.more(suite.wants)
        green = suite.cases and not suite.red
        if green or sandbox.missing() or (more.servers, more.names) == (inside.plan.servers, inside.plan.names):
            break
        inside = replace(inside, plan=more)
        suite = tests.run(inside, command)
    return replace(inside, plan=inside.plan.more(suite.wants)), *tests.run_again(inside, command, suite)


def judge(suite: Suite, flaky: frozenset[str], wish: Wish, command: Command, plan: Plan | None = None) -> Proof:
    """What a run of the tests proves. Only tests that really ran, on the Django that was meant, make it green."""
    plan = plan or Plan()
    confined = suite.confined
    unverified = [f"the tests were not sandboxed: {confined.open}"] if confined.open else []
    if suite.left_out:
        unverified.append(f"{suite.left_out:,} records of the tests were left out: there were too many")
    proof = Proof(
        State.PASSED,
        "",
        wish.django,
        command.line,
        ran=replace(suite.ran, servers=planning.shown(plan, suite.servers)),
        tests=suite.cases,
        flaky=tuple(sorted(flaky)),
        warnings=suite.warnings,
        sandboxed=confined.sandboxed,
        exit_code=confined.ran.code,
        output=confined.ran.tail(_OUTPUT),
    )
    state, why = _state(proof, confined.stopped, confined.ran.ended, tests.last_words(confined.ran.out))
    servers = planning.unverified(plan, suite.servers, suite.wants)
    blind = any(each.state == "died" for each in suite.servers) or all(
        case.failure and case.failure.needs for case in proof.red
    )
    if servers and blind and state is not State.PASSED:
        state, why = State.UNPROVEN, f"{why} ({servers[0]})"
    unverified += servers
    for needs in sorted({case.failure.needs for case in proof.red if case.failure and case.failure.needs}):
        many = sum(1 for case in proof.red if case.failure and case.failure.needs == needs)
        unverified.append(f"{many} tests: they need {needs}")
    if state in (State.UNPROVEN, State.ABSENT):
        unverified.append(f"whether the service works: {why}")
    return replace(proof, state=state, why=why, unverified=tuple(unverified))


def _state(proof: Proof, stopped: str, ended: str, words: str) -> tuple[State, str]:
    executed = [case for case in proof.tests if case.result is not Result.SKIPPED]
    if unsaid := _nothing_said(proof, executed, stopped, ended, words):
        return unsaid
    red = proof.red
    if red and all(case.failure and case.failure.needs for case in red):
        needs = sorted({case.failure.needs for case in red if case.failure})
        return State.UNPROVEN, f"{len(red)} of {len(executed)} tests need {', '.join(needs)}"
    if red:
        cause = red[0].failure.cause[:300] if red[0].failure else ""
        return State.FAILED, f"{len(red)} of {len(executed)} tests failed; the first: {red[0].id}: {cause}"
    if proof.exit_code and not proof.flaky:
        return State.FAILED, f"{ended}, though none of {len(executed)} tests failed: {words}"
    tail = f", {len(proof.flaky)} of them flaky" if proof.flaky else ""
    expected = proof.count(Result.XFAILED)
    tail += f", {expected} failed as expected" if expected else ""
    return State.PASSED, f"{len(executed) - expected} tests passed on Django {', '.join(proof.ran.django)}{tail}"


def _nothing_said(
    proof: Proof, executed: Sequence[Case], stopped: str, ended: str, words: str
) -> tuple[State, str] | None:
    """Where single tests decide nothing: they did not end, did not run, or not on the Django that was meant."""
    if "seconds" in stopped:
        return State.FAILED, f"the tests hung: {stopped}, with {len(executed)} done"
    if stopped:
        return State.UNPROVEN, f"{stopped}, with {len(executed)} tests done"
    if not proof.ran.python:
        return State.UNPROVEN, f"{ended}, but no Python of the environment told what it ran: {words}"
    if not proof.tests and proof.exit_code in (0, 5):
        return State.ABSENT, f"{ended}, but no test was executed: {words}"
    if not proof.tests and (lacking := library(words)):
        return State.UNPROVEN, f"no test could run: they need {lacking}"
    if not proof.tests:
        return State.FAILED, f"no test could run: {ended}: {words}"
    if not executed:
        return State.UNPROVEN, f"{ended}, but all {len(proof.tests)} tests were skipped"
    wrong = _wrong_django(proof)
    return (State.UNPROVEN, wrong) if wrong else None


def _wrong_django(proof: Proof) -> str:
    if not proof.ran.django:
        return f"the tests never loaded Django, so they prove nothing about {show(proof.django)}"
    for version in proof.ran.django:
        try:
            right = parse(version) == proof.django
        except ValueError:
            right = False
        if not right:
            return f"meant was Django {show(proof.django)}, but the tests ran on {version}"
    return ""


# ---- several ----


def side_by_side(
    wishes: Sequence[tuple[Path, Wish]], store: Store | None = None, bounds: Bounds | None = None, at_once: int = 2
) -> list[Proof]:
    """Prove several at the same time, in the order in which they were given."""
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        return list(pool.map(lambda each: prove(each[0], each[1], store, bounds), wishes))


@dataclass(frozen=True)
class Upgraded:
    """The three proofs of an upgrade, and what the change did to the tests."""

    before: Proof
    bumped: Proof
    after: Proof

    @property
    def comparison(self) -> Comparison:
        return compare(self.before, self.after)


def prove_upgrade(
    before: Path, after: Path, old: Wish, new: Wish, store: Store | None = None, bounds: Bounds | None = None
) -> Upgraded:
    """The checkout before the change on the old version and on the target, and the checkout after it on the target."""
    proofs = side_by_side([(before, old), (before, replace(new, bump=True, checks=False)), (after, new)], store, bounds)
    return Upgraded(*proofs)
