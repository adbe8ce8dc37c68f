"""What a look costs where nothing changed: upgrades that wait for a review or in a notice, on a warm mirror."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bench.cost import measured
from bench.place import NOTICE, REVIEW, answer, load, names, repositories
from chairlift.cli.frame import now
from chairlift.localforge.forge import Forge
from chairlift.localforge.reviews import APPROVED

REPOSITORIES, FILES, ROUNDS = 60, 12, 3


def main(home: Path) -> None:
    repositories(home, REPOSITORIES, FILES)
    load(home, REPOSITORIES, "looked-at", [REVIEW, NOTICE], tests="true")
    from chairlift.server.outside import Outside
    from chairlift.server.worker import Worker

    worker = Worker(Outside.of(home, now))
    _settle(worker)
    _approve(home)
    _settle(worker)
    found = {"ls_remote": _floor(home)}
    for key, level, step in (("review", REVIEW, "review"), ("notice", NOTICE, "merge")):
        found[key] = _looks(worker, level, step)
    answer(home, **found)


def _settle(worker) -> None:
    """Until nothing is due."""
    worker.tend_once()
    while worker.work_once() or worker.look_once():
        pass


def _approve(home: Path) -> None:
    """The project team's review is a person's; the squad's stays away, so that those upgrades wait for it."""
    from chairlift.server.models import Upgrade

    forge = Forge(home / "forge", now)
    for row in Upgrade.objects.filter(level=NOTICE).select_related("service"):
        number = row.evidence["changes"]["upgrade"]["pull"]["number"]
        forge.pulls.review(row.service.name, number, "Lea", APPROVED)
    Upgrade.objects.filter(level=NOTICE).nudge(now())


def _looks(worker, level: str, step: str) -> float:
    """Processor seconds of one look, from the claim to the release."""
    from chairlift.server.models import Upgrade

    rows = Upgrade.objects.filter(level=level)
    before = list(rows.values_list("step", "decision", "why").distinct())
    assert {each[0] for each in before} == {step}, before
    spent, count = 0.0, 0
    for _ in range(ROUNDS):
        due = rows.nudge(now())
        with measured() as cost:
            while worker.look_once():
                count += 1
        spent += cost.cpu
        assert due == REPOSITORIES // 2
    assert count == ROUNDS * REPOSITORIES // 2
    assert list(rows.values_list("step", "decision", "why").distinct()) == before, "something changed"
    return spent / count


def _floor(home: Path) -> float:
    """Processor seconds of a bare `git ls-remote`."""
    with measured() as cost:
        for name in names(REPOSITORIES):
            command = ["git", "ls-remote", "--symref", str(home / "forge" / f"{name}.git")]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return cost.cpu / REPOSITORIES


if __name__ == "__main__":
    main(Path(sys.argv[1]))
