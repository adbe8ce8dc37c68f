"""`make demo`: a whole campaign over real Django services, played on this machine in under three minutes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from demo import pythons
from demo.squads import Squads
from demo.story import STORIES, Story

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
FOLDER = ROOT / ".demo"
CHAIRLIFT = [sys.executable, "-m", "chairlift"]
#: The promise is three minutes; a slow machine is told so instead of being cut off early.
PATIENCE = 420


def main() -> int:
    began = time.monotonic()
    found = pythons.find(most=(3, 9))
    story = STORIES["3.2"] if found else STORIES["5.2"]
    python = found or pythons.find(least=(3, 10), most=(3, 13))
    if python is None:
        print("No Python between 3.8 and 3.13 starts on this machine: the demo's services need one.", file=sys.stderr)
        return 3
    if not found:
        print("No Python here runs Django 2.2 (3.9 is the newest that does; looked in PATH, pyenv and uv).")
        print("So this is the campaign Django 4.2 -> 5.2, with services of that age.\n")
    prepare(story, python)
    print(f"Campaign {story.slug}: {len(story.services)} services in {FOLDER.relative_to(Path.cwd(), walk_up=False)}"
          if FOLDER.is_relative_to(Path.cwd()) else f"Campaign {story.slug}: {len(story.services)} services in {FOLDER}")
    print("Squads choose, Chairlift plans, and everybody does their steps; what happens is printed as it goes.\n")
    worker = subprocess.Popen([*CHAIRLIFT, "up"], cwd=FOLDER, start_new_session=True)
    try:
        squads = Squads(story, FOLDER)
        squads.choose()
        over = squads.play(PATIENCE, lambda: worker.poll() is None)
    finally:
        stop(worker)
    return report(story, over, time.monotonic() - began)


def prepare(story: Story, python: Path) -> None:
    """A fresh home with the campaign, the services' repositories, and what programs may see of the environment."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    os.environ |= {
        "CHAIRLIFT_HOME": str(FOLDER / "home"),
        "CHAIRLIFT_DEMO": str(FOLDER),
        "DEMO_PYTHON": str(python),
        "UV_PYTHON_DOWNLOADS": "never",
        "PATH": f"{ROOT / '.tools' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    now = datetime.now(UTC)
    for kind in ("campaign", "services"):
        text = (HERE / f"{kind}-{story.target}.toml").read_text()
        for name, value in {
            "@CHOOSE_BY@": (now + timedelta(seconds=45)).isoformat(timespec="seconds"),
            "@DEADLINE@": (now + timedelta(minutes=30)).isoformat(timespec="seconds"),
            "@DEMO@": str(HERE),
            "@PYTHON@": sys.executable,
        }.items():
            text = text.replace(name, value)
        (FOLDER / f"{kind}.toml").write_text(text)
    home = FOLDER / "home"
    home.mkdir()
    (home / "chairlift.toml").write_text(
        '[programs]\npass_env = ["DEMO_PYTHON", "CHAIRLIFT_DEMO", "UV_CACHE_DIR", "PIP_CONFIG_FILE", "SSL_CERT_FILE"]\n'
    )
    for service in story.services:
        source = HERE / "services" / story.folder / service.name
        run("forge", "init", service.name, "--from", str(source), quiet=True)
    run("load", "campaign.toml", "services.toml")


def run(*arguments: str, quiet: bool = False) -> None:
    """One command, shown as a person would type it."""
    if not quiet:
        print(f"$ chairlift {' '.join(arguments)}", flush=True)
    subprocess.run([*CHAIRLIFT, *arguments], cwd=FOLDER, check=True, stdout=subprocess.DEVNULL if quiet else None)


def stop(worker: subprocess.Popen[bytes]) -> None:
    worker.send_signal(signal.SIGTERM)
    try:
        worker.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(worker.pid, signal.SIGKILL)


def report(story: Story, over: bool, seconds: float) -> int:
    print("\n$ chairlift status", flush=True)
    subprocess.run([*CHAIRLIFT, "status"], cwd=FOLDER)
    print("\nThe sheet:\n\n$ chairlift sheet", flush=True)
    subprocess.run([*CHAIRLIFT, "sheet"], cwd=FOLDER)
    print(f"\n{seconds:.0f} seconds. Left undone on purpose: {story.undone}")
    print("\nWhere to look further (everything is in .demo):")
    print("  export CHAIRLIFT_HOME=.demo/home PATH=$PWD/.venv/bin:$PATH")
    print(f"  chairlift why {story.services[0].name}        the whole reasoning about a service, with the evidence")
    print("  chairlift log                  who did what, when and why")
    print("  chairlift menu                 the service levels that the squads chose from")
    print(f"  chairlift forge prs {story.services[0].name}  its pull requests; 'chairlift forge --help' plays a squad")
    if not over:
        print("\nNot everything came to its end in time: see the status above.", file=sys.stderr)
    return 0 if over else 3


if __name__ == "__main__":
    sys.exit(main())
