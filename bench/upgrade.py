"""Upgrades Django projects from PyPI, and says whether their own tests still pass: `make bench-upgrade`.

With words, `python -m bench.upgrade WORD…` takes only those whose name and version hold one of them. Reports are kept
in the folder that it names.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.corpus import NoCorpus, fetched, sources, unpacked
from chairlift.recipes.django.changing import Choice
from chairlift.recipes.django.releases import Stage, parse
from chairlift.recipes.django.report import markdown
from chairlift.recipes.django.report.model import Report, Run
from chairlift.recipes.django.upgrading import CannotUpgrade, Wanted, upgrade

LIST = Path(__file__).with_suffix(".toml")
#: Tests of two projects at once, as two cores can.
ABREAST = 2
SECONDS = 2400
_LOCKS = ("poetry.lock", "uv.lock", "Pipfile.lock", "pdm.lock")


@dataclass(frozen=True)
class Row:
    """One project: its three runs in words, what changed, and how long it all took."""

    name: str
    leg: str
    before: str
    bumped: str
    ours: str
    hunks: int
    minutes: float
    passes: tuple[bool, bool, bool]
    #: Fails in nothing that did not fail before.
    no_worse: bool = False
    causes: tuple[str, ...] = ()


def main() -> int:
    wanted = [each for each in tomllib.loads(LIST.read_text())["project"] if _chosen(each)]
    reports = _cache() / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; reports in {reports}\n", flush=True)
    _line("project", "leg", "before", "Django alone", "ours", "hunks", "minutes")
    with ThreadPoolExecutor(ABREAST) as threads:
        rows = []
        for row in threads.map(lambda each: _tried(each, reports), wanted):
            rows.append(row)
            _line(row.name, row.leg, row.before, row.bumped, row.ours, str(row.hunks), f"{row.minutes:.1f}")
    for row in rows:
        for cause in row.causes:
            print(f"\n{row.name}, {row.leg}, {cause}", flush=True)
    print()
    green = [row for row in rows if row.passes[0]]
    for name, place in (("Django alone", 1), ("ours", 2)):
        print(f"{name}: {sum(row.passes[place] for row in green)} of {len(green)} suites that pass before pass after")
    red = [row for row in rows if not row.passes[0]]
    print(f"not green before: {len(red)}, of which ours fails in nothing more: {sum(row.no_worse for row in red)}")
    print(f"{sum(row.minutes for row in rows):.0f} minutes of projects, {ABREAST} at a time")
    return 0


def _chosen(project: Mapping[str, Any]) -> bool:
    words = sys.argv[1:]
    return not words or any(word in f"{project['name']}=={project['version']}" for word in words)


def _line(*cells: str) -> None:
    widths = (28, 10, 22, 22, 22, 6, 7)
    print("".join(f"{cell[: width - 1]:{width}}" for cell, width in zip(cells, widths, strict=True)), flush=True)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chairlift-bench" / "upgrade"


def _tried(project: Mapping[str, Any], reports: Path) -> Row:
    """What cannot be had or begun is a row like any other."""
    name, (old, new) = f"{project['name']} {project['version']}", project["leg"]
    begun = time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as folder:
            checkout = Path(folder) / project["name"]
            shutil.copytree(_source(project), checkout, symlinks=True)
            report, hunks = _upgraded(checkout, project)
    except (NoCorpus, CannotUpgrade) as error:
        return Row(name, f"{old}->{new}", "not begun", "", "", 0, 0, (False, False, False), causes=(str(error),))
    (reports / f"{project['name']}-{project['version']}.md").write_text(markdown.page(report))
    found = {run.what: run for run in report.baseline}
    last = [run for part in report.parts if part.stage == Stage.UPGRADE for run in part.runs][-1:]
    runs = (found.get("before"), found.get("Django alone"), last[0] if last else None)
    passes = tuple(run is not None and run.state == "passed" for run in runs)
    before, bumped, ours = map(_words, runs)
    minutes = (time.monotonic() - begun) / 60
    return Row(
        name,
        f"{old}->{new}",
        before,
        bumped,
        ours,
        hunks,
        minutes,
        (passes[0], passes[1], passes[2]),
        passes[2] or (last != [] and last[0].state == "red before"),
        tuple(_causes((("before", runs[0]), ("ours", runs[2])))),
    )


def _causes(runs: tuple[tuple[str, Run | None], ...]) -> Iterator[str]:
    """Why a run is not green; what the report says at length."""
    for what, run in runs:
        if run is not None and run.state != "passed":
            yield f"{what}: {' '.join(run.why.split())[:400]}"


def _words(run: Run | None) -> str:
    if run is None:
        return "not run"
    counts = f"{run.passed}/{run.passed + run.failed}" if run.passed + run.failed else ""
    return f"{run.state} {counts} {run.django}".replace("  ", " ").strip()


def _upgraded(checkout: Path, project: Mapping[str, Any]) -> tuple[Report, int]:
    with tempfile.TemporaryDirectory() as folder:
        before = Path(folder) / "before"
        shutil.copytree(checkout, before, symlinks=True)
        old, new = map(parse, project["leg"])
        stages = (Stage.PREPARE, Stage.UPGRADE)
        choice = Choice(newest=project["as_of"])
        report = upgrade(checkout, Wanted(new, old, stages, choice, project.get("tests", ""), seconds=SECONDS))
        return report, sum(_hunks(before, checkout))


def _hunks(before: Path, after: Path) -> Iterator[int]:
    """Of every file that is no lock file, the places that differ, as `diff -U0` counts them."""
    paths = {str(path.relative_to(root)) for root in (before, after) for path in root.rglob("*") if path.is_file()}
    for path in sorted(paths):
        if path.rpartition("/")[2] in _LOCKS or "__pycache__" in path:
            continue
        texts = [root.joinpath(path).read_bytes() if root.joinpath(path).is_file() else b"" for root in (before, after)]
        if texts[0] != texts[1]:
            old, new = (text.decode("utf-8", "replace").splitlines() for text in texts)
            yield sum(line.startswith("@@") for line in difflib.unified_diff(old, new, n=0, lineterm=""))


def _source(project: Mapping[str, Any]) -> Path:
    """The unpacked source distribution, downloaded once and checked against its hash."""
    folder = _cache() / f"{project['name']}-{project['version']}-{project['sha256'][:12]}"
    if not folder.is_dir():
        pin = f"{project['name']}=={project['version']}"
        data = fetched(sources([pin])[pin])
        if hashlib.sha256(data).hexdigest() != project["sha256"]:
            raise NoCorpus(f"{pin} is not what it was when the list was made: its hash differs")
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
            unpacked(data, Path(temporary) / "tree")
            (Path(temporary) / "tree").rename(folder)
    return folder


if __name__ == "__main__":
    sys.exit(main())
