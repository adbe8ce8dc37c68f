"""Kills the demo campaign's server at random moments and starts it again: the same end, and nothing twice or lost.

`make chaos` does it 50 times and prints the counts; a test with a fixed seed does it 10 times.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from demo.squads import Squads
from demo.stage import CHAIRLIFT, call, cast, prepare
from demo.story import Story

#: Between two kills; the server needs about a second to come up and take its first rows.
SHORTEST, LONGEST = 0.8, 3.5


@dataclass
class Tally:
    """What was counted in the end."""

    kills: int = 0
    over: bool = False
    ends: dict[str, str] = field(default_factory=dict)
    pulls: dict[tuple[str, str], int] = field(default_factory=dict)
    merges: dict[tuple[str, str], int] = field(default_factory=dict)
    announced: int = 0
    told: int = 0
    notices_lost: list[str] = field(default_factory=list)

    def faults(self, story: Story) -> list[str]:
        """What should not have happened."""
        found = [] if self.over else ["the campaign did not come to its end in time"]
        found += [f"{n} pull requests for {where}" for where, n in self.pulls.items() if n > 1]
        found += [f"{n} merges of {where}" for where, n in self.merges.items() if n > 1]
        found += [f"a notice was lost: {key}" for key in self.notices_lost]
        for service in story.services:
            wanted = service.leaves or ("done" if service.level else "create")
            if self.ends.get(service.name) != wanted:
                found.append(f"{service.name} ended at {self.ends.get(service.name)}, not at {wanted}")
        return found


class Killer:
    """Runs `chairlift up`, kills it at random moments, and starts it again."""

    def __init__(self, folder: Path, environment: dict[str, str], kills: int, seed: int) -> None:
        self._folder, self._environment, self._left = folder, environment, kills
        self._random = random.Random(seed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.killed = 0

    def __enter__(self) -> Killer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            server = subprocess.Popen(
                [*CHAIRLIFT, "up", "--silent", "--listen", "none"],
                cwd=self._folder,
                env=self._environment,
                start_new_session=True,
            )
            last = self.killed >= self._left
            self._stop.wait(None if last else self._random.uniform(SHORTEST, LONGEST))
            # The whole group: a machine that loses power does not spare the programs that the server started.
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
            self.killed += not last and not self._stop.is_set()


def play(folder: Path, kills: int, seed: int, patience: float = 1200) -> tuple[Story, Tally]:
    """One whole demo campaign with that many kills."""
    story, python = cast()
    environment = prepare(story, python, folder)
    squads = Squads(story, folder, environment, show=False)
    squads.choose()
    with Killer(folder, environment, kills, seed) as killer:
        over = squads.play(patience, lambda: True, at_least=lambda: killer.killed >= kills)
    tally = count(folder, environment)
    tally.kills, tally.over = killer.killed, over
    return story, tally


def count(folder: Path, environment: dict[str, str]) -> Tally:
    """From the forge's store, the log and the messages: three witnesses that do not know each other."""
    rows = json.loads(_status(folder, environment))["services"]
    tally = Tally(ends={row["service"]: row["step"] for row in rows})
    pulls = json.loads(call(["forge", "prs", "--all", "--json"], folder, environment))
    tally.pulls = Counter((each["repo"], each["pull"]["branch"]) for each in pulls)
    base = folder / "home"
    for service in tally.ends:
        git = ["git", "-C", str(base / "forge" / f"{service}.git"), "log", "--format=%s", "main"]
        subjects = subprocess.run(git, capture_output=True, check=True, text=True).stdout.splitlines()
        for subject, times in Counter(line for line in subjects if "(#" in line).items():
            tally.merges[service, subject] = times
    messages = [json.loads(line)["key"] for line in (base / "messages.jsonl").read_text().splitlines()]
    # The key of a notice ends with service, change, number of the pull request, and head.
    notices = {tuple(key.split(" ")[-4:]) for key in messages if key.startswith("notice ")}
    told = {(service, change, head) for service, change, _, head in notices}
    with sqlite3.connect(f"file:{base / 'db.sqlite3'}?mode=ro", uri=True) as database:
        query = """SELECT s.name, e.change, e.about FROM server_entry e JOIN server_upgrade u ON u.id = e.upgrade_id
                   JOIN server_service s ON s.id = u.service_id WHERE e.kind = 'did' AND e.data LIKE '%announce%'"""
        announced = database.execute(query).fetchall()
    tally.announced, tally.told = len(announced), len(notices)
    tally.notices_lost = [" ".join(each) for each in announced if each not in told]
    return tally


def _status(folder: Path, environment: dict[str, str]) -> str:
    shown = subprocess.run(
        [*CHAIRLIFT, "status", "--json"], cwd=folder, env=environment, capture_output=True, text=True
    )
    return shown.stdout


def main() -> int:
    seed = int(os.environ.get("SEED", time.time_ns() % 1_000_000))
    kills = int(os.environ.get("KILLS", "50"))
    print(f"seed {seed}, {kills} kills", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        story, tally = play(Path(folder), kills, seed, patience=1500)
    print(f"killed {tally.kills} times; ends: {tally.ends}")
    print(f"pull requests {sum(tally.pulls.values())}, of one change more than one: {_twice(tally.pulls)}")
    print(f"merges {sum(tally.merges.values())}, twice: {_twice(tally.merges)}")
    print(f"heads announced {tally.announced}, notices told {tally.told}, lost {len(tally.notices_lost)}")
    faults = tally.faults(story)
    for fault in faults:
        print(f"FAULT: {fault}")
    return 1 if faults else 0


def _twice(counts: dict[tuple[str, str], int]) -> int:
    return sum(times > 1 for times in counts.values())


if __name__ == "__main__":
    sys.exit(main())
