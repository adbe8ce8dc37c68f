"""How often the judge of deploys is wrong and how soon it is right, beside rules that others use.

`make bench-verdict` prints, for services that never were (`tests/core/judging/worlds.py`), how many watches of a day in
which nothing changed raised an alarm, and after how many minutes a doubling and five times the errors were seen; then
the real incidents of PetShop, and what judging costs. Nothing was tuned on the worlds of these seeds.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Sequence
from math import inf
from multiprocessing import Pool
from pathlib import Path
from statistics import median

from bench.naive import RULES
from bench.petshop import judged
from chairlift.core.judging.judge import Rules, begun_with_it, first, judge, strong
from chairlift.core.judging.minutes import Minutes
from chairlift.core.judging.ordinary import DAY, ordinary
from chairlift.core.judging.path import Path as Evidence
from chairlift.core.judging.path import followed
from tests.core.judging.worlds import Cell, lived

#: Tuned on 1 to 99.
SEED = 2026
SERVICES, BATCH, SLOW_SERVICES = 250, 50, 40
REQUESTS, RATES, RATE = (10, 100, 1_000, 10_000), (0.001, 0.005, 0.02), 0.005
HELD, WORSE = "ours: hold", "ours: worse"
#: What must be reached, of `WORSE` in the last two rows: an incident may well be a reason to wait.
MUST = {"realistic": 0.01, "rough": 0.02, "incidents": 0.03}
MUST_SEE = {1_000: (45, 4), 10_000: (35, 3)}
Alarms = dict[str, list[float]]


def main(services: int = SERVICES) -> None:
    with Pool(2) as pool:
        _false_alarms(pool, services)
        _delays(pool, services)
    _petshop()
    _cost()


def _false_alarms(pool: Pool, services: int) -> None:  # type: ignore[valid-type]
    cells = [Cell("realistic", requests, rate) for requests in REQUESTS for rate in RATES]
    cells += [Cell(kind, requests, RATE) for kind in ("independent", "rough", "incidents") for requests in REQUESTS]
    cells += [Cell("realistic", requests, RATE, traffic=2.0) for requests in REQUESTS]
    names = [HELD, WORSE, *RULES]
    print(f"Share of watches with an alarm though nothing changed: of {services} days (Kayenta's of {SLOW_SERVICES})\n")
    print(f"  {'':<46}" + "".join(f"{name:>22}" for name in names))
    found = dict(zip(cells, pool.imap(_alarms, [(cell, services) for cell in cells]), strict=True))
    for cell, alarms in found.items():
        words = f"{cell.kind}{', traffic doubles' if cell.traffic > 1 else ''}, {cell.requests:,}/min, {cell.rate:.1%}"
        print(f"  {words:<46}" + "".join(f"{_share(alarms[name]):>22.3f}" for name in names), flush=True)
    print("\n  mean over cells")
    for kind in ("independent", "realistic", "realistic, traffic doubles", "rough", "incidents"):
        of_kind = [
            alarms
            for cell, alarms in found.items()
            if cell.kind + (", traffic doubles" if cell.traffic > 1 else "") == kind
        ]
        shares = [sum(_share(alarms[name]) for alarms in of_kind) / len(of_kind) for name in names]
        must = f"   must reach {MUST[kind]}" if kind in MUST else ""
        print(f"  {kind:<46}" + "".join(f"{share:>22.3f}" for share in shares) + must)


def _share(alarms: Sequence[float]) -> float:
    return sum(alarm < inf for alarm in alarms) / len(alarms)


def _delays(pool: Pool, services: int) -> None:  # type: ignore[valid-type]
    cells = [Cell("realistic", requests, RATE, ratio) for requests in REQUESTS for ratio in (1.5, 2.0, 5.0)]
    names = [HELD, WORSE, *RULES]
    print(
        "\nMinutes until a rise was seen (median; inf: by fewer than half within a day), and the share that was seen\n"
    )
    print(f"  {'':<46}" + "".join(f"{name:>22}" for name in names))
    for cell, alarms in zip(cells, pool.imap(_alarms, [(cell, services) for cell in cells]), strict=True):
        words = f"{cell.ratio:g} times, {cell.requests:,}/min, {cell.rate:.1%}"
        told = "".join(f"{f'{median(alarms[name]):.0f} ({_share(alarms[name]):.0%})':>22}" for name in names)
        must = MUST_SEE.get(cell.requests, ())[{2.0: 0, 5.0: 1}.get(cell.ratio, 9) :][:1]
        print(f"  {words:<46}{told}" + (f"   must reach {must[0]}" if must else ""), flush=True)


def _alarms(asked: tuple[Cell, int]) -> Alarms:
    """Of each rule: the minute of each service's first alarm."""
    cell, services = asked
    found: Alarms = {name: [] for name in (HELD, WORSE, *RULES)}
    for batch, start in enumerate(range(0, services, BATCH)):
        worlds = lived(cell, min(BATCH, services - start), SEED + batch)
        for held, worse in _ours(worlds):
            found[HELD].append(held)
            found[WORSE].append(worse)
        for name, rule in RULES.items():
            few = worlds[: max(SLOW_SERVICES - start, 0)] if name == "Kayenta's rule" else worlds
            found[name] += [rule(*world) for world in few]
    return found


def _ours(worlds: Sequence[tuple[Minutes, Minutes]]) -> list[tuple[float, float]]:
    rules = Rules()
    paths = followed([(ordinary(before), before, after) for before, after in worlds])
    return [(first(strong(path, rules)), first(begun_with_it(path, rules))) for path in paths]


def _petshop() -> None:
    folder = next(
        (
            found
            for folder in Path(__file__).resolve().parents
            if (found := folder / "shared/data/petshop/dataset").is_dir()
        ),
        None,
    )
    print("\nPetShop: real incidents, held within the buckets that the data set has of each")
    if folder is None:
        print("  SKIPPED: the data set is not here; it lies in ../shared/data/petshop where there is one")
        return
    for traffic in ("low_traffic", "high_traffic"):
        found = judged(folder, traffic)
        print(
            f"  {traffic:<14} {found.seen} of {found.faults} faults seen, of these {found.deploys_seen} of "
            f"{found.deploys} bad deploys; {found.false} of {found.placebos} placebos held"
        )
        print("".join(f"    missed: {words} failed\n" for words in found.missed), end="")


def _cost() -> None:
    (before, after), *_ = lived(Cell("realistic", 1_000, RATE), 1, SEED)
    begun = time.process_time()
    usual = ordinary(before)
    fitted = time.process_time() - begun
    paths: list[Evidence] = []
    begun = time.process_time()
    paths += followed([(usual, before, after)])
    minute = (time.process_time() - begun) / (len(after) + 2 * DAY)
    begun = time.process_time()
    health = judge(paths[0], usual, Rules()).health
    spent = time.process_time() - begun
    print(f"\nWhat is ordinary, from 28 days of minutes: {fitted * 1000:.0f} ms of processor time, once for each watch")
    print(f"Each minute of a watch: {minute * 1000:.2f} ms; the verdict after a day ({health}): {spent * 1000:.2f} ms")
    print(f"Memory at the end: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
