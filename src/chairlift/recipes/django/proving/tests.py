"""Runs a service's tests in an environment, with the probe inside, and again where something failed."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from chairlift import scratch
from chairlift.recipes.django.proving import records, sandbox
from chairlift.recipes.django.proving.commands import Command
from chairlift.recipes.django.proving.evidence import Case, Ran, Warned, Wish
from chairlift.recipes.django.proving.interpreters import Interpreter
from chairlift.recipes.django.proving.records import Listener
from chairlift.recipes.django.proving.sandbox import BOX, CHECKOUT, GIVEN, Bounds, Confined, Room
from chairlift.recipes.django.proving.servers import planning, wants
from chairlift.recipes.django.proving.servers.planning import Plan, Told
from chairlift.recipes.django.proving.servers.wants import Want

_PROBE = Path(__file__).parent / "probe"


@dataclass(frozen=True)
class Inside:
    """Where a service's programs run: its checkout, the environment and its Python; and the servers of its tests."""

    checkout: Path
    home: Path
    python: Interpreter
    wish: Wish
    bounds: Bounds
    plan: Plan = field(default_factory=Plan)

    @contextlib.contextmanager
    def room(self, env: Mapping[str, str]) -> Iterator[tuple[Room, Listener]]:
        """A sandbox with the probe in it, and what listens to the probe."""
        with scratch.folder() as given:
            given.chmod(0o755)
            shutil.copytree(_PROBE, given / "probe", ignore=shutil.ignore_patterns("__pycache__"))
            with Listener(given) as listener:
                yield self._room(given, {**env, **self.wish.env}), listener

    def _room(self, given: Path, env: Mapping[str, str]) -> Room:
        own = {
            "CHAIRLIFT_PROBE": f"{GIVEN}/probe",
            "CHAIRLIFT_SOCKET": f"{GIVEN}/socket",
            "CHAIRLIFT_CHECKOUT": CHECKOUT,
            "CHAIRLIFT_BIN": str(self.home / "bin"),
            "VIRTUAL_ENV": str(self.home),
            "PYTHONUNBUFFERED": "1",
            # The environment is read-only: what one process compiles the others find here.
            "PYTHONPYCACHEPREFIX": f"{BOX}/tmp/bytecode",
        }
        if sandbox.missing():
            # An editable install points into the box, and there is none.
            own["PYTHONPATH"] = ":".join([CHECKOUT, f"{CHECKOUT}/src", env.get("PYTHONPATH", "")]).rstrip(":")
        return Room(
            checkout=self.checkout,
            shown=(self.home, self.python.home),
            given=given,
            path=(self.home / "bin",),
            env={**env, **own},
        )


@dataclass(frozen=True)
class Suite:
    """One run of the tests: how it ended, and what the probe told."""

    confined: Confined
    cases: tuple[Case, ...]
    ran: Ran
    warnings: tuple[Warned, ...]
    left_out: int = 0
    servers: tuple[Told, ...] = ()
    wants: tuple[Want, ...] = ()

    @property
    def red(self) -> frozenset[str]:
        return frozenset(case.id for case in self.cases if case.red)


def run(inside: Inside, command: Command) -> Suite:
    """The tests, once. Raises NotSandboxed and CannotStart."""
    with inside.room(command.env) as (room, listener):
        before = inside.plan.give(room.given) if room.given else []
        confined = sandbox.confine(
            [*before, "/bin/sh", "-c", command.line],
            replace(room, names=inside.plan.names),
            inside.bounds,
            folder=command.folder,
            demand=inside.wish.demand_sandbox,
        )
    return suite(confined, listener.heard, listener.left_out)


def suite(confined: Confined, heard: Sequence[Mapping[str, Any]], left_out: int = 0) -> Suite:
    found = records.cases(heard), records.ran(heard), records.warned(heard)
    return Suite(confined, *found, left_out, planning.told(heard), wants.wants(heard))


def run_again(inside: Inside, command: Command, first: Suite) -> tuple[Suite, frozenset[str]]:
    """The tests as often as `reruns` says while some fail, and those that ended both ways.

    The suite is the first, so nothing that failed is lost. A run that was stopped, or in which nothing ran, is not
    repeated: that is no flaky test.
    """
    red, flaky = first.red, frozenset[str]()
    last = first
    for _ in range(inside.wish.reruns):
        if not red or first.confined.stopped or not any(not case.red for case in first.cases):
            break
        last = run(inside, command)
        passed = {case.id for case in last.cases if not case.red}
        flaky |= (red & passed) | (last.red - red)
        red &= last.red
    return first, flaky


#: What coverage says of itself comes last, and tells nothing of the tests.
_OF_COVERAGE = re.compile(r"CoverageWarning:|self\._warn\(|No data (?:was collected|to report)")


#: An exception at the end of a traceback; some programs add a hint or two below it.
_EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(?:Error|Exception|Configured|NotReady|DoesNotExist): \S")
_HINTS = 3


def last_words(out: str) -> str:
    """The last line that says something: test runners end with their count, Python with the exception."""
    lines = [line.strip() for line in out.splitlines() if re.search(r"\w", line) and not _OF_COVERAGE.search(line)]
    ends = [line for line in lines[-_HINTS:] if _EXCEPTION.match(line)]
    return (ends or lines or ["no output"])[-1][:400]
