"""What tests that did not pass have said, for whoever has to mend them."""

from __future__ import annotations

import json
import sys

import pytest

from chairlift.cli import run as main
from chairlift.server import queries
from chairlift.server.models import Unit


@pytest.fixture
def why(world, monkeypatch, capsys):
    """`why("--output")` is `chairlift why shop --output`: its exit code and all that it said."""
    monkeypatch.setenv("CHAIRLIFT_HOME", str(world.home))

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["chairlift", "why", "shop", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        written = capsys.readouterr()
        return left.value.code, written.out + written.err

    return call


def red(world):
    world.service("shop", files={"version.txt": "1\n", "test.sh": "echo first\necho then\nexit 3\n"})
    world.load()
    world.settle()


def test_why_points_to_it_and_output_shows_it(world, why):
    red(world)
    assert "all they said: chairlift why shop --output" in why()[1]
    code, said = why("--output")
    assert code == 0
    assert said.startswith("sh test.sh on ")
    assert said.endswith("first\nthen\n")
    assert json.loads(why("--output", "--json")[1])["output"] == "first\nthen\n"


def test_nothing_failed(world, why):
    world.service("shop")
    world.load()
    world.settle()
    assert "--output" not in why()[1]
    code, said = why("--output")
    assert code == 2
    assert "no tests of shop have failed" in said


def test_the_newest_counts(world):
    red(world)
    clone = world.clone("shop")
    clone.push(clone.commit("main", {"test.sh": "echo later\nexit 1\n"}), "main")
    world.forward(minutes=10)
    found = queries.last_failure(world.row("shop"))
    assert found.output == "later\n"
    assert found == Unit.objects.filter(kind="verify").order_by("-ended_at").first()
