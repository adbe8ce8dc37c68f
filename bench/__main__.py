"""Prints the figures that are promised, as measured on this machine now: `make bench`."""

from __future__ import annotations

import os
import platform
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median

from bench import creating, looks
from bench.place import part

SERVICES = (100, 1000, 5000)


def main() -> None:
    begun = time.monotonic()
    git = subprocess.run(["git", "version"], capture_output=True, text=True, check=True).stdout.split()[2]
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, git {git}; load {os.getloadavg()[0]:.1f}\n")
    with tempfile.TemporaryDirectory() as folder:
        for name, figures in (("looks", _looks), ("creating", _creating), ("many", _many)):
            home = Path(folder) / name
            home.mkdir()
            figures(home)
            print()
    print(f"took {time.monotonic() - begun:.0f} seconds; load {os.getloadavg()[0]:.1f} at the end")


def _line(what: str, value: str, goal: str = "", met: bool | None = None) -> None:
    verdict = "" if met is None else "met" if met else "MISSED"
    print(f"  {what:<58} {value:>12}  {goal:<18} {verdict}".rstrip(), flush=True)


def _looks(home: Path) -> None:
    print(f"A look where nothing changed, over {looks.REPOSITORIES} repositories: CPU each, with git's")
    found, _ = part(home, "looks")
    for key, what in (("review", "waits for a review"), ("notice", "in its notice")):
        _line(what, f"{found[key] * 1000:.1f} ms", "at most 10 ms", found[key] <= 0.010)
    _line("the floor: git ls-remote --symref", f"{found['ls_remote'] * 1000:.1f} ms")


def _creating(home: Path) -> None:
    print(
        f"A pull request, over {creating.REPOSITORIES} repositories of {creating.FILES} files: CPU each, whole process"
    )
    ours, ratios = [], []
    for number, (mine, theirs) in enumerate(creating.rounds(home), 1):
        ours.append(mine)
        if theirs is None:
            _line(f"round {number}: ours", f"{mine:.3f} s")
            continue
        ratios.append(mine / theirs)
        _line(f"round {number}: ours / all-repos 1.33.0", f"{mine:.3f} / {theirs:.3f}", f"ratio {ratios[-1]:.2f}")
    _line("ours, median", f"{median(ours):.3f} s", "at most 0.12 s", median(ours) <= 0.12)
    if ratios:
        _line("ratio, median", f"{median(ratios):.2f}", "below 1", median(ratios) < 1)


def _many(home: Path) -> None:
    print("Many upgrades that are not due")
    peaks = {}
    for count in SERVICES:
        place = home / str(count)
        place.mkdir()
        part(place, "many", "fill", str(count))
        peaks[count] = part(place, "many", "memory")[0]["peak"]
        _line(f"{count} services: peak memory of a worker after a pass", f"{peaks[count]:.1f} MB")
    least, most = SERVICES[0], SERVICES[-1]
    slope = (peaks[most] - peaks[least]) / (most - least) * 1000
    _line("per 1,000 services more", f"{slope:.1f} MB", "flat")
    idle, _ = part(place, "many", "idle")
    for key, what in (("wall", "wall"), ("cpu", "CPU")):
        took = idle[key] * 1000
        _line(f"{most} services: one pass of the loop, {what}", f"{took:.0f} ms", "under 50 ms", took < 50)
    _line(f"{most} services: chairlift status, whole process, CPU", f"{idle['status']:.2f} s")


if __name__ == "__main__":
    main()
