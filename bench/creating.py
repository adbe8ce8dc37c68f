"""What a pull request costs, from a chosen row to the open pull request with its state kept; all-repos beside it."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.place import REVIEW, answer, load, names, repositories
from chairlift.cli.frame import now, open_home

REPOSITORIES, FILES, ROUNDS = 60, 60, 3


def slug(number: int) -> str:
    """Each round is a campaign of its own, which leaves the other rounds alone."""
    return f"round{number}"


def prepare(home: Path) -> None:
    """The repositories with warm mirrors, and the rows whose squads have chosen."""
    repositories(home, REPOSITORIES, FILES)
    load(home, REPOSITORIES, [slug(number) for number in range(ROUNDS)], [REVIEW])
    from chairlift.server.models import Upgrade
    from chairlift.server.outside import Outside

    Upgrade.objects.update(look_again_at=None)
    workspace = Outside.of(home, now).workspace()
    for name in names(REPOSITORIES):
        url = str(home / "forge" / f"{name}.git")
        workspace.fetch(url, workspace.heads(url)["main"])
    answer(home, urls=[str(home / "forge" / f"{name}.git") for name in names(REPOSITORIES)])


def create(home: Path, campaign: str) -> None:
    """One round, in this process: until every pull request is open and its squad is asked for a review."""
    open_home(home)
    from chairlift.server.models import Upgrade
    from chairlift.server.outside import Outside
    from chairlift.server.worker import Worker

    rows = Upgrade.objects.filter(campaign__slug=campaign)
    rows.nudge(now())
    worker = Worker(Outside.of(home, now))
    worker.tend_once()
    while worker.look_once() or worker.work_once():
        pass
    stand = [(row.step, row.evidence["changes"]["upgrade"].get("pull", {}).get("state")) for row in rows]
    assert stand == [("review", "open")] * REPOSITORIES, stand
    answer(home)


if __name__ == "__main__":
    prepare(Path(sys.argv[1])) if len(sys.argv) == 2 else create(Path(sys.argv[1]), sys.argv[2])
