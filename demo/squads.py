"""The squads of the demo: they do through the command line what people would do, and leave undone what the story says."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from demo.story import Story

CHAIRLIFT = [sys.executable, "-m", "chairlift"]
#: How long nothing new may happen before the demo is over.
CALM = 12


class Squads:
    """Everybody who is not Chairlift."""

    def __init__(self, story: Story, folder: Path, environment: dict[str, str], show: bool = True) -> None:
        self.story, self.folder, self.environment, self.show = story, folder, environment, show
        self.services = {service.name: service for service in story.services}
        self.said: set[tuple[str, ...]] = set()

    def choose(self) -> None:
        for service in self.story.services:
            if service.level:
                extra = ["--docs-by", service.docs_by] if service.docs_by else []
                self._do("choose", service.name, service.level, "--as", service.person, "--why", service.why, *extra)

    def play(self, patience: float, alive: Callable[[], bool], at_least: Callable[[], bool] = lambda: True) -> bool:
        """Take every turn that is a squad's until nothing more happens. False when the time was up first."""
        end = time.monotonic() + patience
        last, since = "", time.monotonic()
        while time.monotonic() < end and alive():
            rows = self._status()
            for row in rows:
                self._turn(row)
            state = json.dumps([[row["service"], row["change"], row["step"], row["decision"]] for row in rows])
            if state != last:
                last, since = state, time.monotonic()
            if rows and all(map(self._over, rows)) and time.monotonic() - since > CALM and at_least():
                return True
            time.sleep(1)
        return False

    def _over(self, row: dict[str, Any]) -> bool:
        """Done, or at what the story leaves undone."""
        service = self.services[row["service"]]
        return (
            row["decision"] == "done"
            or row["step"] == service.leaves
            or (not service.level and row["step"] == "create")
        )

    def _turn(self, row: dict[str, Any]) -> None:
        service = self.services[row["service"]]
        person = service.person
        if row["decision"] == "ask" and row["turn"] == "project team":
            self._team(row)
        if (
            row["decision"] != "ask"
            or row["turn"] != row["squad"]
            or row["step"] == service.leaves
            or not service.level
        ):
            return
        key = (row["service"], row["change"], row["step"], row["why"])
        if key in self.said:
            return
        self.said.add(key)
        number = row["pull"].rpartition("#")[2]
        match row["step"]:
            case "create":
                self._make(row)
            case "review":
                self._do("forge", "review", service.name, number, "--approve", "--as", person, "--text", "Looks right.")
            case "merge" if "documentation" in row["why"]:
                self._do("documented", service.name, "docs/deploy.md", "--as", person)
            case "merge":
                self._do("forge", "merge", service.name, number, "--as", person)
            case "deploy":
                self._deploy(row)
            case "test":
                self._do("tested", service.name, "--as", person, "--note", "clicked through the main pages")

    def _team(self, row: dict[str, Any]) -> None:
        """The project lead looks at what was reverted, once, and tries again."""
        key = (row["service"], row["change"], row["why"])
        if "reverted" in row["why"] and key not in self.said:
            self.said.add(key)
            self._do("update", row["service"], "the revert is being looked into", "--as", self.story.lead)

    def _make(self, row: dict[str, Any]) -> None:
        """A do-it-yourself squad takes the patch from its issue, and opens its own pull request."""
        name, change = row["service"], row["change"]
        branch = f"chairlift/{self.story.slug}/{change}"
        home = self.folder / "home"
        patch = subprocess.run(
            [*CHAIRLIFT, "patch", name], cwd=self.folder, env=self.environment, capture_output=True, check=True
        ).stdout
        with tempfile.TemporaryDirectory() as clone:
            git = ["git", "-C", clone, "-c", "user.name=Squad", "-c", "user.email=squad@example.org"]
            subprocess.run(["git", "clone", "-q", str(home / "forge" / f"{name}.git"), clone], check=True)
            subprocess.run([*git, "switch", "-q", "-c", branch], check=True)
            subprocess.run([*git, "am", "-q"], input=patch, check=True)
            subprocess.run([*git, "push", "-q", "origin", branch], check=True)
        person = self.services[name].person
        title = f"Our own upgrade: {change}"
        self._do("forge", "open", name, branch, "--title", title, "--as", person)

    def _deploy(self, row: dict[str, Any]) -> None:
        """The squad's own pipeline releases the default branch into the environment that is asked for."""
        name = row["service"]
        environment = row["why"].split(" deploys it to ")[1].split(" ")[0]
        home = self.folder / "home"
        repository = home / "forge" / f"{name}.git"
        head = subprocess.run(["git", "-C", str(repository), "rev-parse", "main"], capture_output=True, check=True)
        commit = head.stdout.decode().strip()
        self._print(
            f"$ deploy.py deploy {name} {environment} {commit[:10]}   ({self.services[name].person}'s own pipeline)"
        )
        program = [sys.executable, str(Path(__file__).with_name("deploy.py"))]
        subprocess.run([*program, "deploy", name, environment, commit], env=self.environment, capture_output=True)

    def _status(self) -> list[dict[str, Any]]:
        shown = subprocess.run(
            [*CHAIRLIFT, "status", "--json"], cwd=self.folder, env=self.environment, capture_output=True
        )
        if not shown.stdout:
            return []
        rows: list[dict[str, Any]] = json.loads(shown.stdout)["services"]
        return rows

    def _do(self, *arguments: str) -> None:
        self._print(f"$ chairlift {shlex.join(arguments)}")
        done = subprocess.run(
            [*CHAIRLIFT, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        if done.returncode:
            self._print(f"  {done.stderr.strip()}")

    def _print(self, line: str) -> None:
        if self.show:
            print(line, flush=True)
