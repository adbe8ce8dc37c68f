"""The squads of the demo: they do at the command line what people would, and leave undone what the story says."""

from __future__ import annotations

import json
import shlex
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from demo.stage import CHAIRLIFT, call, deploy, head_of
from demo.story import Story

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
        return row["decision"] == "done" or row["step"] == (service.leaves if service.level else "create")

    def _turn(self, row: dict[str, Any]) -> None:
        service = self.services[row["service"]]
        person = service.person
        if row["decision"] == "ask" and row["turn"] == "project team":
            self._team(row)
        theirs = row["decision"] == "ask" and row["turn"] == row["squad"]
        if not theirs or not service.level or row["step"] == service.leaves:
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
                who = service.second or person
                self._do("forge", "review", service.name, number, "--approve", "--as", who, "--text", "Looks right.")
            case "merge" if "documentation" in row["why"]:
                self._do("documented", service.name, "docs/deploy.md", "--as", person)
            case "merge":
                self._do("forge", "merge", service.name, number, "--as", person)
            case "deploy":
                self._deploy(row)
            case "test":
                self._do("tested", service.name, "--as", person, "--note", "clicked through the main pages")

    def _team(self, row: dict[str, Any]) -> None:
        """What was reverted is looked into by the project lead, mended on the default branch, and tried again."""
        name, lead = row["service"], self.story.lead
        key = (name, row["change"], row["why"])
        if key in self.said:
            return
        self.said.add(key)
        if "reverted" in row["why"]:
            self._mend(name)
            self._do("retry", name, "--as", lead, "--why", f"the settings now say {self.story.mended.split(' ')[0]}")
        elif row["step"] == "review":
            number = row["pull"].rpartition("#")[2]
            self._do("forge", "review", name, number, "--approve", "--as", lead, "--text", "Looks right.")
        elif row["step"] == "test":
            self._do("tested", name, "--as", lead, "--note", "looked at the errors by hand")

    def _mend(self, name: str) -> None:
        with self._clone(name) as clone:
            settings = next(path for path in Path(clone).rglob("settings/base.py"))
            settings.write_text(settings.read_text() + f"\n{self.story.mended}\n")
            self._git(clone, "commit", "-qam", "Keep the referrer, which the statistics need")
            self._git(clone, "push", "-q", "origin", "main")
        self._print(f"$ git push origin main   ({self.story.lead} mends the settings of {name})")

    @contextmanager
    def _clone(self, name: str) -> Iterator[str]:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                ["git", "clone", "-q", str(self.folder / "home" / "forge" / f"{name}.git"), folder], check=True
            )
            yield folder

    def _git(self, clone: str, *arguments: str, given: bytes | None = None) -> None:
        who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"]
        subprocess.run(["git", "-C", clone, *who, *arguments], input=given, check=True, capture_output=True)

    def _make(self, row: dict[str, Any]) -> None:
        """A do-it-yourself squad takes the patch from its issue, and opens its own pull request."""
        name, change = row["service"], row["change"]
        branch = f"chairlift/{self.story.slug}/{change}"
        patch = call(["patch", name], self.folder, self.environment).encode()
        with self._clone(name) as clone:
            self._git(clone, "switch", "-q", "-c", branch)
            self._git(clone, "am", "-q", given=patch)
            self._git(clone, "push", "-q", "origin", branch)
        self._print(f"$ chairlift patch {name} | git am && git push origin {branch}")
        title = f"Our own upgrade: {change}"
        self._do("forge", "open", name, branch, "--title", title, "--as", self.services[name].person)

    def _deploy(self, row: dict[str, Any]) -> None:
        """The squad's own pipeline releases the default branch into the environment that is asked for."""
        name = row["service"]
        place = row["why"].split(" deploys it to ")[1].split(" ")[0]
        commit = head_of(name, self.folder)
        self._print(f"$ deploy.py deploy {name} {place} {commit[:10]}   (the pipeline of {self.services[name].person})")
        deploy(name, place, commit, self.environment)

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
