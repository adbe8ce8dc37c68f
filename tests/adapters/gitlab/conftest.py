"""One stand-in for all tests of GitLab's adapter, with a project for each."""

from __future__ import annotations

import pytest

from chairlift.ports import Budget
from tests.forges.purse import Purse
from tests.localforge.clone import Clock


@pytest.fixture(scope="session")
def time():
    """The stand-in's own clock."""
    return Clock()


@pytest.fixture(scope="session")
def running(tmp_path_factory, time):
    from tests.forges.gitlab.server import Server
    from tests.forges.gitlab.world import GitLabNamespace

    with Server(tmp_path_factory.mktemp("gitlab"), time) as server:
        token = server.places.add_token(server.admin)
        with GitLabNamespace(server.url, token) as namespace:
            yield server, namespace
        left = [each.path for each in server.places.projects.values() if each.path.startswith(namespace.mark)]
        assert not left, "the namespace left something behind"


@pytest.fixture
def server(running):
    """Nothing that is asked or answered in a test may be other than what is known of GitLab."""
    server, _ = running
    server.forget()
    yield server
    assert server.wrong == []


@pytest.fixture
def world(server, running, tmp_path):
    return running[1].world(tmp_path)


@pytest.fixture
def kept(world, server):
    """What the stand-in remembers of the world's project."""
    return server.places.project(world.repo)


@pytest.fixture
def purse():
    purse = Purse()
    assert isinstance(purse, Budget)
    return purse


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def forge(world, clock, purse):
    return world.forge(clock, purse)
