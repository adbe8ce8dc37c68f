"""The engine's memory: units asked for once, found by name, and done again when their worker died."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chairlift.core.unit import Unit as UnitValue
from chairlift.server.engine import TOGETHER, DatabaseEngine, ended
from chairlift.server.models import LEASE, Unit, Upgrade


@pytest.fixture
def shop(world):
    for name in ("shop", "desk"):
        world.service(name)
    world.load()
    return world


def engine(world):
    return DatabaseEngine(world.campaign, world.now)


def unit(name, service="shop", kind="recipe", **inputs):
    return UnitValue(kind, name, service, inputs)


class TestMemory:
    def test_what_was_never_asked_for(self, shop):
        assert engine(shop).find(unit("a")) is None

    def test_asked_for_twice_is_asked_for_once(self, shop):
        engine(shop).start(unit("a", number=1))
        shop.tick(timedelta(hours=1))
        engine(shop).start(unit("a", number=2))
        row = Unit.objects.get()
        assert (row.inputs, row.asked_at) == ({"number": 1}, shop.now - timedelta(hours=1))
        assert engine(shop).find(unit("a")).state == "running"

    def test_an_old_one_is_found_behind_many_newer_ones(self, shop):
        for place in range(TOGETHER + 3):
            engine(shop).start(unit(f"n{place}"))
        Unit.objects.filter(name="n0").update(state="failed", why="no")
        found = engine(shop).find(unit("n0"))
        assert (found.state, found.why) == ("failed", "no")

    def test_a_look_asks_once_for_several(self, shop):
        for name in "abc":
            engine(shop).start(unit(name))
        asked = engine(shop)
        with CaptureQueriesContext(connection) as queries:
            assert [asked.find(unit(name)).state for name in "abcabc"] == ["running"] * 6
        assert len(queries) == 1

    def test_the_end_of_one_asks_for_a_look_at_its_service_only(self, shop):
        engine(shop).start(unit("a"))
        Upgrade.objects.update(look_again_at=shop.now + timedelta(days=1))
        ended(Unit.objects.get(), shop.now)
        assert shop.row("shop").look_again_at == shop.now
        assert shop.row("desk").look_again_at > shop.now


class TestHands:
    def test_deployments_come_before_plans_and_those_before_tests(self, shop):
        for kind in ("tests", "recipe", "deploy"):
            engine(shop).start(unit(kind, kind=kind))
        kinds = list(Unit.objects.ready(shop.now).values_list("kind", flat=True))
        assert kinds == ["deploy", "recipe", "tests"]

    def test_a_dead_workers_unit_is_done_again_under_the_same_name(self, shop):
        shop.worker.look_once()
        name = Unit.objects.get().name
        assert Unit.objects.claim(Unit.objects.get().pk, "dead", shop.now)
        shop.settle()
        assert Unit.objects.get(name=name).state == "running"
        shop.tick(LEASE)
        shop.settle()
        row = Unit.objects.get(name=name)
        assert (row.state, row.tries) == ("done", 2)
        assert shop.row("shop").step == "create"

    @pytest.mark.parametrize("held", [False, True], ids=["asked for", "held by a dead worker"])
    def test_one_from_before_the_clock_jumped_back_is_done_at_once(self, shop, held):
        shop.worker.look_once()
        pk = Unit.objects.get().pk
        if held:
            assert Unit.objects.claim(pk, "dead", shop.now)
        shop.tick(timedelta(days=-1))
        assert shop.worker.work_once()
        assert Unit.objects.get(pk=pk).state == "done"

    def test_one_that_rests_is_left_alone(self, shop):
        engine(shop).start(unit("a"))
        Unit.objects.update(ready_at=shop.now + timedelta(minutes=10))
        assert not shop.worker.work_once()
