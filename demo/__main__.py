"""`make demo`: a whole campaign over real Django services, played on this machine in under three minutes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from demo.squads import Squads
from demo.stage import CHAIRLIFT, ROOT, NoPython, cast, prepare
from demo.story import Story

FOLDER = ROOT / ".demo"
#: The promise is three minutes; a slow machine is told so instead of being cut off early.
PATIENCE = 420


def main() -> int:
    began = time.monotonic()
    # Whoever stops the demo stops its server too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
    try:
        story, python = cast()
    except NoPython as error:
        print(error, file=sys.stderr)
        return 3
    if story.target != "3.2":
        print("No Python here runs Django 2.2 (3.9 is the newest that does; looked in PATH, pyenv and uv).")
        print("So this is the campaign Django 4.2 -> 5.2, with services of that age.\n")
    environment = prepare(story, python, FOLDER)
    print(f"Campaign {story.slug}: {len(story.services)} real Django services, their repositories in .demo/home/forge.")
    print("Squads choose, Chairlift plans, and everybody does their steps. What happens is printed as it goes;")
    print("lines that begin with $ are people at the command line.\n", flush=True)
    worker = subprocess.Popen([*CHAIRLIFT, "up"], cwd=FOLDER, env=environment, start_new_session=True)
    try:
        squads = Squads(story, FOLDER, environment)
        squads.choose()
        over = squads.play(PATIENCE, lambda: worker.poll() is None)
    finally:
        stop(worker)
    return report(story, environment, over, time.monotonic() - began)


def stop(worker: subprocess.Popen[bytes]) -> None:
    worker.send_signal(signal.SIGTERM)
    try:
        worker.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(worker.pid, signal.SIGKILL)


def report(story: Story, environment: dict[str, str], over: bool, seconds: float) -> int:
    for command in ("status", "sheet"):
        print(f"\n$ chairlift {command}", flush=True)
        subprocess.run([*CHAIRLIFT, command], cwd=FOLDER, env=environment)
    first = story.services[0].name
    print(f"\n{seconds:.0f} seconds. Left undone on purpose: {story.undone}")
    print("\nWhere to look further (everything is in .demo):")
    print("  export CHAIRLIFT_HOME=$PWD/.demo/home PATH=$PWD/.venv/bin:$PATH")
    print(f"  chairlift why {first:<18} the whole reasoning about a service, with the evidence")
    print("  chairlift log                    who did what, when and why")
    print("  chairlift menu                   the service levels that the squads chose from")
    print(f"  chairlift forge prs {first:<12} its pull requests; 'chairlift forge --help' plays a squad")
    if not over:
        print("\nNot everything came to its end in time: see the status above.", file=sys.stderr)
    return 0 if over else 3


if __name__ == "__main__":
    sys.exit(main())
