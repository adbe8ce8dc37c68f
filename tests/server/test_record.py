"""What a look leaves behind: nothing when its lease was lost, and nudges that came meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chairlift.core.log import Kind
from chairlift.ports import Refused, Unavailable
from chairlift.server import actions
from chairlift.server.models import LEASE, Entry, Upgrade
from chairlift.server.worker import Worker

DAY = timedelta(days=1)


@pytest.fixture
def shop(world):
    """Planned, and a level just chosen: the next look would open the pull request."""
    world.service("shop")
    world.load()
    world.settle()
    world.choose("shop", "Review everything")
    world.tick(timedelta(seconds=1))
    world.worker.tend_once()
    return world


def in_the_middle(world, act, method="pull_for"):
    """Have something happen during the next look, once."""

    def once():
        world.faults.clear()
        act()

    world.faults[method, "shop"] = once


def log(world):
    return list(Entry.objects.order_by("pk").values_list("pk", "kind", "about"))


class TestLease:
    def steal(self):
        Upgrade.objects.update(leased_by="another", leased_until=self.until)

    def test_a_look_that_lost_it_records_and_does_nothing(self, shop, caplog):
        self.until = shop.now + LEASE
        before = log(shop)
        in_the_middle(shop, self.steal)
        shop.worker.look_once()
        row = shop.row("shop")
        assert log(shop) == before
        assert (row.leased_by, row.step) == ("another", "create")
        assert shop.forge.pulls.all("shop") == []
        assert "lost the lease of shop" in caplog.text

    @pytest.mark.parametrize("error", [Unavailable("away"), Refused("no"), ValueError("bug")])
    def test_nor_does_its_trouble_count(self, shop, error):
        self.until = shop.now + LEASE

        def stolen_and_broken():
            self.steal()
            raise error

        before, stood = log(shop), shop.row("shop").why
        in_the_middle(shop, stolen_and_broken)
        shop.worker.look_once()
        row = shop.row("shop")
        assert (log(shop), row.why, row.leased_by, row.troubles) == (before, stood, "another", 0)

    def test_one_that_ran_out_during_the_look_is_lost(self, shop):
        """Nobody has taken the row yet, but anybody may at any moment."""
        before = log(shop)
        in_the_middle(shop, lambda: Upgrade.objects.update(leased_until=shop.now))
        shop.worker.look_once()
        assert log(shop) == before
        assert shop.forge.pulls.all("shop") == []

    def test_lost_after_the_act_the_deed_is_found_by_the_next(self, shop):
        """The pull request is there; whoever looks next finds it and opens no other."""
        self.until = shop.now
        in_the_middle(shop, self.steal, "ensure_pull")
        shop.worker.look_once()
        assert len(shop.forge.pulls.all("shop")) == 1
        shop.forward(minutes=6)
        assert len(shop.forge.pulls.all("shop")) == 1
        assert shop.row("shop").step == "review"

    def test_of_two_workers_one_gets_the_row(self, shop):
        pk = shop.row("shop").pk
        assert [Upgrade.objects.claim(pk, name, shop.now) for name in ("a", "b", "a")] == [True, False, False]
        shop.tick(LEASE)
        assert Upgrade.objects.claim(pk, "b", shop.now)

    def test_two_that_know_of_the_same_due_row(self, shop):
        """Rows are found some at a time: what another took meanwhile is passed over."""
        other = Worker(shop.outside, shop.clock)
        assert other._next_due(shop.now) == shop.row("shop").pk
        other._due.append(shop.row("shop").pk)
        assert Upgrade.objects.claim(shop.row("shop").pk, "first", shop.now)
        assert not other.look_once()
        assert shop.row("shop").leased_by == "first"


class TestNudge:
    def test_in_the_middle_of_a_look_survives(self, shop):
        """What was said after the look had read the log is looked at next, not after the poll."""

        def objects():
            shop.tick(timedelta(seconds=1))
            actions.hold(shop.row("shop"), "not now", "Ana", shop.roster, shop.now)

        shop.settle()
        in_the_middle(shop, objects)
        shop.tick(timedelta(minutes=6))
        assert shop.worker.look_once()
        row = shop.row("shop")
        assert (row.leased_by, row.look_again_at) == ("", shop.now)
        assert shop.worker.look_once()
        assert shop.row("shop").look_again_at > shop.now

    def test_during_trouble_survives_too(self, shop):
        def said_and_away():
            shop.tick(timedelta(seconds=1))
            actions.say(shop.row("shop"), Kind.SAID, "Ana", shop.roster, shop.now, text="mended")
            raise Refused("no right")

        in_the_middle(shop, said_and_away)
        assert shop.worker.look_once()
        assert shop.row("shop").decision == "refused"
        assert shop.worker.look_once()
        assert shop.row("shop").decision != "refused"

    def test_of_a_row_that_waits_keeps_its_place_in_the_queue(self, shop):
        due = shop.row("shop").look_again_at
        shop.tick(timedelta(seconds=5))
        assert Upgrade.objects.nudge(shop.now) == 0
        assert shop.row("shop").look_again_at == due


class TestLines:
    def test_a_look_that_finds_nothing_new_writes_nothing(self, shop):
        shop.settle()
        before = log(shop)
        for _ in range(3):
            shop.forward(minutes=6)
        assert log(shop) == before

    def test_intent_before_the_act_and_the_deed_after_it(self, shop):
        seen = []
        in_the_middle(shop, lambda: seen.extend(shop.kinds("shop")), "ensure_pull")
        shop.settle()
        assert seen[-1] == "meant to open"
        assert "did open" not in seen
        assert shop.kinds("shop").count("did open") == 1

    def test_a_killed_act_is_meant_twice_and_done_once(self, shop):
        def killed():
            raise SystemExit("killed")

        in_the_middle(shop, killed, "ensure_pull")
        with pytest.raises(SystemExit):
            shop.worker.look_once()
        shop.tick(LEASE)
        shop.settle()
        kinds = shop.kinds("shop")
        assert (kinds.count("meant to open"), kinds.count("did open")) == (2, 1)
        assert len(shop.forge.pulls.all("shop")) == 1

    def test_since_stays_while_it_stands_there(self, shop):
        shop.settle()
        since = shop.row("shop").since
        shop.forward(hours=3)
        assert shop.row("shop").since == since


class TestClocks:
    @pytest.mark.parametrize("jump", [DAY, -DAY], ids=["forward", "back"])
    def test_jumps_in_the_middle_of_a_look(self, shop, jump):
        in_the_middle(shop, lambda: shop.tick(jump))
        shop.settle()
        shop.forward(minutes=6)
        assert len(shop.forge.pulls.all("shop")) == 1
        assert shop.row("shop").step == "review"

    @pytest.mark.parametrize("jump", [DAY, -DAY], ids=["forward", "back"])
    def test_jumps_between_looks(self, shop, jump):
        shop.tick(jump)
        shop.settle()
        assert len(shop.forge.pulls.all("shop")) == 1
        head = shop.pull("shop").head
        shop.forge.pulls.review("shop", 1, "Ana", "approved", "", head)
        shop.forge.pulls.merge("shop", 1, "Ana", "squash", head)
        shop.tick(-jump)
        shop.settle()
        shop.forward(minutes=6)
        assert shop.row("shop").step == "deploy"

    def test_back_while_it_is_held_by_a_worker_that_died(self, shop):
        assert Upgrade.objects.claim(shop.row("shop").pk, "dead", shop.now)
        shop.tick(-DAY)
        shop.settle()
        assert shop.pull("shop").state == "open"

    def test_back_does_not_stop_the_tending(self, shop):
        shop.settle()
        Upgrade.objects.update(admitted_at=None)
        shop.tick(-DAY)
        shop.worker.tend_once()
        assert shop.row("shop").admitted_at == shop.now
