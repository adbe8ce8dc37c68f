"""A recipe that does what a test tells it to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chairlift.core.upgrade import RunState
from chairlift.ports import Applied, Proven, RecipeFailed
from chairlift.testing.recipes import read_files, write_files


@dataclass
class ScriptedRecipe:
    """Puts texts at paths (None deletes), fails, hangs, or does nothing; counts its runs.

    A change says what it wants by its settings: `edits`, `fails` (a text) and `hangs`, before those given here.
    """

    edits: Mapping[str, str | None] = field(default_factory=dict)
    says: Applied = field(default_factory=Applied)
    fails: str = ""
    hangs: bool = False
    runs: int = 0
    name: str = "scripted"
    version: str = "1"

    def apply(self, checkout: Path, settings: Mapping[str, object], seconds: int) -> Applied:
        """A hanging recipe fails at once, as if the time were over."""
        self.runs += 1
        if settings.get("hangs", self.hangs):
            raise RecipeFailed(f"scripted: still running after {seconds} seconds")
        fails = settings.get("fails", self.fails)
        if fails:
            raise RecipeFailed(str(fails))
        edits = settings.get("edits", self.edits)
        assert isinstance(edits, Mapping), "edits are texts by path"
        for name, text in edits.items():
            if text is None:
                (checkout / name).unlink(missing_ok=True)
            else:
                write_files(checkout, {name: text})
        return self.says


class ScriptedProver(ScriptedRecipe):
    """Runs tests, too: those of a checkout with a file `tests.py`, red while there is one called `broken`.

    With the change made, they must have run on what the change's `shows` says: some file has to hold that text.
    """

    def order(self, settings: Mapping[str, object], changed: bool) -> Mapping[str, object]:
        """What must show, as soon as there is a change to show it."""
        return {"shows": settings.get("shows", "")} if changed else {}

    def prove(self, checkout: Path, order: Mapping[str, object], seconds: int) -> Proven:
        """In no time."""
        files = read_files(checkout)
        if "tests.py" not in files:
            return Proven(RunState.ABSENT, "no tests were found")
        if "broken" in files:
            return Proven(RunState.FAILED, "1 failed", "it fell over")
        shows = str(order.get("shows", ""))
        if not any(shows in text for text in files.values()):
            return Proven(RunState.UNPROVEN, f"nothing shows {shows}")
        return Proven(RunState.PASSED, f"1 passed {shows}".strip())
