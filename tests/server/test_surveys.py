"""Surveys: only what changed is looked at, nothing is lost, and one forge that is away stops no other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from chairlift.core.log import Entry as Line
from chairlift.core.log import Kind
from chairlift.ports import Refused, Spent, Unavailable
from chairlift.server.models import Entry, ForgeState, Upgrade
from chairlift.server.outside import Outside
from chairlift.server.surveys import BATCH, FEW, HOOKED, PATIENCE, Surveyed, survey_due
from chairlift.server.worker import Worker
from chairlift.testing.fakes.forge import MemoryForge
from chairlift.testing.fakes.git import MemoryGit
from tests.server.world import TIMES, campaign_text, service_text

POLL = timedelta(minutes=5)
TOML = '[forges.hub]\nkind = "local"\n[forges.lab]\nkind = "local"\n'


class Asked:
    """A forge that notes how many marks each call asked for, and that may fail."""

    def __init__(self, inner: MemoryForge) -> None:
        self.inner, self.calls, self.error = inner, [], None
        self.during = lambda: None

    def marks(self, watched):
        self.calls.append(len(watched))
        self.during()
        if self.error:
            raise self.error
        return self.inner.marks(watched)


@dataclass
class Forges(Outside):
    """Two forges in memory."""

    known: dict[str, Any] = field(default_factory=dict)

    def forge(self, name):
        return self.known[name]


class Place:
    """Services on two forges, and surveys by hand."""

    def __init__(self, world, count: int) -> None:
        self.world, self.git = world, MemoryGit()
        self.hub, self.lab = (Asked(MemoryForge(self.git, world.clock)) for _ in range(2))
        self.outside = Forges(world.home, world.outside.installation, world.clock)
        self.outside.known = {"hub": self.hub, "lab": self.lab}
        names = [f"s{number:03}" for number in range(count)]
        for name in names:
            self.git.init(f"memory://{name}", {"version.txt": "1\n"})
        services = [service_text(name, more='forge = "hub"') for name in names]
        self.git.init("memory://lab", {"version.txt": "1\n"})
        services.append(service_text("lab", more='forge = "lab"'))
        world.load(campaign_text(times=TIMES), "\n".join(services))
        Upgrade.objects.update(look_again_at=world.now + timedelta(hours=9), looked_at=world.now, decision="ask")

    def survey(self, forge: str = "hub") -> None:
        for _ in range(100):
            if not survey_due(self.outside, forge, lambda: self.world.roster, self.world.now):
                return
        raise AssertionError("it never ends")

    def later(self, forge: str = "hub", by: timedelta = POLL) -> None:
        self.world.tick(by)
        self.survey(forge)

    def push(self, name: str, text: str, branch: str = "main") -> None:
        url = f"memory://{name}"
        repository = self.git.repositories[url]
        repository.branches.setdefault(branch, repository.branches["main"])
        self.git.push(url, branch, {"version.txt": text})

    def nudged(self) -> list[str]:
        rows = Upgrade.objects.filter(look_again_at__lte=self.world.now).order_by("service__name")
        return list(rows.values_list("service__name", flat=True))

    def state(self, forge: str = "hub") -> ForgeState:
        return ForgeState.objects.get(forge=forge)


@pytest.fixture
def place(world):
    return Place(world, 3)


class TestAChange:
    def test_what_is_seen_for_the_first_time_is_not_looked_at_for_it(self, place):
        place.survey()
        assert place.nudged() == []
        assert Upgrade.objects.exclude(mark="").count() == 3

    def test_only_what_changed_is_looked_at(self, place):
        place.survey()
        place.later()
        assert place.nudged() == []
        place.push("s001", "9\n")
        place.later()
        assert place.nudged() == ["s001"]

    def test_so_is_a_change_on_one_of_our_branches_and_of_an_attempt_that_was_begun_anew(self, place):
        row = place.world.row("s002")
        Entry.write(row, Line(place.world.now, "Ana", Kind.RETRIED, "upgrade", data={"again": True}))
        place.survey()
        for branch in ("upgrade", "upgrade-revert", "upgrade-2", "upgrade-2-revert"):
            Upgrade.objects.update(look_again_at=place.world.now + timedelta(hours=9))
            place.push("s002", branch, f"chairlift/tiny/{branch}")
            place.later()
            assert place.nudged() == ["s002"], branch

    def test_a_repository_that_is_gone_is_polled(self, place):
        place.survey()
        del place.git.repositories["memory://s001"]
        place.later()
        assert place.nudged() == ["s001"]
        assert place.world.row("s001").mark == ""

    def test_what_is_over_costs_no_call(self, place):
        Upgrade.objects.filter(service__name="s000").update(done_at=place.world.now, decision="done")
        Upgrade.objects.filter(service__name="s001").update(decision="stop")
        place.survey()
        assert place.hub.calls == [1]


class TestRounds:
    def test_one_comes_each_poll_interval(self, place):
        place.survey()
        place.survey()
        assert place.hub.calls == [3]
        place.later(by=POLL - timedelta(seconds=1))
        assert place.hub.calls == [3]
        place.later(by=timedelta(seconds=1))
        assert place.hub.calls == [3, 3]

    def test_it_is_not_quiet_before_what_is_due_was_surveyed(self, place):
        """Whoever waits for quiet would else not see what was done a moment ago."""
        worker, during = Worker(place.outside, place.world.clock), []
        place.hub.during = lambda: during.append(worker.surveyed())
        assert worker.surveyed()
        worker.survey_once("hub")
        assert worker.surveyed()
        place.world.tick(POLL)
        assert not worker.surveyed()
        worker.survey_once("hub")
        assert (during, worker.surveyed()) == ([False, False], True)

    def test_of_two_workers_one_does_it(self, place):
        asked = []

        class Asking(Asked):
            def marks(self, watched):
                asked.append(survey_due(place.outside, "hub", lambda: place.world.roster, place.world.now))
                return super().marks(watched)

        place.outside.known["hub"] = Asking(place.hub.inner)
        place.survey()
        assert asked == [False]

    def test_many_are_asked_for_fifty_at_a_time_in_bounded_queries(self, world, django_assert_max_num_queries):
        place = Place(world, 2 * BATCH + 7)
        place.survey()
        assert place.hub.calls == [BATCH, BATCH, 7]
        for name in ("s000", "s060", "s106"):
            place.push(name, "9\n")
        world.tick(POLL)
        # Eight for the round, and three for each batch in which something changed.
        with django_assert_max_num_queries(8 + 3 * 3):
            place.survey()
        assert place.nudged() == ["s000", "s060", "s106"]

    def test_with_webhooks_a_round_comes_each_hour(self, place):
        ForgeState.objects.create(forge="hub", hooked_at=place.world.now)
        place.survey()
        for _ in range(11):
            place.later()
        assert place.hub.calls == [3]
        place.later()
        assert place.hub.calls == [3, 3]

    def test_and_is_few_calls_at_a_time(self, world):
        place = Place(world, (FEW + 1) * BATCH - 1)
        ForgeState.objects.create(forge="hub", hooked_at=world.now)
        place.survey()
        assert len(place.hub.calls) == FEW
        place.later()
        assert len(place.hub.calls) == FEW + 1

    def test_without_a_delivery_for_long_it_is_as_without_webhooks(self, place):
        ForgeState.objects.create(forge="hub", hooked_at=place.world.now - HOOKED)
        place.survey()
        place.later()
        assert len(place.hub.calls) == 2


class TestFailing:
    def fail(self, place, error, times):
        place.survey()
        place.hub.error = error
        place.world.tick(POLL)
        for _ in range(times):
            place.survey()
            place.world.now = max(place.state().next_at, place.world.now)

    def test_one_that_is_away_stops_no_other(self, place):
        place.hub.error = Unavailable("the hub is away")
        place.survey()
        place.survey("lab")
        assert (place.state().why, place.state("lab").why) == ("the hub is away", "")
        assert place.lab.calls == [1]

    def test_after_some_tries_its_upgrades_are_polled_again_and_others_not(self, place):
        place.survey("lab")
        self.fail(place, Unavailable("away"), PATIENCE - 1)
        assert Upgrade.objects.exclude(mark="").count() == 4
        place.survey()
        assert list(Upgrade.objects.exclude(mark="").values_list("service__name", flat=True)) == ["lab"]
        looks = Upgrade.objects.filter(mark="").values_list("look_again_at", flat=True)
        assert all(look <= place.world.now + POLL for look in looks)

    @pytest.mark.parametrize("error", [Refused("no right to read"), ValueError("a bug"), KeyError("no such thing")])
    def test_what_will_not_get_better_is_polled_at_once(self, place, error):
        self.fail(place, error, 1)
        assert Upgrade.objects.exclude(mark="").count() == 0
        assert place.state().why
        assert "a bug" not in place.state().why

    def test_it_works_again_when_the_forge_does(self, place):
        self.fail(place, Unavailable("away"), PATIENCE)
        place.hub.error = None
        place.survey()
        assert (place.state().troubles, place.state().why) == (0, "")
        assert Upgrade.objects.exclude(mark="").count() == 3

    def test_no_calls_left_is_no_failure(self, place):
        self.fail(place, Spent("none left", after=90), 1)
        assert place.state().troubles == 0
        assert Upgrade.objects.exclude(mark="").count() == 3
        place.hub.error = None
        place.push("s001", "9\n")
        place.survey()
        assert place.nudged() == ["s001"]

    def test_a_change_is_not_lost_where_a_process_ends_behind_the_nudge(self, place):
        place.survey()
        place.push("s001", "9\n")
        mark = place.world.row("s001").mark
        place.later()
        # As if the mark had not been written any more.
        Upgrade.objects.filter(service__name="s001").update(mark=mark, look_again_at=place.world.now + POLL * 9)
        place.later()
        assert place.nudged() == ["s001"]


class TestStretching:
    """The loop on the local forge: what waits on a forge that is surveyed is not polled."""

    @pytest.fixture
    def asking(self, world):
        world.service("shop")
        world.load()
        world.choose("shop", "Review everything")
        world.settle()
        assert (world.row("shop").step, world.row("shop").decision) == ("review", "ask")
        return world

    def look(self, world):
        """How long after a look the next one is."""
        Upgrade.objects.nudge(world.now)
        world.worker.look_once()
        return world.row("shop").look_again_at - world.now

    def test_a_question_that_only_the_forge_can_answer_is_looked_at_daily_or_at_its_next_rung(self, asking):
        assert self.look(asking) == POLL
        asking.worker.survey_once("local")
        asking.tick(timedelta(seconds=6))
        assert timedelta(hours=1) < self.look(asking) <= timedelta(days=1)

    def test_the_end_of_a_unit_and_the_wave_are_told_so_nobody_looks_for_them(self, world):
        for name in ("shop", "till"):
            world.service(name)
        world.load(campaign_text(tables="[waves]\nsizes = [1]"))
        for name in ("shop", "till"):
            world.choose(name, "Review everything")
        world.worker.survey_once("local")
        world.tick(timedelta(seconds=6))
        while world.worker.look_once():
            pass
        assert {row.why for row in Upgrade.objects.all()} == {"the recipe is running"}
        assert {row.look_again_at - world.now for row in Upgrade.objects.all()} == {timedelta(days=1)}
        assert world.worker.work_once()
        assert Upgrade.objects.due(world.now).count() == 1
        while world.worker.work_once() or world.worker.look_once():
            pass
        assert {row.why for row in Upgrade.objects.all()} == {"waits for its wave"}
        assert {row.look_again_at - world.now for row in Upgrade.objects.all()} == {timedelta(days=1)}
        world.worker.tend_once()
        assert [row.service.name for row in Upgrade.objects.due(world.now)] == ["shop"]

    def test_an_approval_is_seen_by_the_next_survey(self, asking):
        asking.worker.survey_once("local")
        asking.tick(timedelta(seconds=6))
        self.look(asking)
        asking.forge.pulls.review("shop", 1, "Ana", "approved", "fine", asking.pull("shop").head)
        asking.tick(POLL)
        asking.worker.survey_once("local")
        asking.settle()
        assert asking.row("shop").step == "merge"

    def test_what_is_deployed_is_polled_all_the_same(self, asking):
        asking.forge.pulls.review("shop", 1, "Ana", "approved", "fine", asking.pull("shop").head)
        asking.forge.pulls.merge("shop", 1, "Ana", "squash", asking.pull("shop").head)
        asking.worker.survey_once("local")
        asking.tick(timedelta(seconds=6))
        assert self.look(asking) == POLL
        assert asking.row("shop").step == "deploy"

    def test_nor_is_it_stretched_where_the_survey_stands_still(self, asking):
        asking.worker.survey_once("local")
        asking.tick(timedelta(hours=1))
        assert self.look(asking) == POLL

    def test_how_surveys_stand_is_asked_of_the_database_now_and_then(self, asking, django_assert_num_queries):
        surveyed = Surveyed()
        with django_assert_num_queries(1):
            for _ in range(10):
                surveyed.holds("local", asking.now)
