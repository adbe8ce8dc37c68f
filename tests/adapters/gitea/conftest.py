"""One stand-in for all tests of Gitea's adapter, with a repository for each; skipped without Gitea's description."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from chairlift.core.budget import Call, Heard, Lane, Limits
from chairlift.ports import Budget, Unavailable
from tests.forges.gitea import describing
from tests.localforge.clone import Clock


@dataclass
class Ledger:
    """A budget that writes everything down, and has nothing left once it is `out`."""

    spent: list[tuple[str, Lane, Call]] = field(default_factory=list)
    told: list[tuple[str, Heard]] = field(default_factory=list)
    out: bool = False

    def spend(self, identity: str, limits: Limits, lane: Lane, call: Call) -> None:
        if self.out:
            raise Unavailable("nothing is left", after=5)
        self.spent.append((identity, lane, call))

    def heard(self, identity: str, heard: Heard) -> None:
        self.told.append((identity, heard))

    def count(self, *calls: Call) -> int:
        return sum(call in calls for _, _, call in self.spent)


class Leaping(Clock):
    """A clock that a test sets forward."""

    def leap(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture(scope="session")
def running(tmp_path_factory):
    if describing.FILE is None:
        pytest.skip(describing.MISSING)
    from tests.forges.gitea.server import Server
    from tests.forges.gitea.world import GiteaNamespace

    with Server(tmp_path_factory.mktemp("gitea")) as server:
        token = server.places.add_token(server.admin)
        with GiteaNamespace(server.url, token) as namespace:
            yield server, namespace
        assert not server.places.repositories, "the namespace left something behind"


@pytest.fixture
def server(running):
    """Nothing that is asked or answered in a test may be other than described."""
    server, _ = running
    server.forget()
    yield server
    assert server.wrong == []


@pytest.fixture
def world(server, running, tmp_path):
    return running[1].world(tmp_path)


@pytest.fixture
def ledger():
    ledger = Ledger()
    assert isinstance(ledger, Budget)
    return ledger


@pytest.fixture
def clock():
    return Leaping()


@pytest.fixture
def forge(world, clock, ledger):
    return world.forge(clock, ledger)
