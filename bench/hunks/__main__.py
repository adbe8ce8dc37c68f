"""Counts how much of a real upgrade ours covers: `make bench-hunks REPO=… BASE=… FINAL=…`.

It checks out the last commit before people upgraded, upgrades it as of their day, and goes through every hunk of their
net diff outside lock files that belongs to their upgrade. Whether the upgrade needed it is decided by rules
(`kinds.py`, `tidying.py`, `taste.py`, `unconcerned.py`), and what ours did about it by others (`judging.py`,
`meaning.py`, `alike.py`); each says which. What is not covered is listed, so that a person can judge. Options go into
`ARGS=`, such as `ARGS="--prove --all"`; `--labels` names a file with corrections by hand.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.specifiers import SpecifierSet

from bench.hunks import meaning
from bench.hunks.history import History, Hunk, pattern_of
from bench.hunks.instead import serves
from bench.hunks.judging import Three, Verdict, judge, share
from bench.hunks.kinds import Need, Sort, need_of, sort_of
from bench.hunks.pins import Evidence, Moves, pins
from bench.hunks.taste import is_taste
from bench.hunks.tidying import tidy
from bench.hunks.unconcerned import concerned
from chairlift.recipes.django.changing import Choice
from chairlift.recipes.django.releases import Release, Stage, parse
from chairlift.recipes.django.report import markdown
from chairlift.recipes.django.report.model import Report
from chairlift.recipes.django.upgrading import CannotUpgrade, Wanted, upgrade

_PINNED = (".in", ".txt", ".lock")
COVERED = (Verdict.SAME, Verdict.EQUIVALENT)


@dataclass(frozen=True)
class Row:
    """One hunk of theirs, and what is said of it."""

    hunk: Hunk
    sort: Sort
    need: Need
    verdict: Verdict


def main() -> int:
    given = _arguments()
    history = History(given.repo, given.base, given.final)
    old, new = parse(given.current), parse(given.to)
    commits = history.commits(given.pattern or pattern_of(old, new), given.also)
    choice = Choice(newest=history.day())
    stages = (Stage.PREPARE, Stage.UPGRADE)
    wanted = Wanted(new, old, stages, choice, given.tests, given.prove, seconds=given.seconds)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        checkout = Path(folder) / (given.name or given.repo.resolve().name)
        history.check_out(checkout)
        try:
            report = upgrade(checkout, wanted, lambda text: print(f"… {text}", file=sys.stderr, flush=True))
        except CannotUpgrade as error:
            print(error)
            return 1
        evidence = Evidence(Path(folder) / "releases", new)
        rows = _served(history, _rows(history, commits, checkout, report, (old, new), evidence))
        upgrade(checkout, replace(wanted, stages=(Stage.CLEAN_UP,), proves=False))
        last = _served(history, _rows(history, commits, checkout, report, (old, new), evidence))
    cleaned = [_corrected(_better(row, other), _labels(given.labels)) for row, other in zip(rows, last, strict=True)]
    rows = [_corrected(row, _labels(given.labels)) for row in rows]
    if given.report:
        given.report.write_text(markdown.page(report))
    print(f"{given.name or given.repo}: {len(commits)} commits of the upgrade, as of {history.day()}")
    _runs(report)
    print("\nafter prepare and upgrade")
    _counts(rows)
    print("\nafter the clean-up, which people may have made in the same stroke")
    _counts(cleaned)
    _list(cleaned, given.all)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.hunks", description=__doc__)
    parser.add_argument("repo", type=Path, help="a repository, bare or not")
    parser.add_argument("base", help="the last commit before the upgrade")
    parser.add_argument("final", help="the commit with which it was done")
    parser.add_argument("--from", dest="current", default="2.2")
    parser.add_argument("--to", default="3.2")
    parser.add_argument("--name", default="")
    parser.add_argument(
        "--pattern", default="", help="what messages of the upgrade's commits hold, if not its versions"
    )
    parser.add_argument("--also", action="append", default=[], metavar="COMMIT", help="one that the message hides")
    parser.add_argument("--labels", type=Path, help='by hand, in JSON: {"path:line": "required equivalent"}')
    parser.add_argument("--prove", action="store_true", help="run the tests, write migrations, repair")
    parser.add_argument("--tests", default="", help="the test command")
    parser.add_argument("--seconds", type=float, default=2400)
    parser.add_argument("--report", type=Path, help="write our report there")
    parser.add_argument("--all", action="store_true", help="list what is covered, too")
    return parser.parse_args()


def _rows(
    history: History,
    commits: frozenset[str],
    checkout: Path,
    report: Report,
    leg: tuple[Release, Release],
    evidence: Evidence,
) -> Iterator[Row]:
    tidied: dict[str, tuple[str, ...]] = {}
    known = concerned(history)
    # A list that a rule of the Makefile downloads is written by a tool, as a lock is.
    made = meaning.downloaded(history.text(history.final, "Makefile") or "")
    limits = meaning.Limits(_limit(history.limits()), _limit(_kept(checkout)))
    moves = Moves(evidence, pins(history.files(_PINNED)), pins(_kept(checkout)))
    for hunk in history.of_upgrade(history.hunks(), commits):
        before = (history.text(history.base, hunk.old) or "") if hunk.old else ""
        after = (history.text(history.final, hunk.path) or "") if hunk.path else ""
        sort = sort_of(hunk.path or hunk.old, before, after)
        if sort is Sort.LOCK or (hunk.path or hunk.old) in made:
            continue
        if hunk.old.endswith(".py") and hunk.old not in tidied:
            tidied[hunk.old] = tidy(hunk.old, before, leg)
        need = need_of(hunk, sort, before, tidied.get(hunk.old, ()))
        counted = None
        if sort is Sort.REQUIREMENTS and need is Need.REQUIRED:
            counted = moves.counted(hunk)
            if known.lacks(hunk) or (meaning.only_requirements(hunk) and not counted):
                need = Need.UNRELATED
        if sort is Sort.MAKE and (known.only_compiles(hunk) or known.frees_what_came(hunk)):
            need = Need.UNRELATED
        if need is Need.REQUIRED and hunk.old.endswith(".py") and is_taste(hunk, before, after):
            need = Need.CLEAN_UP
        ours = checkout / (hunk.old or hunk.path)
        text = ours.read_bytes().decode("utf-8", "replace") if ours.is_file() else ""
        if sort is Sort.MIGRATION and not hunk.old:
            # Its number and name are whatever makemigrations makes of the day.
            yield Row(hunk, sort, need, _migrated(hunk, report, checkout))
            continue
        three = Three(before, after, text, replace(limits, counted=counted, mended=moves.mended))
        yield Row(hunk, sort, need, judge(hunk, sort, three, report.findings, leg))


def _served(history: History, found: Iterable[Row]) -> list[Row]:
    """Hunks that only bring a name for others count as these: ours may need no such name."""
    rows = [*found]
    for at, row in enumerate(rows):
        if row.need is Need.REQUIRED and row.verdict not in COVERED and row.hunk.path.endswith(".py"):
            file = [each for each in rows if each.hunk.path == row.hunk.path and each is not row]
            done = [each.hunk for each in file if each.need is Need.REQUIRED and each.verdict in COVERED]
            if done and serves(row.hunk, history.text(history.final, row.hunk.path) or "", done):
                rows[at] = replace(row, verdict=Verdict.EQUIVALENT)
    return rows


def _kept(checkout: Path) -> Iterator[tuple[str, str]]:
    """Requirements and locks as they are after ours, by path."""
    for file in sorted(checkout.rglob("*")):
        path = file.relative_to(checkout).as_posix()
        if path.endswith(_PINNED) and ".git/" not in path and file.is_file():
            yield path, file.read_bytes().decode("utf-8", "replace")


def _limit(files: Iterable[tuple[str, str]]) -> SpecifierSet:
    """What all requirements that people keep say of Django together."""
    kept = (text for path, text in files if sort_of(path, text, text) is Sort.REQUIREMENTS)
    return meaning.limit(kept)


def _migrated(hunk: Hunk, report: Report, checkout: Path) -> Verdict:
    """A new migration of the same app whose operations name the same models and fields."""
    said = _operations("\n".join(hunk.added))
    for path in (each for part in report.parts for each in part.migrations):
        if Path(path).parent == Path(hunk.path).parent and said <= _operations((checkout / path).read_text()):
            return Verdict.EQUIVALENT
    return Verdict.NONE


def _operations(text: str) -> set[str]:
    return {line.strip() for line in text.split("\n") if line.strip().startswith(("model_name=", "name="))}


def _better(row: Row, other: Row) -> Row:
    """What a later change takes away again (a transitional setting) was made all the same."""
    order = list(Verdict)
    return min(row, other, key=lambda each: order.index(each.verdict))


def _labels(path: Path | None) -> Mapping[str, str]:
    found: dict[str, str] = json.loads(path.read_text()) if path else {}
    return found


def _corrected(row: Row, labels: Mapping[str, str]) -> Row:
    need, _, verdict = labels.get(row.hunk.place, "").partition(" ")
    return Row(row.hunk, row.sort, Need(need or row.need), Verdict(verdict or row.verdict))


def _runs(report: Report) -> None:
    runs = [*report.baseline, *(run for part in report.parts for run in part.runs)]
    for run in runs:
        counts = f"{run.passed} pass, {run.failed} fail on Django {run.django or '?'}"
        print(f"  {run.what:14} {run.state:10} {counts} {'' if run.state == 'passed' else run.why[:160]}".rstrip())


def _counts(rows: Sequence[Row]) -> None:
    print(f"{'':14}{'all':>5}{'needed':>8}" + "".join(f"{each:>12}" for each in Verdict))
    for sort in Sort:
        some = [row for row in rows if row.sort is sort]
        if some:
            needed = [row.verdict for row in some if row.need is Need.REQUIRED]
            cells = "".join(f"{needed.count(each):>12}" for each in Verdict)
            print(f"{sort:14}{len(some):>5}{len(needed):>8}{cells}")
    for name, some in (
        ("of all", [row.verdict for row in rows]),
        ("of required", [row.verdict for row in rows if row.need is Need.REQUIRED]),
        ("of clean-up", [row.verdict for row in rows if row.need is Need.CLEAN_UP]),
        ("of unrelated", [row.verdict for row in rows if row.need is Need.UNRELATED]),
    ):
        with_partial = share(some, *COVERED, Verdict.PARTIAL)
        with_named = share(some, *COVERED, Verdict.PARTIAL, Verdict.FLAGGED)
        print(f"{name}: covered {share(some, *COVERED)}; with partial {with_partial}; with flagged {with_named}")


def _list(rows: Sequence[Row], everything: bool) -> None:
    """What a person has to look at: the required ones that are not covered, with their lines."""
    for row in rows:
        if not everything and (row.verdict in COVERED or row.need is not Need.REQUIRED):
            continue
        print(f"\n[{row.verdict}] {row.need} {row.sort}  {row.hunk.place}")
        for sign, lines in (("-", row.hunk.removed), ("+", row.hunk.added)):
            for line in lines[:6]:
                print(f"    {sign}{line[:150]}")
            if len(lines) > 6:
                print(f"    {sign} … {len(lines) - 6} lines more")


if __name__ == "__main__":
    sys.exit(main())
