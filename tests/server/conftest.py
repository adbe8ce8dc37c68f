"""One installation for each test, on a database that forgets."""

from __future__ import annotations

import pytest

from tests.server.shared import Shared
from tests.server.world import World


@pytest.fixture
def world(tmp_path, db):
    return World(tmp_path / "home")


@pytest.fixture
def shop(world):
    """Five services of two squads, without repositories: nothing that needs one looks at the world."""
    for name, repo in (("shop", ""), ("cart", ""), ("=cmd", "cmd")):
        world.service(name, files=None, repo=repo)
    world.service("bare", files=None, more='deploy_docs = ""')
    world.service("desk", files=None, squad="Ibis")
    world.load()
    return world


@pytest.fixture
def shared(shop):
    """That campaign in a spreadsheet, as the first sync leaves it."""
    found = Shared(shop)
    found.sync()
    return found
