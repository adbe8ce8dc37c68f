"""One little world for each test, and New Relic's stand-in over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from chairlift.adapters.newrelic.monitor import NewRelic
from chairlift.adapters.newrelic.settings import Settings
from chairlift.testing.contracts.monitor import NOON
from tests.newrelic.server import ACCOUNT, Server
from tests.newrelic.world import World

KEY = "NRAK-1234567890ABCDEFGHIJKLMNOPQ"
VARIABLE = "CHAIRLIFT_TEST_NEW_RELIC_KEY"
APP = "shop (production)"


@pytest.fixture
def world() -> World:
    """Three hours after the noon of the contract."""
    return World(NOON + timedelta(hours=3))


@pytest.fixture
def server(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Nothing that is asked in a test may be other than what is known of New Relic."""
    monkeypatch.setenv(VARIABLE, KEY)
    with Server(world, KEY) as server:
        yield server
    assert server.wrong == []


@pytest.fixture
def made(server: Server, world: World) -> Callable[..., NewRelic]:
    """A monitor of that world, with whatever else of settings."""

    def make(**more: object) -> NewRelic:
        given = {"app": "{service} ({environment})", "url": server.url} | more
        return NewRelic(Settings(ACCOUNT, VARIABLE, **given), lambda: world.now)  # type: ignore[arg-type]

    return make


@pytest.fixture
def monitor(made: Callable[..., NewRelic]) -> NewRelic:
    return made()
