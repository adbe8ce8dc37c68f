"""Builds the homes that are measured: repositories on a local forge, a services file, campaigns and choices."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from bench.cost import process
from chairlift.cli.frame import now, open_home
from chairlift.localforge.forge import Forge

#: The levels of the campaigns here: one waits for the squad's review, the other for the end of its notice.
REVIEW, NOTICE = "Review", "Notice"

_CAMPAIGN = """
[campaign]
slug = "{slug}"
recipe = "command"
choose_by = 2098-01-01
deadline = 2099-01-01
environments = ["production"]
lead = "Lea"
manager = "Max"
[waves]
sizes = [10000]
[brake]
stuck = 10000
[[level]]
name = "Review"
squad = ["review", "merge", "deploy", "test"]
[[level]]
name = "Notice"
squad = []
notice = true
[[change]]
slug = "upgrade"
title = "Say new instead of old"
[change.recipe]
run = "sed -i s/old/{slug}/ {{files:*.txt}}"
"""

_PEOPLE = """
[[person]]
name = "Lea"
[[person]]
name = "Max"
[[person]]
name = "Sam"
[[squad]]
name = "Owners"
people = ["Sam"]
contact = "Sam"
hours = "always"
"""

_SERVICE = """
[[service]]
name = "{name}"
squad = "Owners"
forge = "{forge}"
repo = "{owner}{name}"
tests = "{tests}"
deploy_docs = "docs/deploy.md"
"""


def names(count: int) -> list[str]:
    return [f"service-{number:04}" for number in range(count)]


def repositories(home: Path, count: int, files: int) -> None:
    """So many repositories on the home's local forge, each of so many small files."""
    source = home / "source"
    for number in range(files):
        file = source / f"part{number % 6}" / f"file{number}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"line {line} of {number}, old\n" for line in range(20)))
    forge = Forge(home / "forge", now)
    for name in names(count):
        forge.repositories.create(name, str(source))


def load(
    home: Path, count: int, slug: str, levels: list[str], tests: str = "", forge: str = "local", owner: str = ""
) -> None:
    """Opens the home, and loads services and a campaign into it; the squads choose these levels in turn, if any."""
    open_home(home)
    from django.db import transaction

    from chairlift.server import actions, choices
    from chairlift.server.models import Upgrade

    more = {"tests": tests, "forge": forge, "owner": owner}
    services = "".join(_SERVICE.format(name=name, **more) for name in names(count))
    roster = actions.load_roster(_PEOPLE + services, "services.toml", "bench", now())
    actions.load_campaign(_CAMPAIGN.format(slug=slug), f"{slug}.toml", "bench", now())
    if not levels:
        return
    with transaction.atomic():
        rows = Upgrade.objects.filter(campaign__slug=slug).select_related("campaign", "service")
        for place, row in enumerate(rows.order_by("service__name")):
            choices.choose(row, levels[place % len(levels)], "Sam", "", roster, now())


def part(home: Path, module: str, *arguments: str) -> tuple[dict[str, Any], float]:
    """A module of ours in a process of its own on that home: what it found, and its processor seconds in all."""
    answer = home / "answer.json"
    env = {**os.environ, "CHAIRLIFT_HOME": str(home)}
    cpu = process([sys.executable, "-m", f"bench.{module}", str(home), *arguments], env)
    return json.loads(answer.read_text()), cpu


def answer(home: Path, **found: Any) -> None:
    """What `part` gets to read."""
    (home / "answer.json").write_text(json.dumps(found))
