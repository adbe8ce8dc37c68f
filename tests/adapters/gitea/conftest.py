"""One stand-in for all tests of Gitea's adapter, with a repository for each; skipped without Gitea's description."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chairlift.ports import Budget
from tests.forges.gitea import describing
from tests.forges.purse import Purse
from tests.localforge.clone import Clock


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
def purse():
    purse = Purse()
    assert isinstance(purse, Budget)
    return purse


@pytest.fixture
def clock():
    return Leaping()


@pytest.fixture
def forge(world, clock, purse):
    return world.forge(clock, purse)
