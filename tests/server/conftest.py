"""One installation for each test, on a database that forgets."""

from __future__ import annotations

import pytest

from tests.server.world import World


@pytest.fixture
def world(tmp_path, db):
    return World(tmp_path / "home")
