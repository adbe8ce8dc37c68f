"""Sets the demo's stage: a fresh home, the services' repositories, and the files with today's dates in them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from demo import pythons
from demo.story import STORIES, Story

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CHAIRLIFT = [sys.executable, "-m", "chairlift"]


class NoPython(Exception):
    """No Python here can run the demo's services."""


def cast() -> tuple[Story, Path]:
    """The story that this machine can play, and the Python that its services run on. Raises NoPython."""
    old = pythons.find(most=(3, 9))
    if old:
        return STORIES["3.2"], old
    newer = pythons.find(least=(3, 10), most=(3, 13))
    if newer is None:
        raise NoPython("no Python between 3.8 and 3.13 starts on this machine: the demo's services need one")
    return STORIES["5.2"], newer


def prepare(story: Story, python: Path, folder: Path) -> dict[str, str]:
    """The stage in `folder`, and the environment in which everybody on it runs."""
    shutil.rmtree(folder, ignore_errors=True)
    home = folder / "home"
    home.mkdir(parents=True)
    environment = os.environ | {
        "CHAIRLIFT_HOME": str(home),
        "CHAIRLIFT_DEMO": str(folder),
        "DEMO_PYTHON": str(python),
        "UV_PYTHON_DOWNLOADS": "never",
        # Where libraries are released to.
        "UV_FIND_LINKS": str(folder / "wheels"),
        "PATH": f"{ROOT / '.tools' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    cache = subprocess.run(["uv", "cache", "dir"], env=environment, capture_output=True, check=True, text=True)
    environment["UV_CACHE_DIR"] = cache.stdout.strip()
    now = datetime.now(UTC)
    today = {
        "@CHOOSE_BY@": (now + timedelta(seconds=45)).isoformat(timespec="seconds"),
        "@DEADLINE@": (now + timedelta(minutes=30)).isoformat(timespec="seconds"),
    }
    for kind in ("campaign", "services"):
        text = (HERE / f"{kind}-{story.target}.toml").read_text()
        for name, value in today.items():
            text = text.replace(name, value)
        # Programs are named by their place: they run in checkouts and in the server's folder alike.
        text = text.replace("{demo}", str(HERE)).replace("@PYTHON@", sys.executable)
        (folder / f"{kind}.toml").write_text(text)
    names = '"DEMO_PYTHON", "CHAIRLIFT_DEMO", "UV_FIND_LINKS", "PIP_CONFIG_FILE", "SSL_CERT_FILE"'
    (home / "chairlift.toml").write_text(f"[programs]\npass_env = [{names}]\n")
    for service in story.services:
        source = HERE / "services" / story.folder / service.name
        call(["forge", "init", service.name, "--from", str(source)], folder, environment)
    call(["load", "campaign.toml", "services.toml"], folder, environment)
    release(folder, environment)
    return environment


def release(folder: Path, environment: dict[str, str]) -> None:
    """Everything runs everywhere on the older version, since before the campaign; libraries first."""
    (folder / "wheels").mkdir()
    campaign, services = (tomllib.loads((folder / f"{kind}.toml").read_text()) for kind in ("campaign", "services"))
    for library in (True, False):
        now = [service for service in services["service"] if service.get("library", False) is library]

        def release_one(service: dict[str, Any]) -> None:
            name = service["name"]
            git = ["git", "-C", str(folder / "home" / "forge" / f"{name}.git"), "rev-parse", "HEAD"]
            commit = subprocess.run(git, capture_output=True, check=True, text=True).stdout.strip()
            for place in service.get("environments", campaign["campaign"]["environments"]):
                program = [sys.executable, str(HERE / "deploy.py"), "deploy", name, place, commit]
                subprocess.run(program, env=environment, check=True)

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(release_one, now))


def call(arguments: list[str], folder: Path, environment: dict[str, str]) -> str:
    """One command of Chairlift. Raises CalledProcessError."""
    done = subprocess.run([*CHAIRLIFT, *arguments], cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, done.args, done.stdout, done.stderr)
    return done.stdout
