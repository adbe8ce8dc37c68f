"""Runs a tool that came with us as a program, and says what went wrong as a finding."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chairlift.programs import CannotStart, Ran, run
from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixed

_LIMIT = 100_000_000


@dataclass(frozen=True)
class ToolRan:
    """The files that the tool changes (nothing is written), and what a person should know of the others."""

    fixed: tuple[Fixed, ...] = ()
    findings: tuple[Finding, ...] = ()


class Failed(Exception):
    """The tool could not be run to its end; the finding says why."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        how = f"install Chairlift with its dependencies, or run {name} by hand"
        self.finding = Finding("", 0, name, f"{name} was not applied: {why}", how, weight=Weight.LOOK)


def beside_us(name: str) -> str:
    """The program of that name in our own environment, or else on PATH. Raises Failed."""
    here = Path(sys.executable).with_name(name)
    program = str(here) if here.is_file() else shutil.which(name)
    if program is None:
        raise Failed(name, f"there is no program called {name!r}")
    return program


def ran(name: str, argv: Sequence[str], cwd: Path, seconds: float, good: Sequence[int] = (0,)) -> Ran:
    """Raises Failed where it cannot start, takes too long, dies, or ends otherwise than with one of `good`."""
    try:
        result = run(argv, cwd=cwd, seconds=seconds, limit=_LIMIT, apart=True, raw=True)
    except CannotStart as error:
        raise Failed(name, str(error)) from error
    if result.timed_out or result.code not in good:
        said = result.tail(300)
        raise Failed(name, result.ended + (f": {said}" if said else ""))
    return result
