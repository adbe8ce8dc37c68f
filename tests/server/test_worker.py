"""The loop, called by hand: whole campaigns on a clock that the test moves, and the three kinds of trouble."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from chairlift.core.log import Kind
from chairlift.core.standing import exit_code
from chairlift.core.unit import Unit as UnitValue
from chairlift.ports import Refused, Unavailable
from chairlift.server import actions, choices, queries
from chairlift.server.models import LEASE, Entry, Unit, Upgrade
from chairlift.server.worker import AWAY, TRIES, Worker
from tests.server.world import MONITOR, campaign_text


def raising(error):
    def fault():
        raise error

    return fault


class TestHandsOff:
    def test_goes_from_the_choice_to_done(self, world):
        world.service("shop", deploys=True)
        world.load()
        world.settle()
        assert (world.row("shop").step, world.row("shop").decision) == ("create", "ask")
        assert world.forge.pulls.all("shop") == []
        world.choose("shop", "Hands-off")
        world.settle()
        assert world.row("shop").why.startswith("notice to Heron")
        head = world.pull("shop").head
        world.forward(minutes=55)
        assert world.pull("shop").state == "open"
        world.forward(minutes=10)
        assert (world.pull("shop").state, world.pull("shop").head) == ("merged", head)
        assert world.row("shop").why.startswith("stage runs it first")
        world.until("shop", "done")
        acts = [kind for kind in world.kinds("shop") if kind.startswith("did")]
        assert acts == [
            "did open", "did report", "did approve", "did announce", "did merge", "did deploy", "did deploy",
        ]  # fmt: skip
        assert world.kinds("shop").count("judged") == 2
        assert world.row("shop").done_at is not None

    def test_worse_after_the_deployment_is_reverted(self, world):
        world.service("shop", deploys=True)
        (world.home / "errors-shop-stage").write_text("400")
        world.load()
        world.choose("shop", "Hands-off")
        row = world.until("shop", "ask")
        assert "was reverted" in row.why
        assert row.whom == "project team"
        assert [pull.state for pull in world.forge.pulls.all("shop")] == ["merged", "merged"]
        assert "did revert" in world.kinds("shop")

    def test_an_alarm_holds_the_campaign_until_it_is_clear(self, world):
        world.service("shop", deploys=True)
        (world.home / "errors-shop-stage").write_text("400")
        world.load()
        world.choose("shop", "Hands-off")
        held = set()
        for _ in range(12 * 12):
            world.forward(minutes=5)
            held.add((world.campaign.alarmed_why, "did revert" in world.kinds("shop")))
        why = "errors of shop seem to rise in stage since it runs upgrade"
        # Before it, while it lasts and may be nothing, and after the way back.
        assert held == {("", False), (why, False), ("", True)}
        assert [kind for kind in world.kinds("shop") if "alarm" in kind] == ["meant to alarm", "did alarm"]

    def test_needs_documentation_before_it_merges(self, world):
        world.service("shop", more='deploy_docs = ""')
        world.load()
        world.choose("shop", "Hands-off", promised=world.now.date())
        world.forward(hours=2)
        assert "waits for deploy documentation" in world.row("shop").why
        choices.document(world.row("shop"), "docs/deploy.md", "Ana", world.roster, world.now)
        world.settle()
        world.forward(hours=2)
        assert world.pull("shop").state == "merged"

    def test_without_a_deployer_somebody_is_asked_instead_of_trying_for_ever(self, world):
        world.service("shop")
        world.load()
        world.choose("shop", "Hands-off")
        world.settle()
        world.forward(hours=2)
        row = world.row("shop")
        assert (row.step, row.decision, row.whom) == ("deploy", "ask", "project team")
        assert "no deployer" in row.why


class TestSquads:
    def test_deploy_and_test_by_word_of_named_people(self, world):
        world.service("shop")
        world.load()
        world.choose("shop", "Trust but verify")
        world.settle()
        world.forward(hours=2)
        for environment in ("stage", "production"):
            assert f"Heron deploys it to {environment}" in world.row("shop").why
            actions.deployed(world.row("shop"), environment, "Ana", world.roster, world.now)
            world.settle()
        assert "Heron tests it" in world.row("shop").why
        actions.sign_off(world.row("shop"), "clicked through", "Bo", world.roster, world.now)
        world.settle()
        assert world.row("shop").decision == "done"

    def test_diy_gets_an_issue_and_lands_by_push(self, world):
        world.service("shop")
        world.load()
        world.choose("shop", "DIY")
        world.settle()
        topic = world.forge.talk.topic("shop", "tiny")
        assert topic.state == "open"
        assert "+2" in topic.body
        assert world.forge.pulls.all("shop") == []
        clone = world.clone("shop")
        clone.push(clone.commit("main", {"version.txt": "2\n"}), "main")
        world.forward(minutes=6)
        assert world.row("shop").step in ("deploy", "finish", "")
        for environment in ("stage", "production"):
            actions.deployed(world.row("shop"), environment, "Ana", world.roster, world.now)
            world.settle()
        actions.sign_off(world.row("shop"), "", "Ana", world.roster, world.now)
        world.settle()
        assert world.row("shop").decision == "done"
        assert world.forge.talk.topic("shop", "tiny").state == "closed"
        assert not any(kind.startswith(("did open", "did merge")) for kind in world.kinds("shop"))


class TestTrouble:
    @pytest.fixture
    def two(self, world):
        world.service("shop")
        world.service("desk")
        world.load()
        return world

    def test_unavailable_rests_longer_each_time_and_then_goes_on(self, two):
        two.faults["git_url", "shop"] = raising(Unavailable("the forge is away"))
        rests = []
        for _ in range(3):
            two.settle()
            row = two.row("shop")
            assert (row.decision, row.why) == ("unavailable", "will try again: the forge is away")
            rests.append(row.look_again_at - two.now)
            two.tick(rests[-1])
        assert rests == [AWAY, AWAY * 2, AWAY * 4]
        assert two.row("desk").decision == "ask"
        two.faults.clear()
        two.settle()
        assert (two.row("shop").decision, two.row("shop").troubles) == ("ask", 0)
        assert two.kinds("shop").count("trouble") == 1

    def test_refused_is_shown_and_rests_until_nudged(self, two):
        two.faults["git_url", "shop"] = raising(Refused("no right to read shop: give it one"))
        two.settle()
        found = queries.standings(two.campaign, two.now)
        shop = next(each for each in found if each.service == "shop")
        assert (shop.decision, shop.turn, shop.why) == ("refused", "project team", "no right to read shop: give it one")
        assert exit_code(found) == 1
        two.faults.clear()
        actions.say(two.row("shop"), Kind.SAID, "Ana", two.roster, two.now, text="mended")
        two.settle()
        assert two.row("shop").decision == "ask"

    def test_it_waits_for_the_project_team_since_it_began(self, two):
        two.settle()
        asked, two.faults["git_url", "shop"] = two.row("shop").since, raising(Refused("no right"))
        two.tick(timedelta(days=2))
        actions.say(two.row("shop"), Kind.SAID, "Ana", two.roster, two.now, text="so?")
        two.settle()
        assert two.row("shop").since == two.now
        began = two.now
        two.tick(timedelta(days=1))
        actions.say(two.row("shop"), Kind.SAID, "Ana", two.roster, two.now, text="and now?")
        two.settle()
        assert (two.row("shop").decision, two.row("shop").since) == ("refused", began)
        two.faults.clear()
        actions.say(two.row("shop"), Kind.SAID, "Ana", two.roster, two.now, text="mended")
        two.settle()
        assert (two.row("shop").decision, two.row("shop").since) == ("ask", asked)

    def test_a_bug_rests_one_row_and_tells_nothing_secret(self, two, caplog):
        two.faults["git_url", "shop"] = raising(ValueError("secret"))
        two.settle()
        assert two.row("shop").decision == "bug"
        assert "secret" not in two.row("shop").why
        assert "a bug while looking at shop" in caplog.text
        assert two.row("desk").decision == "ask"
        assert exit_code(queries.standings(two.campaign, two.now)) == 3

    def test_a_service_that_left_the_file_is_refused_and_others_go_on(self, two):
        desk = two.services[two.services.index("[[service]]", 5) :]
        two.load(services=desk)
        two.settle()
        assert two.row("shop").decision == "refused"
        assert "no service called" in two.row("shop").why
        assert two.row("desk").decision == "ask"

    def test_an_adapter_that_is_not_installed(self, two):
        two.load(services=two.services.replace('repo = "shop"', 'repo = "shop"\nforge = "hub"'))
        two.settle()
        assert two.row("shop").decision == "refused"
        assert "no forge called 'hub'" in two.row("shop").why


class TestWaves:
    def test_one_after_the_other(self, world):
        for name in ("a", "b"):
            world.service(name)
        world.load(campaign_text(tables="[waves]\nsizes = [1]"))
        for name in ("a", "b"):
            world.choose(name, "Review everything")
        world.settle()
        assert "waits for its wave" in world.row("b").why
        assert world.forge.pulls.all("b") == []
        world.forge.pulls.merge("a", 1, "Ana", "squash", world.pull("a").head)
        world.forward(minutes=6)
        world.forward(minutes=6)
        assert world.pull("b").state == "open"

    def test_a_paused_campaign_opens_nothing_and_goes_on(self, world):
        world.service("shop")
        world.load()
        world.choose("shop", "Hands-off")
        actions.pause(world.campaign, "fire", "Lena", world.roster, world.now)
        world.settle()
        assert "the campaign is paused: fire" in world.row("shop").why
        assert world.forge.pulls.all("shop") == []
        actions.restart(world.campaign, "out", "Mats", world.roster, world.now)
        world.settle()
        assert world.pull("shop").state == "open"

    def test_the_brake(self, world):
        for name in ("a", "b"):
            world.service(name, files={"version.txt": "1\n", "test.sh": "exit 1"})
        world.load(campaign_text(run="false", tables="[brake]\nstuck = 2"))
        world.settle()
        world.settle()
        assert "2 upgrades are stuck" in world.campaign.braked_why
        assert Entry.objects.filter(kind=Kind.BRAKED).count() == 1


class TestUnits:
    @pytest.fixture
    def unit(self, world):
        """The run of the recipe, asked for and not begun."""
        world.service("shop")
        world.load()
        world.worker.look_once()
        return Unit.objects.get()

    def test_killed_in_the_middle_it_is_done_by_another(self, world, unit):
        assert Unit.objects.claim(unit.pk, "killed", world.now)
        assert not world.worker.work_once()
        world.tick(LEASE)
        assert world.worker.work_once()
        unit.refresh_from_db()
        assert (unit.state, unit.tries) == ("done", 2)

    def test_one_of_two_gets_it(self, world, unit):
        assert [Unit.objects.claim(unit.pk, name, world.now) for name in ("a", "b")] == [True, False]

    def test_a_slow_one_records_nothing(self, world, unit):
        assert Unit.objects.claim(unit.pk, "slow", world.now)
        slow = Worker(world.outside, world.clock)
        world.tick(LEASE)
        assert Unit.objects.claim(unit.pk, "quick", world.now)
        slow.work(unit.pk)
        unit.refresh_from_db()
        assert (unit.state, unit.leased_by) == ("running", "quick")

    def test_its_end_and_the_nudge_are_one(self, world, unit):
        """Nobody looks for the end of a unit where marks are watched: a nudge that got lost would cost a day."""

        def no_nudges(execute, sql, params, many, context):
            if sql.startswith('UPDATE "server_upgrade"'):
                raise OperationalError("the disk is full")
            return execute(sql, params, many, context)

        with connection.execute_wrapper(no_nudges), pytest.raises(OperationalError):
            world.worker.work_once()
        unit.refresh_from_db()
        assert (unit.state, unit.ended_at) == ("running", None)
        world.tick(LEASE)
        assert world.worker.work_once()
        assert Upgrade.objects.due(world.now).exists()

    def test_away_so_often_is_a_failure(self, world, unit):
        world.faults["git_url", "shop"] = lambda: None
        Unit.objects.filter(pk=unit.pk).update(inputs={**unit.inputs, "url": "http://127.0.0.1:9/none.git"})
        for _ in range(TRIES):
            assert world.worker.work_once()
            unit.refresh_from_db()
            world.tick(timedelta(minutes=11))
        assert unit.state == "failed"
        assert f"the world was away {TRIES} times" in unit.why

    def test_a_look_back_waits_for_its_monitor_as_long_as_a_watch_lasts(self, world):
        world.service("shop", deploys=True)
        world.load()
        world.choose("shop", "Hands-off")
        (world.home / "monitor.sh").write_text("echo being moved >&2; exit 1")
        world.until("shop", "ask", hours=48)
        unit = Unit.objects.get(kind="look back", inputs__environment="stage")
        for _ in range(2 * TRIES):
            world.tick(timedelta(minutes=11))
            world.settle()
        unit.refresh_from_db()
        assert unit.state == "running"
        assert unit.tries > TRIES
        assert "the monitor is away: " in world.row("shop").why
        assert "being moved" in world.row("shop").why
        (world.home / "monitor.sh").write_text(MONITOR)
        world.until("shop", "done", hours=48)

    def test_a_failed_one_is_tried_again_by_a_person(self, world):
        world.service("shop", files={"version.txt": "1\n", "test.sh": "test -e $HOME/../ok || exit 3"})
        world.load(campaign_text(run=f"cp {world.home}/good version.txt"))
        world.settle()
        assert "the recipe failed" in world.row("shop").why
        (world.home / "good").write_text("2\n")
        actions.retry(world.row("shop"), "Lena", "the file is there now", world.roster, world.now)
        world.settle()
        assert "the recipe failed" not in world.row("shop").why

    def test_asked_twice_is_asked_once(self, world, unit):
        from chairlift.server.engine import DatabaseEngine

        engine = DatabaseEngine(world.campaign, world.now)
        for _ in range(2):
            engine.start(UnitValue(unit.kind, unit.name, unit.service, unit.inputs))
        assert Unit.objects.count() == 1
