"""Asks Django itself, on the target: its system checks, and which migrations the models need and nobody wrote."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chairlift.programs import plain
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.proving import sandbox
from chairlift.recipes.django.proving.commands import Command, manage
from chairlift.recipes.django.proving.evidence import Checked, Migration
from chairlift.recipes.django.proving.sandbox import GIVEN
from chairlift.recipes.django.proving.tests import Inside, last_words
from chairlift.recipes.django.releases import Release, show


@dataclass(frozen=True)
class Looked:
    """What Django says. `unverified` are the parts that could not be asked, with the reason.

    `asked` are the settings with which it said which migrations are needed; empty where it could not say.
    """

    checks: tuple[Checked, ...] = ()
    migrations: tuple[Migration, ...] = ()
    settings: str = ""
    unverified: tuple[str, ...] = ()
    asked: str = ""


def look(inside: Inside, command: Command | None) -> Looked:
    """Ask with each settings module in turn, until one can be set up. Raises NotSandboxed and CannotStart."""
    path = manage(inside.checkout)
    modules = settings_modules(inside.checkout, inside.wish.settings, command, bool(path))
    if not modules:
        return Looked(unverified=("system checks and migrations: no manage.py and no settings module was found",))
    first: Looked | None = None
    for module in modules:
        found = _look(inside, path, module, dict(command.env) if command else {})
        if found.settings:
            return found
        first = first or found
    assert first is not None
    return first


def settings_modules(checkout: Path, said: str, command: Command | None, has_manage: bool) -> list[str]:
    """In the order in which to try them; an empty one is what manage.py sets itself, nearest to production."""
    if said:
        return [said]
    found = [""] if has_manage else []
    for place in _say_settings(checkout, command):
        if place and place not in found:
            found.append(place)
    return found


def _say_settings(checkout: Path, command: Command | None) -> Iterable[str]:
    if command:
        yield command.env.get("DJANGO_SETTINGS_MODULE", "")
        if option := re.search(r"(?:--settings|--ds)[= ](\S+)|DJANGO_SETTINGS_MODULE=(\S+)", command.line):
            yield option[1] or option[2]
    project = Project(checkout)
    for name in ("pytest.ini", "setup.cfg", "tox.ini"):
        text = (project.read(name) or b"").decode(errors="replace")
        yield from re.findall(r"^\s*DJANGO_SETTINGS_MODULE\s*=\s*([\w.]+)", text, re.MULTILINE)
    try:
        data = tomllib.loads((project.read("pyproject.toml") or b"").decode(errors="replace"))
        yield str(data["tool"]["pytest"]["ini_options"]["DJANGO_SETTINGS_MODULE"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError):
        return


def _look(inside: Inside, path: str, module: str, env: Mapping[str, str]) -> Looked:
    env = {name: value for name, value in env.items() if name != "DJANGO_SETTINGS_MODULE" or module}
    argv = ["python", f"{GIVEN}/probe/chairlift_checks.py", path, module, migration_name(inside.wish.django)]
    with inside.room(env) as (room, listener):
        confined = sandbox.confine(argv, room, inside.bounds, demand=inside.wish.demand_sandbox)
    heard = listener.heard
    done = {str(each.get("what")) for each in heard if each["kind"] == "done"}
    settings = next((plain(str(each.get("name"))) for each in heard if each["kind"] == "settings"), "")
    unverified = []
    for what, called in (("checks", "system checks"), ("migrations", "which migrations are needed")):
        if what not in done:
            why = confined.stopped or _why(heard, what) or last_words(confined.ran.out)
            unverified.append(f"{called}: {why}")
    asked = settings if "migrations" in done else ""
    return Looked(checked(heard), migrations(heard, inside.wish.django), settings, tuple(unverified), asked)


def _why(heard: Sequence[Mapping[str, Any]], what: str) -> str:
    for record in heard:
        failure = record.get("failure")
        if record["kind"] == "trouble" and record.get("what") in (what, "setup") and isinstance(failure, dict):
            frame = f" at {failure['frame']}" if failure.get("frame") else ""
            return plain(f"{failure.get('exception')}: {failure.get('message')}{frame}")[:500]
    return ""


def checked(heard: Iterable[Mapping[str, Any]]) -> tuple[Checked, ...]:
    """Each message once."""
    found = {
        Checked(*(plain(str(each.get(name, ""))) for name in ("id", "level", "text", "about", "hint")))
        for each in heard
        if each["kind"] == "check"
    }
    return tuple(sorted(found, key=lambda each: (each.id, each.about, each.text)))


def migration_name(django: Release) -> str:
    """For migrations that Django would name by the clock, so that doing it twice gives the same file."""
    return f"django_{django[0]}_{django[1]}"


def migrations(heard: Iterable[Mapping[str, Any]], django: Release) -> tuple[Migration, ...]:
    """Those that are needed, each with a header that does not change by the day."""
    found = []
    for each in heard:
        if each["kind"] != "migration":
            continue
        app, name, path, text, distribution = (
            str(each.get(key, "")) for key in ("app", "name", "path", "text", "distribution")
        )
        operations, alters, asks = (
            tuple(plain(str(one)) for one in each.get(key) or ()) for key in ("operations", "alters", "asks")
        )
        text = f"# Generated for Django {show(django)}.\n\n{text.lstrip()}"
        found.append(Migration(app, name, path, text, operations, alters, asks, distribution))
    return tuple(sorted(found, key=lambda each: (each.app, each.name)))


def write(checkout: Path, needed: Iterable[Migration]) -> tuple[str, ...]:
    """Put the service's own migrations into a checkout; the paths that were written.

    Not those that ask what only a person can answer, nor those of other distributions; a file that is there stays.
    """
    written = []
    for each in needed:
        target = checkout / each.path
        inside = each.path and target.resolve().is_relative_to(checkout.resolve())
        if each.asks or not inside or target.exists() or not each.path.endswith(".py"):
            continue
        if not target.parent.is_dir():
            target.parent.mkdir(parents=True)
            (target.parent / "__init__.py").touch()
        target.write_text(each.text, encoding="utf-8")
        written.append(each.path)
    return tuple(written)
