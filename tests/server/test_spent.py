"""When the calls of a forge are used up: nothing is wrong, nobody is told, and what would be opened waits its turn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chairlift.core.budget import Call, Lane, Limits
from chairlift.ports import Spent, Unavailable
from chairlift.server.budgets import DatabaseBudget
from chairlift.testing.contracts.budget import Time, asked


def raising(error):
    def fault():
        raise error

    return fault


@pytest.fixture
def two(world):
    for name in ("shop", "desk"):
        world.service(name)
    world.load()
    return world


def test_a_look_that_no_calls_are_left_for_is_made_later_and_is_no_trouble(two):
    two.faults["pull_for", "shop"] = raising(Spent("used up", after=1234))
    two.settle()
    row = two.row("shop")
    assert (row.decision, row.troubles) == ("", 0)
    assert row.look_again_at - two.now == timedelta(seconds=1234)
    assert "trouble" not in two.kinds("shop")
    assert two.row("desk").decision == "ask"
    two.faults.clear()
    two.forward(seconds=1235)
    assert two.row("shop").decision == "ask"


def test_who_is_told_to_stay_away_does_so_that_long(two):
    two.faults["pull_for", "shop"] = raising(Unavailable("too many requests", after=300))
    two.settle()
    assert two.row("shop").look_again_at - two.now == timedelta(seconds=300)
    two.faults["pull_for", "shop"] = raising(Unavailable("too many requests", after=10**9))
    two.forward(seconds=301)
    assert two.row("shop").look_again_at - two.now == timedelta(hours=1)


def test_where_nothing_more_can_be_opened_others_do_not_look_in_vain(two):
    asked_for = []
    for name in ("shop", "desk"):
        two.faults["ensure_pull", name] = raising(Spent("used up", after=600))
        two.choose(name, "Hands-off")
    two.settle()
    for name in ("shop", "desk"):
        two.faults["pull_for", name] = lambda: asked_for.append("looked")
    rested = [two.row(name).look_again_at for name in ("shop", "desk")]
    assert max(rested) > two.now + timedelta(seconds=500)
    two.row("shop").__class__.objects.nudge(two.now)
    two.settle()
    assert asked_for == []
    two.faults.clear()
    two.forward(seconds=700)
    assert [two.pull(name).state for name in ("shop", "desk")] == ["open", "open"]


def test_undoing_goes_before_everything_else(world):
    """A budget that has nothing left but for the first lane still lets a revert through."""
    world.service("shop", deploys=True)
    (world.home / "errors-shop-stage").write_text("400")
    world.load()
    budget = DatabaseBudget("local", world.clock, Time().ticks, lambda seconds: None)
    limits = Limits(creates_hour=100)
    world.faults["ensure_pull", "shop"] = lambda: budget.spend("who", limits, Lane.OPEN, Call.CREATE)
    world.choose("shop", "Hands-off")
    world.settle()
    assert asked(budget, limits, Lane.OPEN, Call.CREATE, who="who") == 95
    world.until("shop", "ask")
    assert "did revert" in world.kinds("shop")
