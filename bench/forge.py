"""Prints what is promised of forges, as measured on this machine now: `make bench-forge`."""

from __future__ import annotations

import os
import platform
import tempfile
import time
from pathlib import Path
from statistics import median

from bench.github import NotThere, figures
from bench.opening import opened
from bench.place import part
from tests.postgresql import fresh_database, programs, running

UPGRADES, SPENDS = 10_000, 400
#: How many pull requests are opened; with few of them the start of each program weighs more.
PULLS = int(os.environ.get("PULLS", "1000"))


def main() -> None:
    begun = time.monotonic()
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}; load {os.getloadavg()[0]:.1f}\n")
    _budget()
    with tempfile.TemporaryDirectory() as folder:
        _spends(Path(folder))
        _surveys(Path(folder))
        _pulls(Path(folder))
    print(f"\ntook {time.monotonic() - begun:.0f} seconds; load {os.getloadavg()[0]:.1f} at the end")


def _line(what: str, value: str, goal: str = "", met: bool | None = None) -> None:
    verdict = "" if met is None else "met" if met else "MISSED"
    print(f"  {what:<62} {value:>12}  {goal:<20} {verdict}".rstrip(), flush=True)


def _budget() -> None:
    print("2,000 pull requests under GitHub's limits, in simulated time, beside a person on the same identity")
    found = opened(2000)
    _line("time", f"{found.took / 3600:.2f} h")
    _line("the fastest that the limits allow beside that person", f"{found.fastest / 3600:.2f} h")
    over = found.took / found.fastest - 1
    _line("longer than that", f"{over:.1%}", "at most 5%", over <= 0.05)
    _line("calls over a limit", str(found.over), "0", found.over == 0)
    _line(f"calls of the person that were refused, of {found.people}", str(found.refused), "0", found.refused == 0)


def _spends(folder: Path) -> None:
    print("\nOne call taken from the budget, CPU")
    bin = programs()
    _spend(folder / "sqlite", "SQLite")
    if bin is None:
        print("  SKIPPED: no PostgreSQL here; 'apt-get install postgresql' brings one")
        return
    with running(bin) as server:
        _spend(folder / "postgresql", "PostgreSQL", fresh_database(server.url))


def _spend(home: Path, name: str, url: str = "") -> None:
    home.mkdir()
    found, _ = part(home, "spending", str(SPENDS), url)
    for what in ("write", "read"):
        _line(f"{name}: a {what}", f"{median(found[what]) * 1000:.2f} ms")
    _line(f"{name}: writes of the database for each read", f"{found['writes']:.2f}")


def _surveys(folder: Path) -> None:
    print(f"\nA survey of {UPGRADES} upgrades, on a forge in memory")
    home = folder / "surveys"
    home.mkdir()
    found, _ = part(home, "surveying", str(UPGRADES))
    _line("calls", str(found["calls"]), "at most 250", found["calls"] <= 250)
    _line("CPU", f"{found['cpu']:.1f} s", "at most 30 s", found["cpu"] <= 30)
    _line("queries", str(found["queries"]))
    _line("calls of an idle round with webhooks", str(found["hooked"]), "at most 10", found["hooked"] <= 10)


def _pulls(folder: Path) -> None:
    print(f"\n{PULLS} pull requests on a GitHub without limits, git over HTTP: CPU each, whole process")
    home = folder / "pulls"
    home.mkdir()
    try:
        found = figures(home, PULLS)
    except NotThere as error:
        print(f"  SKIPPED: {error}")
        return
    assert (found["opened"], found["wrong"]) == (PULLS, []), found
    _line("opened, with its state kept", f"{found['ours']:.3f} s", "at most 0.12 s", found["ours"] <= 0.12)
    _line("the same again, which opens nothing", f"{found['again'] * 1000:.1f} ms")
    if found["theirs"] is None:
        print(f"  SKIPPED: no all-repos beside ours: {found['why']}")
    else:
        ratio = found["ours"] / found["theirs"]
        _line("all-repos 1.33.0, without any state", f"{found['theirs']:.3f} s", f"ratio {ratio:.2f} < 1", ratio < 1)
    _line("a round in which nothing changed", f"{found['idle'] * 1000:.2f} ms", "at most 10 ms", found["idle"] <= 0.010)
    _line("looks that it led to", str(found["looks"]), "0", found["looks"] == 0)


if __name__ == "__main__":
    main()
