"""A whole installation in a folder: real git, the local forge, deployer, monitor, and a clock that tests move."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chairlift.core.files import parse_installation
from chairlift.localforge.forge import Forge
from chairlift.server import actions, choices
from chairlift.server.models import Campaign, Entry, RosterFile, Upgrade
from chairlift.server.outside import Outside
from chairlift.server.worker import Worker
from tests.localforge.clone import Clone

MONDAY = datetime(2026, 1, 12, 9, tzinfo=UTC)
FILES = {"version.txt": "1\n", "test.sh": "echo Running on $(cat version.txt)\n"}

CAMPAIGN = """
[campaign]
slug = "tiny"
title = "Tiny"
recipe = "command"
choose_by = 2026-02-01
deadline = 2026-06-01
environments = ["stage", "production"]
lead = "Lena"
manager = "Mats"
{head}
[times]
{times}
[review]
chairlift_approves = true
{tables}
[[level]]
name = "Hands-off"
squad = []
notice = true
needs = ["deploy-docs"]
not_for = ["fine-grained-testing"]
[[level]]
name = "Trust but verify"
squad = ["deploy", "test"]
notice = true
[[level]]
name = "Review everything"
squad = ["review", "merge", "deploy", "test"]
[[level]]
name = "DIY"
squad = ["create", "review", "merge", "deploy", "test"]
[[change]]
slug = "upgrade"
title = "Run on version 2"
proof = "Running on 2"
[change.recipe]
run = '''{run}'''
"""
TIMES = """
notice = "1 hour"
watch = "3 hours"
healthy = "1 hour"
soak = "30 minutes"
baseline = "1 hour"
poll = "5 minutes"
recipe = "5 seconds"
tests = "10 seconds"
silence = "2 days"
"""
RUN = "sed -i s/1/2/ version.txt"

PEOPLE = """
[[person]]
name = "Lena"
email = "lena@example.org"
[[person]]
name = "Mats"
email = "mats@example.org"
[[person]]
name = "Ana"
email = "ana@example.org"
handles = ["ana-f"]
[[person]]
name = "Bo"
email = "bo@example.org"
[[person]]
name = "Cy"
[[person]]
name = "Olga"
[[squad]]
name = "Heron"
people = ["Ana", "Bo"]
contact = "Ana"
backup = "Bo"
hours = "always"
[[squad]]
name = "Ibis"
people = ["Cy"]
contact = "Cy"
hours = "always"
"""

#: Both read what they are told from files beside them, the clock of the test included.
DEPLOY = """cd "$(dirname "$0")"
if [ "$1" = deploy ]; then printf '{"commit":"%s","since":"%s"}' "$4" "$(cat clock)" > "env-$2-$3"; fi
cat "env-$2-$3" 2>/dev/null; exit 0
"""
MONITOR = """cd "$(dirname "$0")"
start=$(date -d "$3" +%s); minutes=$((($(date -d "$4" +%s) - start) / 60)); errors=3
since=$(date -d "$(sed 's/.*"since":"//; s/".*//' "env-$1-$2")" +%s)
if [ -e "errors-$1-$2" ] && [ "$start" -ge $((since / 60 * 60)) ]; then errors=$(cat "errors-$1-$2"); fi
awk -v start="$start" -v minutes="$minutes" -v errors="$errors" 'function at(second) {
    return strftime("%Y-%m-%dT%H:%M:%S+00:00", second, 1)
} BEGIN { for (minute = 0; minute < minutes; minute++) { second = start + minute * 60
    printf "{\\"start\\":\\"%s\\",\\"end\\":\\"%s\\",", at(second), at(second + 60)
    printf "\\"requests\\":1000,\\"errors\\":%d}\\n", errors
} }'
"""


def campaign_text(run: str = RUN, head: str = "", times: str = TIMES, tables: str = "") -> str:
    return CAMPAIGN.format(run=run, head=head, times=times, tables=tables)


def quoted(name: str) -> str:
    """As a TOML text."""
    return '"' + "".join(f"\\U{ord(c):08X}" if not c.isalnum() or c in '"\\' else c for c in name) + '"'


def service_text(name: str, squad: str = "Heron", repo: str = "", deploys: Path | None = None, more: str = "") -> str:
    lines = ["[[service]]", f"name = {quoted(name)}", f'squad = "{squad}"', f"repo = {quoted(repo or name)}"]
    lines += ['tests = "sh test.sh"', 'deploy_docs = "README"' if "deploy_docs" not in more else "", more]
    if deploys:
        lines += ["[service.deployer]", 'kind = "command"']
        lines += [f'deploy = "sh {deploys}/deploy.sh deploy {{service}} {{environment}} {{commit}}"']
        lines += [f'running = "sh {deploys}/deploy.sh running {{service}} {{environment}}"']
        lines += ["[service.monitor]", 'kind = "command"']
        lines += [f'counts = "sh {deploys}/monitor.sh {{service}} {{environment}} {{start}} {{end}}"']
    return "\n".join(lines)


class Watched:
    """A forge whose calls a test can have fail, before or after they were done."""

    def __init__(self, inner: Any, faults: dict[tuple[str, str], Callable[[], None]]) -> None:
        self._inner, self._faults = inner, faults

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._inner, name)

        def called(repo: str, *given: Any, **named: Any) -> Any:
            self._faults.get((name, repo), lambda: None)()
            return call(repo, *given, **named)

        return called


@dataclass
class WatchedOutside(Outside):
    faults: dict[tuple[str, str], Callable[[], None]] = field(default_factory=dict)

    def forge(self, name: str) -> Any:
        return Watched(super().forge(name), self.faults)


class World:
    """One campaign on one machine. `faults` maps (method of the forge, repository) to what happens before the call."""

    def __init__(self, home: Path, installation: str = "") -> None:
        self.home = home
        home.mkdir(exist_ok=True)
        self.now = MONDAY
        self.tick(timedelta(0))
        (home / "deploy.sh").write_text(DEPLOY)
        (home / "monitor.sh").write_text(MONITOR)
        self.forge = Forge(home / "forge", self.clock)
        self.outside = WatchedOutside(home, parse_installation(installation, "chairlift.toml"), self.clock)
        self.faults = self.outside.faults
        self.worker = Worker(self.outside, self.clock)
        self.services = ""

    def clock(self) -> datetime:
        return self.now

    def tick(self, by: timedelta) -> None:
        self.now += by
        (self.home / "clock").write_text(self.now.isoformat())

    def repository(self, name: str, files: Mapping[str, str] = FILES) -> None:
        source = self.home / "sources" / name
        source.mkdir(parents=True)
        for path, text in files.items():
            (source / path).write_text(text)
        self.forge.repositories.create(name, str(source))

    def service(
        self, name: str, squad: str = "Heron", files: Mapping[str, str] | None = FILES, deploys: bool = False,
        repo: str = "", more: str = "",
    ) -> None:  # fmt: skip
        """A service with its repository; with `files=None` there is no repository."""
        if files is not None:
            self.repository(repo or name, files)
        self.services += service_text(name, squad, repo, self.home if deploys else None, more) + "\n"

    def load(self, campaign: str = "", services: str = "") -> None:
        actions.load_roster(PEOPLE + (services or self.services), "services.toml", "operator", self.now)
        actions.load_campaign(campaign or campaign_text(), "campaign.toml", "operator", self.now)

    # What people do

    @property
    def roster(self) -> Any:
        return RosterFile.now()

    @property
    def campaign(self) -> Campaign:
        return Campaign.objects.get()

    def row(self, service: str) -> Upgrade:
        return Upgrade.objects.select_related("campaign", "service").get(service__name=service)

    def choose(self, service: str, level: str, by: str = "Ana", **more: Any) -> None:
        choices.choose(self.row(service), level, by, "", self.roster, self.now, **more)

    def pull(self, repo: str) -> Any:
        """The newest pull request."""
        return self.forge.pulls.all(repo)[0]

    def clone(self, repo: str) -> Clone:
        url = str(self.forge.repositories.get(repo).path)
        return Clone(url, self.home / f"clone-{repo}-{len(list(self.home.glob('clone-*')))}")

    def comment(self, repo: str, text: str, by: str = "Ana", number: int = 0) -> int:
        return self.forge.talk.say(repo, number or self.pull(repo).number, by, text)

    def answers(self, repo: str, number: int = 0) -> list[str]:
        """Chairlift's own comments on the newest pull request."""
        said = self.forge.talk.said(repo, number or self.pull(repo).number)
        return [comment.text for comment in said if comment.by == "chairlift"]

    # What Chairlift does

    def settle(self, limit: int = 60) -> None:
        """One second later, do all there is to do at once."""
        self.tick(timedelta(seconds=1))
        for _ in range(limit):
            self.worker.tend_once()
            if not (self.worker.look_once() or self.worker.work_once()):
                return
        rows = [(row.step, row.decision, row.why) for row in Upgrade.objects.all()]
        raise AssertionError(f"it never comes to rest: {rows}")

    def forward(self, **by: float) -> None:
        self.tick(timedelta(**by))
        self.settle()

    def until(self, service: str, decision: str, hours: int = 12) -> Upgrade:
        """A quarter of an hour after the other, until the service stands so."""
        for _ in range(hours * 4):
            row = self.row(service)
            if row.decision == decision:
                return row
            self.forward(minutes=15)
        raise AssertionError(f"{service} stands at {row.step} {row.decision}: {row.why}")

    def kinds(self, service: str) -> list[str]:
        """The log of a service: kinds, with the verb of what was done."""
        rows = Entry.objects.filter(upgrade__service__name=service).order_by("pk")
        return [f"{row.kind} {row.data['verb']}" if "verb" in row.data else row.kind for row in rows]
