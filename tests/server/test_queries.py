"""Reads for the command line and the pages: what they say, and that ten services more cost not one query more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chairlift.core.log import Kind
from chairlift.core.standing import exit_code
from chairlift.server import actions, choices, queries, sheet
from chairlift.server.models import Campaign, Upgrade
from tests.server.world import MONDAY

LOOKS = {
    "status": lambda world: queries.standings(queries.campaign(), world.now),
    "sheet": lambda world: sheet.sheet(queries.campaign(), world.now),
    "log": lambda world: queries.entries(queries.campaign()),
    "log of one": lambda world: queries.entries(queries.campaign(), "s0", "Ana", "chose"),
    "why": lambda world: queries.reasoning(queries.upgrade("s0", queries.campaign()), world.now),
}


def grown(world, first, last):
    """Services from `first` to `last`, each with a choice, a word and a blocker."""
    for place in range(first, last):
        world.service(f"s{place}", files=None)
    world.load()
    for place in range(first, last):
        row = world.row(f"s{place}")
        choices.choose(row, "Review everything", "Ana", "because", world.roster, world.now)
        actions.say(row, Kind.SAID, "Bo", world.roster, world.now, text="well")
        actions.block(row, "the database", "Ana", world.roster, world.now)


@pytest.fixture
def shop(world):
    for name in ("shop", "Desk", "cart"):
        world.service(name, files=None)
    world.load()
    return world


def stands(world, name, **fields):
    Upgrade.objects.filter(service__name=name).update(**fields)


class TestCost:
    @pytest.mark.parametrize("look", LOOKS)
    def test_ten_services_more_cost_no_query_more(self, world, look):
        counts = []
        for first, last in ((0, 2), (2, 12)):
            grown(world, first, last)
            with CaptureQueriesContext(connection) as captured:
                assert LOOKS[look](world)
            counts.append(len(captured))
        assert counts[0] == counts[1] <= 12

    def test_a_look_at_one_service_costs_no_query_more_either(self, world):
        world.service("mine")
        world.load()
        world.settle()
        counts = []
        for first, last in ((0, 2), (2, 12)):
            grown(world, first, last)
            Upgrade.objects.exclude(service__name="mine").update(look_again_at=None)
            Upgrade.objects.filter(service__name="mine").update(look_again_at=world.now)
            world.worker.look_once()
            Upgrade.objects.filter(service__name="mine").update(look_again_at=world.now)
            with CaptureQueriesContext(connection) as captured:
                assert world.worker.look_once()
            counts.append(len(captured))
        assert counts[0] == counts[1]


class TestFinding:
    def test_a_campaign(self, world):
        with pytest.raises(queries.NotFound, match=r"no campaign yet: load one with"):
            queries.campaign()
        world.load()
        assert queries.campaign().slug == queries.campaign("tiny").slug == "tiny"
        with pytest.raises(queries.NotFound, match=r"no campaign called 'big'; there are: tiny"):
            queries.campaign("big")
        Campaign.objects.create(slug="another", file="", text="", loaded_at=MONDAY)
        with pytest.raises(queries.NotFound, match=r"which campaign\? say --campaign with one of: another, tiny"):
            queries.campaign()

    def test_a_service(self, shop):
        assert queries.upgrade("desk", shop.campaign).service.name == "Desk"
        with pytest.raises(queries.NotFound, match=r"no service called 'shp' in tiny; did you mean: shop"):
            queries.upgrade("shp", shop.campaign)


class TestStatus:
    def one(self, world, name):
        return next(each for each in queries.standings(world.campaign, world.now) if each.service == name)

    def test_those_that_need_a_person_first_and_the_done_last(self, shop):
        stands(shop, "cart", decision="done")
        stands(shop, "Desk", decision="ask", whom="squad", until=shop.now - timedelta(hours=1))
        stands(shop, "shop", decision="refused")
        assert [each.service for each in queries.standings(shop.campaign, shop.now)] == ["Desk", "shop", "cart"]
        assert self.one(shop, "Desk").overdue

    @pytest.mark.parametrize(
        ("fields", "turn"),
        [
            ({"decision": "ask", "whom": "squad"}, "Heron"),
            ({"decision": "ask", "whom": "project team"}, "project team"),
            ({"decision": "refused", "whom": "squad"}, "project team"),
            ({"decision": "bug"}, "project team"),
            ({"decision": "wait"}, "Chairlift"),
            ({"decision": "done"}, ""),
        ],
    )
    def test_whose_turn(self, shop, fields, turn):
        stands(shop, "shop", **fields)
        assert self.one(shop, "shop").turn == turn

    def test_before_the_first_look(self, shop):
        found = self.one(shop, "shop")
        assert (found.decision, found.step, found.why) == ("new", "plan", "not looked at yet: start 'chairlift up'")

    @pytest.mark.parametrize(
        ("decisions", "code"),
        [
            (["done", "wait"], 0), (["done", "ask"], 1), (["stop"], 1), (["refused"], 1),
            (["ask", "unavailable"], 3), (["bug", "wait"], 3), ([], 0),
        ],
    )  # fmt: skip
    def test_the_exit_code(self, shop, decisions, code):
        found = []
        for decision in decisions:
            stands(shop, "shop", decision=decision)
            found.append(self.one(shop, "shop"))
        assert exit_code(found) == code


class TestWhy:
    def test_the_whole_reasoning(self, shop):
        shop.choose("shop", "Trust but verify")
        actions.hold(shop.row("shop"), "not now", "Bo", shop.roster, shop.now)
        actions.block(shop.row("shop"), "the cache", "Ana", shop.roster, shop.now)
        found = queries.reasoning(shop.row("shop"), shop.now)
        assert found.chosen == "Ana on 2026-01-12 09:00"
        assert dict(found.steps) == {
            "plan": "project team", "create": "project team", "review": "project team", "merge": "project team",
            "deploy": "Heron", "test": "Heron",
        }  # fmt: skip
        assert found.blockers == ("hold: not now (Bo)", "b1: the cache (Ana)")
        assert [line["kind"] for line in found.log] == ["chose", "held", "blocked"]

    def test_without_a_choice(self, shop):
        found = queries.reasoning(shop.row("shop"), shop.now)
        assert (found.chosen, found.steps, found.blockers) == ("", (), ())

    def test_a_patch_where_there_is_no_plan(self, shop):
        with pytest.raises(queries.NotFound, match=r"no plan for change 'upgrade' of shop now; see 'chairlift why'"):
            queries.patch_of(shop.row("shop"), "upgrade")


class TestLog:
    def test_the_newest_oldest_first(self, shop):
        for text in "abc":
            actions.say(shop.row("shop"), Kind.SAID, "Ana", shop.roster, shop.now, text=text)
        assert [line["text"] for line in queries.entries(shop.campaign, limit=2)] == ["b", "c"]

    def test_by_service_person_and_kind(self, shop):
        shop.choose("shop", "DIY")
        shop.choose("cart", "DIY", by="Bo")
        actions.say(shop.row("cart"), Kind.SAID, "Ana", shop.roster, shop.now, text="x")
        assert len(queries.entries(shop.campaign, "cart")) == 2
        assert [line["service"] for line in queries.entries(shop.campaign, by="ana", kind="chose")] == ["shop"]
        with pytest.raises(ValueError, match="dance"):
            queries.entries(shop.campaign, kind="dance")
