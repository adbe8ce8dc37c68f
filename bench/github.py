"""What pull requests on GitHub cost us: opened on a stand-in without limits, looked after, and all-repos beside it.

The stand-in runs in a process of its own, as GitHub does; it serves git over HTTP, and holds every call to GitHub's
own description.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.all_repos import AllRepos, NotInstalled
from bench.cost import measured
from bench.place import REVIEW, answer, load, names, part
from chairlift.cli.frame import now, open_home

FILES = 20
TOKEN = "CHAIRLIFT_BENCH_TOKEN"
_HOME = """
[forges.github]
kind = "github"
url = "{api}"
token_env = "CHAIRLIFT_BENCH_TOKEN"
[workspace]
kind = "git"
root = "../git"
"""


class NotThere(Exception):
    """The stand-in has nothing to be held to here."""


# ---- the stand-in ----


def serve(folder: Path, count: int) -> None:
    """Repositories of one text, served until our input ends; says where, as one line of JSON."""
    from tests.forges.github.place import Grant, Place
    from tests.forges.github.server import StandIn
    from tests.forges.github.world import GitHubWorld

    place = Place(folder, now)
    stand_in = StandIn(place)
    stand_in.left = dict.fromkeys(stand_in.left, 1_000_000_000)
    place.grants["bench"] = Grant("chairlift")
    first, *others = (f"team/{name}" for name in names(count))
    files = {f"part{number % 6}-file{number}.txt": f"line {number}, old\n" * 20 for number in range(FILES)}
    GitHubWorld(stand_in, first).push("main", files)
    for name in others:
        place.create(name)
        for what in ("objects", "refs"):
            shutil.copytree(folder / f"{first}.git" / what, folder / f"{name}.git" / what, dirs_exist_ok=True)
    with stand_in.running():
        print(json.dumps({"url": stand_in.url, "api": stand_in.api}), flush=True)
        sys.stdin.read()
        opened = [each.state for kept in place.repositories.values() for each in kept.items.values()]
        print(
            json.dumps({"opened": len(opened), "calls": len(stand_in.calls), "wrong": stand_in.wrong[:3]}), flush=True
        )


@contextmanager
def _github(folder: Path, count: int) -> Iterator[dict[str, Any]]:
    """Where it is; when the block has ended, what it has seen, too."""
    folder.mkdir()
    command = [sys.executable, "-m", "bench.github", str(folder), "serve", str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        if not (said := server.stdout.readline()):
            raise NotThere("no stand-in: GitHub's description of itself comes by npm, and its reason stands above")
        there = json.loads(said)
        try:
            yield there
        finally:
            server.stdin.close()
            there |= json.loads(server.stdout.readline() or "{}")


# ---- ours ----


def _outside(home: Path):
    """The outside with no budget: what the limits of GitHub make of it is measured by itself."""
    from chairlift.server.outside import Outside

    class Unlimited(Outside):
        def forge(self, name: str) -> Any:
            return self._one("forge", name, self.installation.forges[name])

    return Unlimited.of(home, now)


def warm(home: Path, count: int) -> None:
    """The mirrors of all repositories; the rows, whose squads have chosen."""
    load(home, count, home.name, [REVIEW], forge="github", owner="team/")
    outside = _outside(home)
    workspace = outside.workspace()
    for name in names(count):
        url = outside.forge("github").git_url(f"team/{name}")
        workspace.fetch(url, workspace.heads(url)["main"])
    answer(home)


def create(home: Path, count: int) -> None:
    """Until every pull request is open and its squad is asked for a review."""
    open_home(home)
    from chairlift.server.models import Upgrade
    from chairlift.server.worker import Worker

    worker = Worker(_outside(home))
    worker.tend_once()
    # As the server does it beside: what waits for a unit of ours is not looked at meanwhile.
    worker.survey_once("github")
    surveyed = now()
    while worker.look_once() or worker.work_once():
        if now() - surveyed > timedelta(minutes=5):
            worker.survey_once("github")
            surveyed = now()
    assert Upgrade.objects.filter(step="review", decision="ask").count() == count, "not all of them are open"
    answer(home)


def idle(home: Path, count: int) -> None:
    """A round in which nothing has changed: the survey of all, and the looks that it leads to."""
    open_home(home)
    from chairlift.server.models import RosterFile, Upgrade
    from chairlift.server.surveys import survey_due
    from chairlift.server.worker import Worker

    outside, at = _outside(home), now()
    worker, roster = Worker(outside), RosterFile.now()
    Upgrade.objects.update(look_again_at=at + timedelta(days=9))

    def a_round(after: timedelta) -> int:
        while survey_due(outside, "github", lambda: roster, at + after):
            pass
        looks = 0
        while worker.look_once():
            looks += 1
        return looks

    a_round(timedelta(0))
    with measured() as cost:
        looks = a_round(timedelta(hours=1))
    answer(home, cpu=cost.cpu / count, looks=looks)


# ---- all of it ----


def figures(home: Path, count: int) -> Mapping[str, Any]:
    """Processor seconds for each pull request, ours and theirs, of an idle round for each, and what GitHub saw."""
    os.environ[TOKEN] = "bench"
    found: dict[str, Any] = {"theirs": None}
    with _github(home / "hub", count) as there:
        ours = home / "ours"
        ours.mkdir()
        (ours / "chairlift.toml").write_text(_HOME.format(api=there["api"]))
        part(ours, "github", "warm", str(count))
        _, cpu = part(ours, "github", "create", str(count))
        found["ours"] = cpu / count
        _, again = part(ours, "github", "create", str(count))
        found["again"] = again / count
        idle, _ = part(ours, "github", "idle", str(count))
        found |= {"idle": idle["cpu"], "looks": idle["looks"]}
        address = there["url"].replace("//", "//x:bench@")
        try:
            rival = AllRepos(home / "all-repos", [f"{address}/team/{name}.git" for name in names(count)])
            found["theirs"] = rival.create("theirs", "s/old/theirs/") / count
        except NotInstalled as error:
            found["why"] = str(error)
    return found | {key: there[key] for key in ("opened", "calls", "wrong")}


if __name__ == "__main__":
    does = {"serve": serve, "warm": warm, "create": create, "idle": idle}[sys.argv[2]]
    does(Path(sys.argv[1]), int(sys.argv[3]))
