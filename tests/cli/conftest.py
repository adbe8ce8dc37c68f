"""An installation for each test, and the command in this process, on a database that forgets."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import pytest

from chairlift.cli import run as main
from tests.cli.said import Said
from tests.server.world import World


@pytest.fixture
def world(tmp_path, db):
    """Its clock begins now, since the command line reads the machine's."""
    found = World(tmp_path / "home")
    found.now = datetime.now(UTC)
    found.tick(timedelta(0))
    return found


@pytest.fixture
def run(world, monkeypatch, capsysbinary):
    """`run("status", "--json")`; keywords are variables of the environment."""

    def call(*arguments, **environment):
        for name in ("CHAIRLIFT_AS", "CHAIRLIFT_CAMPAIGN"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"CHAIRLIFT_HOME": str(world.home), **environment}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["chairlift", *map(str, arguments)])
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        written = capsysbinary.readouterr()
        return Said(left.value.code, written.out, written.err.decode())

    return call


@pytest.fixture
def shop(world):
    """One service of squad Heron, planned, and no level chosen."""
    world.service("shop")
    world.load()
    world.settle()
    return world
