"""Sets the demo's stage: a fresh home, the services' repositories, and the files with today's dates in them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from demo import pythons
from demo.story import STORIES, Story

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
LIBRARY = "moneta"
ENVIRONMENTS = ("stage", "production")
CHAIRLIFT = [sys.executable, "-m", "chairlift"]


class NoPython(Exception):
    """No Python here can run the demo's services."""


def cast() -> tuple[Story, Path]:
    """The story that this machine can play, and the Python that its services run on. Raises NoPython."""
    old = pythons.find(most=(3, 9))
    if old:
        return STORIES["3.2"], old
    newer = pythons.find(most=(3, 13), least=(3, 10))
    if newer is None:
        raise NoPython("no Python between 3.8 and 3.13 starts on this machine: the demo's services need one")
    return STORIES["5.2"], newer


def prepare(story: Story, python: Path, folder: Path) -> dict[str, str]:
    """The stage in `folder`, and the environment in which everybody on it runs."""
    shutil.rmtree(folder, ignore_errors=True)
    home = folder / "home"
    home.mkdir(parents=True)
    # The settings of whoever started this are not those of the services.
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"} | {
        "CHAIRLIFT_HOME": str(home),
        "CHAIRLIFT_DEMO": str(folder),
        "DEMO_PYTHON": str(python),
        "UV_FIND_LINKS": str(folder / "wheels"),
        "UV_PYTHON_DOWNLOADS": "never",
        "PATH": f"{ROOT / '.tools' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
    }
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
        text = text.replace("{demo}", str(HERE)).replace("@PYTHON@", sys.executable).replace("@FOLDER@", str(folder))
        (folder / f"{kind}.toml").write_text(text)
    names = '"DEMO_PYTHON", "CHAIRLIFT_DEMO", "UV_CACHE_DIR", "UV_FIND_LINKS", "PIP_CONFIG_FILE", "SSL_CERT_FILE"'
    (home / "chairlift.toml").write_text(f"[programs]\npass_env = [{names}]\n")
    for service in story.services:
        source = HERE / "services" / story.folder / service.name
        call(["forge", "init", service.name, "--from", str(source)], folder, environment)
    (folder / "wheels").mkdir()
    _have_deployed(story, folder, environment)
    call(["load", "campaign.toml", "services.toml"], folder, environment)
    return environment


def _have_deployed(story: Story, folder: Path, environment: dict[str, str]) -> None:
    """What ran before the campaign began: the libraries first, since services are built with them."""
    names = sorted((service.name for service in story.services), key=lambda name: name != LIBRARY)

    def release(name: str) -> None:
        for place in ENVIRONMENTS:
            deploy(name, place, head_of(name, folder), environment)

    release(names[0])
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        list(pool.map(release, names[1:]))


def head_of(name: str, folder: Path) -> str:
    """The commit at the end of a repository's default branch."""
    git = ["git", "-C", str(folder / "home" / "forge" / f"{name}.git"), "rev-parse", "main"]
    return subprocess.run(git, capture_output=True, check=True, text=True).stdout.strip()


def deploy(name: str, place: str, commit: str, environment: dict[str, str]) -> None:
    """As a squad's own pipeline does it. Raises CalledProcessError."""
    command = [sys.executable, str(HERE / "deploy.py"), "deploy", name, place, commit]
    subprocess.run(command, env=environment, capture_output=True, check=True)


def call(arguments: list[str], folder: Path, environment: dict[str, str]) -> str:
    """One command of Chairlift. Raises CalledProcessError."""
    done = subprocess.run([*CHAIRLIFT, *arguments], cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, done.args, done.stdout, done.stderr)
    return done.stdout
