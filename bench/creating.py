"""What a pull request costs, from a chosen row to the open pull request with its state kept; all-repos beside it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bench.all_repos import AllRepos, NotInstalled
from bench.place import REVIEW, answer, load, names, part, repositories
from chairlift.cli.frame import now, open_home

REPOSITORIES, FILES, ROUNDS = 60, 60, 3


#: Each round has a home of its own over the same repositories and mirrors.
_HOME = """
[forges.local]
kind = "local"
root = "../forge"
[workspace]
root = "../git"
"""


def prepare(home: Path) -> None:
    """The repositories, with warm mirrors."""
    repositories(home, REPOSITORIES, FILES)
    from chairlift.server.outside import Outside

    workspace = Outside.of(home, now).workspace()
    urls = [str(home / "forge" / f"{name}.git") for name in names(REPOSITORIES)]
    for url in urls:
        workspace.fetch(url, workspace.heads(url)["main"])
    answer(home, urls=urls)


def choose(home: Path) -> None:
    """The rows of one round, whose squads have chosen."""
    (home / "chairlift.toml").write_text(_HOME)
    load(home, REPOSITORIES, home.name, [REVIEW])
    answer(home)


def create(home: Path) -> None:
    """One round, until every pull request is open and its squad is asked for a review."""
    open_home(home)
    from chairlift.server.models import Upgrade
    from chairlift.server.outside import Outside
    from chairlift.server.worker import Worker

    worker = Worker(Outside.of(home, now))
    worker.tend_once()
    while worker.look_once() or worker.work_once():
        pass
    pulls = [row.evidence["changes"]["upgrade"].get("pull", {}) for row in Upgrade.objects.filter(step="review")]
    assert [pull.get("state") for pull in pulls] == ["open"] * REPOSITORIES, pulls
    answer(home)


def rounds(home: Path) -> Iterator[tuple[float, float | None]]:
    """Processor seconds per repository, ours and theirs, of one round after the other; None without all-repos."""
    found, _ = part(home, "creating", "prepare")
    try:
        rival = AllRepos(home / "all-repos", found["urls"])
    except NotInstalled as error:
        print(f"  SKIPPED: no all-repos beside ours: {error}")
        rival = None
    for number in range(ROUNDS):
        place = home / f"round{number}"
        place.mkdir()
        part(place, "creating", "choose")
        _, ours = part(place, "creating", "create")
        theirs = rival.create(place.name, f"s/old/{place.name}/") / REPOSITORIES if rival else None
        yield ours / REPOSITORIES, theirs


if __name__ == "__main__":
    {"prepare": prepare, "choose": choose, "create": create}[sys.argv[2]](Path(sys.argv[1]))
