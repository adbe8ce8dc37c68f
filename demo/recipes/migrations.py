"""The migrations that a change of models or of Django asks for, made by the very Django that the checkout pins."""

from __future__ import annotations

import configparser
import subprocess
import sys
from pathlib import Path

from environments import CannotMake, compiled, environment


def settings_module(checkout: Path) -> str:
    """What the repository's own tests run with, as tox.ini says."""
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(checkout / "tox.ini")
    pairs = (line.partition("=") for line in tox.get("testenv", "setenv", fallback="").splitlines())
    return next((value.strip() for name, _, value in pairs if name.strip() == "DJANGO_SETTINGS_MODULE"), "")


def make(checkout: Path, name: str) -> None:
    """Write the missing migrations, all called `name`. Exits with the reason where that cannot be done."""
    settings = settings_module(checkout)
    if not settings:
        sys.exit("tox.ini sets no DJANGO_SETTINGS_MODULE, so nothing can look for missing migrations; set it there")
    command = ["manage.py", "makemigrations", "--no-input", "--no-header", "--name", name]
    try:
        with environment(checkout) as python:
            surroundings = dict(compiled(python), DJANGO_SETTINGS_MODULE=settings)
            ran = subprocess.run([python, *command], cwd=checkout, env=surroundings, capture_output=True, text=True)
    except CannotMake as error:
        sys.exit(f"no environment for the migrations: {error}")
    if ran.returncode:
        sys.exit(f"makemigrations failed: {ran.stderr.strip()[-2000:]}")
    print(ran.stdout.strip())
