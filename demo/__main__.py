"""`make demo`: a whole campaign over real Django services, played on this machine in under three minutes."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time

from demo.squads import Squads
from demo.stage import CHAIRLIFT, ROOT, NoPython, call, cast, prepare
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
    environment["CHAIRLIFT_LISTEN"] = f"127.0.0.1:{_free_port()}"
    environment["CHAIRLIFT_URL"] = f"http://{environment['CHAIRLIFT_LISTEN']}"
    worker = subprocess.Popen([*CHAIRLIFT, "up"], cwd=FOLDER, env=environment, start_new_session=True)
    try:
        squads = Squads(story, FOLDER, environment)
        squads.choose()
        over = squads.play(PATIENCE, lambda: worker.poll() is None)
        code = report(story, environment, over, time.monotonic() - began)
        if os.environ.get("KEEP"):
            keep_open(story, environment, worker)
    finally:
        stop(worker)
    return code


def _free_port() -> int:
    """That of an installation, unless one runs here."""
    for port in (8400, 0):
        with contextlib.suppress(OSError), socket.socket() as tried:
            tried.bind(("127.0.0.1", port))
            return int(tried.getsockname()[1])
    raise AssertionError("the system gives no port")


def keep_open(story: Story, environment: dict[str, str], worker: subprocess.Popen[bytes]) -> None:
    """Leave the pages open until somebody has seen enough."""
    print(f"\nThe pages are at {environment['CHAIRLIFT_URL']}/campaigns/{story.slug}/ . Links that sign in, each once:")
    squad = story.services[0].person
    for role, person in (
        (f"{squad}, of a squad", squad),
        ("the project lead", "lena"),
        ("the project manager", "mats"),
    ):
        print(f"  {role:<24} {call(['sign-in', person], FOLDER, environment).strip()}")
    print("Ctrl-C ends it.", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        worker.wait()


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
    print("  make demo KEEP=1                 plays it again, and leaves its pages open, with links to sign in")
    print("  chairlift log                    who did what, when and why")
    print("  chairlift menu                   the service levels that the squads chose from")
    print(f"  chairlift forge prs {first:<12} its pull requests; 'chairlift forge --help' plays a squad")
    if not over:
        print("\nNot everything came to its end in time: see the status above.", file=sys.stderr)
    return 0 if over else 3


if __name__ == "__main__":
    sys.exit(main())
