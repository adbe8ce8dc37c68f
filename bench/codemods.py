"""Prints what it costs to fix a large tree, beside plain django-upgrade on the same files: `make bench-codemods`."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench.corpus import corpus
from bench.cost import measured

TARGET = (3, 2)
ROUNDS = 3
#: Besides, the output is compared for these.
ALSO = ((2, 2), (4, 2), (5, 2))

ALONE, OWN, REPAIRED = "django-upgrade's fixers alone", "and all of our own", "and with repairs, as it is run"


def main() -> None:
    tree = corpus()
    paths = sorted(str(path.relative_to(tree)) for path in tree.rglob("*.py"))
    size = sum((tree / path).stat().st_size for path in paths)
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}, django-upgrade {version('django-upgrade')}; "
        f"load {os.getloadavg()[0]:.1f}\n{len(paths):,} files, {size / 1e6:.1f} MB, target {_dotted(TARGET)}\n",
        flush=True,
    )
    _costs(tree, paths)
    print("\nFiles that differ from what django-upgrade makes of them")
    for target in (TARGET, *ALSO):
        changed, differing = _differences(tree, paths, target)
        _line(f"target {_dotted(target)}: {changed} files changed", f"{differing} differ", "none", differing == 0)
    print(f"\nload {os.getloadavg()[0]:.1f} at the end")


def _costs(tree: Path, paths: list[str]) -> None:
    """Each round measures everything once, so that what else the machine does falls on all of it."""
    plain_cpu, ours, speedups = [], {name: [] for name in (ALONE, OWN, REPAIRED)}, []
    for number in range(1, ROUNDS + 1):
        with measured() as cost:
            _plain(tree, paths, TARGET, "--check")
        plain_cpu.append(cost.cpu)
        _line(f"round {number}: django-upgrade, CPU / wall", f"{cost.cpu:.2f} / {cost.wall:.2f} s")
        for name, each in ours.items():
            with measured() as cost:
                _ours(tree, name, 1)
            each.append(plain_cpu[-1] / cost.cpu)
            one = cost.wall
            _line(f"  ours, {name}", f"{cost.cpu:.2f} / {one:.2f} s", f"ratio {each[-1]:.2f}")
            if name == OWN:
                with measured() as cost:
                    _ours(tree, name, 2)
                speedups.append(one / cost.wall)
                _line("  the same in two processes", f"{cost.cpu:.2f} / {cost.wall:.2f} s", f"{speedups[-1]:.2f} times")
    print()
    for name, each in ours.items():
        goal = median(each) >= 5 if name == OWN else None
        _line(f"CPU of django-upgrade / ours, {name}", f"{median(each):.2f}", "at least 5" if name == OWN else "", goal)
    _line("wall of one process / two", f"{median(speedups):.2f}", "at least 1.8", median(speedups) >= 1.8)


def _line(what: str, value: str, goal: str = "", met: bool | None = None) -> None:
    verdict = "" if met is None else "met" if met else "MISSED"
    print(f"  {what:<66} {value:>16}  {goal:<14} {verdict}".rstrip(), flush=True)


def _dotted(release: tuple[int, int]) -> str:
    return f"{release[0]}.{release[1]}"


def _plain(tree: Path, paths: list[str], target: tuple[int, int], *options: str) -> None:
    argv = [sys.executable, "-m", "django_upgrade", f"--target-version={_dotted(target)}", *options, *paths]
    done = subprocess.run(argv, cwd=tree, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    # 1 is for "would change", as is a file that it cannot read.
    if done.returncode not in (0, 1) or b"Traceback" in done.stderr:
        raise RuntimeError(f"django-upgrade ended with {done.returncode}: {done.stderr[-2000:].decode()}")


def _ours(tree: Path, name: str, processes: int, target: tuple[int, int] = TARGET) -> dict[str, str]:
    """In a process of its own, as the command is; the hash of each file that it changes."""
    argv = [sys.executable, "-m", "bench.codemods", str(tree), name, str(processes), _dotted(target)]
    return json.loads(subprocess.run(argv, capture_output=True, text=True, check=True).stdout)


def _differences(tree: Path, paths: list[str], target: tuple[int, int]) -> tuple[int, int]:
    """How many files django-upgrade changes, and how many we leave otherwise than it does."""
    ours = _ours(tree, ALONE, 2, target)
    changed = differing = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(tree, copy)
        _plain(copy, paths, target)
        for path in paths:
            before, after = ((root / path).read_bytes() for root in (tree, copy))
            changed += before != after
            differing += ours.get(path, _hash(before)) != _hash(after)
    return changed, differing


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def part(tree: str, name: str, processes: str, target: str) -> None:
    """What `_ours` runs."""
    from chairlift.recipes.django.project import Project
    from chairlift.recipes.django.releases import Leg, Stage, parse
    from chairlift.recipes.django.tools.django_upgrade import EVERY_REPAIR, DjangoUpgrade
    from chairlift.recipes.django.tree import fix_tree

    leg = Leg((2, 2), parse(target), Stage.CLEAN_UP)
    repairs = EVERY_REPAIR if name == REPAIRED else frozenset()
    made = fix_tree(
        Project(Path(tree)),
        leg,
        fixers=() if name == ALONE else None,
        tool=DjangoUpgrade(leg.floor, repairs),
        generated=True,
        processes=int(processes),
    )
    json.dump({each.path: _hash(each.data) for each in made.fixed}, sys.stdout)


if __name__ == "__main__":
    begun = time.monotonic()
    if len(sys.argv) > 1:
        part(*sys.argv[1:])
    else:
        main()
        print(f"took {time.monotonic() - begun:.0f} seconds")
