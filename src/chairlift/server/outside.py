"""The outside of an installation: its home, its configuration, and the ports of each service."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from chairlift import plugins
from chairlift.core.files import Installation, Roster, parse_installation
from chairlift.core.judging.watch import Watches
from chairlift.core.menu import Campaign
from chairlift.core.upgrade import Service
from chairlift.ports import (
    Budget,
    Deployer,
    Engine,
    Forge,
    Keyring,
    Message,
    Monitor,
    Notifier,
    PartlyTold,
    Ports,
    Recipe,
    Refused,
    Workspace,
)
from chairlift.server.budgets import DatabaseBudget
from chairlift.spreadsheets import Spreadsheet

FILE = "chairlift.toml"


def installed(home: Path) -> Installation:
    """What the installation's file says; without one, what holds then. Raises FileProblems."""
    file = home / FILE
    return parse_installation(file.read_text(encoding="utf-8") if file.exists() else "", str(file))


@dataclass
class Outside:
    """Adapters are built once and shared; `clock` is what those get that ask for `now`."""

    home: Path
    installation: Installation
    clock: Callable[[], datetime]
    watches: Watches = field(default_factory=Watches)
    _built: dict[tuple[str, str], Any] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @classmethod
    def of(cls, home: Path, clock: Callable[[], datetime]) -> Outside:
        """Reads the installation's file, if there is one. Raises FileProblems."""
        return cls(home, installed(home), clock)

    def forge(self, name: str) -> Forge:
        config = self.installation.forges.get(name)
        if config is None:
            known = ", ".join(sorted(self.installation.forges))
            raise plugins.BadConfiguration(f"no forge called {name!r} in {self.home / FILE}; there are: {known}")
        forge: Forge = self._one("forge", name, config, DatabaseBudget(name, self.clock))
        return forge

    def workspace(self) -> Workspace:
        workspace: Workspace = self._one("workspace", "", self.installation.workspace)
        return workspace

    def key(self, url: str) -> str:
        """The header with which git comes to an address: of the forge that it is an address of, if that has one."""
        found = (forge.git_authorization(url) for forge in self._keyrings())
        return next(filter(None, found), "")

    def _keyrings(self) -> Iterator[Keyring]:
        for name in self.installation.forges:
            # One that is not set up well is said where its own services are looked at; the others go on.
            with suppress(plugins.BadConfiguration, Refused):
                forge = self.forge(name)
                if isinstance(forge, Keyring):
                    yield forge

    def recipe(self, kind: str) -> Recipe:
        recipe: Recipe = self._one("recipe", kind, {"kind": kind})
        return recipe

    def notifier(self, roster: Roster) -> Notifier:
        """All configured notifiers as one; names of people become their addresses."""
        return _All([self.channel(place) for place in range(len(self.installation.notifiers))], roster)

    def channel(self, place: int) -> Notifier:
        """One of the configured notifiers, by its place in the file from 0 on."""
        notifier: Notifier = self._one("notifier", str(place), self.installation.notifiers[place])
        return notifier

    def spreadsheet(self, slug: str) -> Spreadsheet:
        """The spreadsheet that a campaign is shared in."""
        config = self.installation.sheets.get(slug)
        if config is None:
            example = f'[sheets."{slug}"] with kind = "google", spreadsheet = "…" and credentials = "key.json"'
            raise plugins.BadConfiguration(f"{slug} has no spreadsheet: add {example} to {self.home / FILE}")
        spreadsheet: Spreadsheet = self._one("spreadsheet", slug, config.adapter)
        return spreadsheet

    def patch(self, service: Service, base: str, commit: str) -> str:
        """What lies between two commits of its repository, as 'git am' takes it."""
        return self.workspace().patch(self.forge(service.forge).git_url(service.repo), base, commit)

    def ports(self, campaign: Campaign, service: Service, roster: Roster, engine: Engine) -> Ports:
        """Raises BadConfiguration where something that the service or campaign names is not installed."""
        return Ports(
            forge=self.forge(service.forge),
            workspace=self.workspace(),
            engine=engine,
            notifier=self.notifier(roster),
            recipe=self.recipe(campaign.recipe),
            deployer=self.deployer(service),
            monitor=self.monitor(service),
            watches=self.watches,
        )

    def deployer(self, service: Service) -> Deployer | None:
        """None where it has none."""
        found: Deployer | None = self._of_service("deployer", service.deployer)
        return found

    def monitor(self, service: Service) -> Monitor | None:
        """None where it has none."""
        found: Monitor | None = self._of_service("monitor", service.monitor)
        return found

    def _of_service(self, role: str, config: Mapping[str, object]) -> Any:
        return plugins.build(role, config, self.home, self.clock) if config else None

    def _one(self, role: str, name: str, config: Mapping[str, object], budget: Budget | None = None) -> Any:
        with self._lock:
            if (role, name) not in self._built:
                self._built[role, name] = plugins.build(
                    role, config, self.home, self.clock, budget=budget, keys=self.key
                )
            return self._built[role, name]


@dataclass(frozen=True)
class _All:
    """Tells through every channel: the message is told only when all of them took it.

    Whom one channel cannot tell may hear through another.
    """

    channels: Sequence[Notifier]
    roster: Roster

    def tell(self, message: Message) -> None:
        addresses = tuple(dict.fromkeys(self.roster.address(name) for name in message.to))
        lost: PartlyTold | None = None
        for channel in self.channels:
            try:
                channel.tell(replace(message, to=addresses))
            except PartlyTold as error:
                lost = error
        if lost:
            raise lost
