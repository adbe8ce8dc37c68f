"""What people write: choosing, saying, blocking, exempting, pausing; who may, what is on record, what is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chairlift.core.decision import Party
from chairlift.core.files import FileProblems
from chairlift.core.log import Kind
from chairlift.server import actions, choices, problems
from chairlift.server.actions import NotPossible
from chairlift.server.models import Campaign, Entry, Upgrade
from tests.server.world import campaign_text

NEXT_WEEK = date(2026, 1, 19)


@pytest.fixture
def shop(world):
    """Without a repository: nothing here looks at the world."""
    world.service("shop", files=None)
    world.service("bare", files=None, more='deploy_docs = ""')
    world.service("fine", files=None, more='needs = ["fine-grained-testing"]')
    world.service("desk", files=None, squad="Ibis")
    world.load()
    Upgrade.objects.update(look_again_at=world.now + timedelta(days=1))
    return world


def entries(world, service="shop"):
    rows = Entry.objects.filter(upgrade__service__name=service).order_by("pk")
    return [(row.kind, row.by, row.about, row.text) for row in rows]


def facts(world, service="shop"):
    return world.row(service).snapshot(world.roster).said


def refused(call, *words, **given):
    """The reason why it was refused; nothing of it is on record."""
    before = Entry.objects.count()
    with pytest.raises(NotPossible) as found:
        call(*words, **given)
    assert Entry.objects.count() == before
    return str(found.value)


def reload(world, old, new):
    """The campaign file with another word in it."""
    actions.load_campaign(campaign_text().replace(old, new), "campaign.toml", "operator", world.now)


class TestChoosing:
    def test_is_on_record_for_ever(self, shop):
        row = shop.row("shop")
        choices.choose(row, "diy", "ana-f", "we know it best", shop.roster, shop.now)
        shop.tick(timedelta(hours=1))
        choices.choose(shop.row("shop"), "Review everything", "Lena", "\x1b[1mthey asked", shop.roster, shop.now)
        first, second = Entry.objects.filter(kind=Kind.CHOSE).order_by("pk")
        assert (first.by, first.about, first.text, first.data) == ("Ana", "DIY", "we know it best", {"before": ""})
        assert (second.by, second.about, second.data) == ("Lena", "Review everything", {"before": "DIY"})
        assert second.text == "[1mthey asked"
        assert (second.at, second.at - first.at) == (shop.now, timedelta(hours=1))
        assert facts(shop).chosen_at == shop.now
        assert shop.row("shop").level == "Review everything"

    def test_asks_for_an_early_look(self, shop):
        shop.choose("shop", "DIY")
        assert shop.row("shop").look_again_at == shop.now
        assert shop.row("desk").look_again_at > shop.now

    @pytest.mark.parametrize(
        ("who", "why"),
        [
            ("Cy", "Cy is neither in Heron, which owns shop, nor in the project team; Heron has: Ana, Bo"),
            ("mallory", "nobody called 'mallory' is in the services file; Heron has: Ana, Bo. Add them"),
            ("", "nobody called ''"),
        ],
    )
    def test_is_the_squads_and_the_project_teams(self, shop, who, why):
        assert why in refused(shop.choose, "shop", "DIY", by=who)
        assert shop.row("shop").level == ""

    def test_of_two_at_once_the_second_is_told(self, shop):
        """Both have looked before either has chosen."""
        first, second = shop.row("shop"), shop.row("shop")
        assert choices.choose_once(first, "DIY", "", "Ana", "", shop.roster, shop.now)
        why = refused(choices.choose_once, second, "Hands-off", "", "Bo", "", shop.roster, shop.now)
        assert "somebody chose 'DIY' meanwhile, where you saw 'nothing'" in why
        assert shop.row("shop").level == "DIY"

    def test_sent_twice_it_is_recorded_once(self, shop):
        for recorded in (True, False, False):
            assert choices.choose_once(shop.row("shop"), " diy ", "", "Ana", "", shop.roster, shop.now) is recorded
        assert Entry.objects.filter(kind=Kind.CHOSE).count() == 1

    @pytest.mark.parametrize("who", ["ANA", " ana ", "@ana-f", "Ana-F", "ANA@example.org"])
    def test_a_person_goes_by_many_names(self, shop, who):
        shop.choose("shop", "DIY", by=who)
        assert facts(shop).chosen_by == "Ana"

    def test_a_level_that_is_not_on_the_menu(self, shop):
        why = refused(shop.choose, "shop", "Luxury")
        assert "no service level called 'Luxury'" in why
        assert "'Hands-off', 'Trust but verify', 'Review everything', 'DIY'" in why

    def test_without_deploy_documentation(self, shop):
        why = refused(shop.choose, "bare", "Hands-off")
        assert "'Hands-off' needs deploy documentation, and bare has none" in why
        for way_out in ("chairlift documented bare URL", "--docs-by DATE", "choose another level"):
            assert way_out in why
        shop.choose("bare", "Trust but verify")

    def test_with_a_promise_of_it(self, shop):
        shop.choose("bare", "Hands-off", promised=NEXT_WEEK)
        assert entries(shop, "bare") == [
            ("promised", "Ana", "2026-01-19", "deploy documentation"), ("chose", "Ana", "Hands-off", ""),
        ]  # fmt: skip
        assert shop.row("bare").service.docs_promised == NEXT_WEEK

    def test_with_documentation_that_was_written_since(self, shop):
        choices.document(shop.row("bare"), " docs/deploy.md ", "Bo", shop.roster, shop.now)
        shop.choose("bare", "Hands-off")
        assert entries(shop, "bare")[0] == ("documented", "Bo", "docs/deploy.md", "")
        assert "say where" in refused(choices.document, shop.row("bare"), "  ", "Bo", shop.roster, shop.now)

    def test_a_past_promise_is_none(self, shop):
        why = refused(shop.choose, "bare", "Hands-off", promised=date(2026, 1, 11))
        assert "cannot be promised for 2026-01-11, which is past" in why
        promise = (shop.row("bare"), date(2026, 1, 11), "Ana", shop.roster, shop.now)
        assert "which is past" in refused(choices.promise_docs, *promise)
        assert shop.row("bare").service.docs_promised is None

    def test_a_promise_that_was_not_kept_carries_no_choice(self, shop):
        choices.promise_docs(shop.row("bare"), NEXT_WEEK, "Ana", shop.roster, shop.now)
        shop.tick(timedelta(days=10))
        assert "2026-01-19, which is past" in refused(shop.choose, "bare", "Hands-off")

    def test_finer_testing_needs_another_level(self, shop):
        why = refused(shop.choose, "fine", "Hands-off", promised=NEXT_WEEK)
        assert "'Hands-off' is not for fine: it needs fine-grained-testing" in why
        assert "Choose 'Trust but verify' or 'Review everything' or 'DIY'" in why
        assert shop.row("fine").service.docs_promised is None


class TestSaying:
    @pytest.mark.parametrize(
        "act",
        [
            lambda row, by, r, now: actions.hold(row, "x", by, r, now),
            lambda row, by, r, now: actions.say(row, Kind.RESUMED, by, r, now),
            lambda row, by, r, now: actions.say(row, Kind.SAID, by, r, now, text="x"),
            lambda row, by, r, now: actions.block(row, "x", by, r, now),
            lambda row, by, r, now: actions.deployed(row, "stage", by, r, now),
            lambda row, by, r, now: actions.sign_off(row, "x", by, r, now),
            lambda row, by, r, now: actions.retry(row, by, "x", r, now),
            lambda row, by, r, now: choices.document(row, "x", by, r, now),
            lambda row, by, r, now: choices.promise_docs(row, NEXT_WEEK, by, r, now),
            lambda row, by, r, now: actions.exempt(row, now + timedelta(days=9), "x", by, r, now),
        ],
    )
    def test_nothing_is_anybodys_to_say(self, shop, act):
        for stranger in ("Cy", "mallory"):
            assert "Heron has: Ana, Bo" in refused(act, shop.row("shop"), stranger, shop.roster, shop.now)
        act(shop.row("shop"), "lena", shop.roster, shop.now)
        assert entries(shop)[0][1] == "Lena"
        assert shop.row("shop").look_again_at == shop.now

    def test_a_hold_wants_a_reason(self, shop):
        assert "say why" in refused(actions.hold, shop.row("shop"), " \n", "Ana", shop.roster, shop.now)

    def test_words_are_bounded_and_obey_no_terminal(self, shop):
        actions.hold(shop.row("shop"), "a\x1b]0;x\x07\u202e\n" + "b" * 9000, "Ana", shop.roster, shop.now)
        note = facts(shop).hold.note
        assert note.startswith("a]0;x\nb")
        assert len(note) == 4000

    def test_environments_are_those_that_there_are(self, shop):
        actions.deployed(shop.row("shop"), " PRODUCTION ", "Ana", shop.roster, shop.now)
        actions.sign_off(shop.row("shop"), "", "Ana", shop.roster, shop.now, "Stage")
        assert [about for _, _, about, _ in entries(shop)] == ["production", "stage"]
        for act in (
            lambda: actions.deployed(shop.row("shop"), "", "Ana", shop.roster, shop.now),
            lambda: actions.sign_off(shop.row("shop"), "", "Ana", shop.roster, shop.now, "moon"),
        ):
            assert "there are: stage, production" in refused(act)


class TestHolding:
    def entries(self, kind):
        return list(Entry.objects.filter(kind=kind).order_by("pk").values_list("by", "text"))

    def test_the_same_words_of_the_same_person_are_recorded_once(self, shop):
        held = [actions.hold(shop.row("shop"), "the fair", "Ana", shop.roster, shop.now) for _ in range(2)]
        assert held == [True, False]
        assert self.entries(Kind.HELD) == [("Ana", "the fair")]

    def test_another_reason_and_another_person_are_heard_too(self, shop):
        for by, why in (("Ana", "the fair"), ("Bo", "the fair"), ("Bo", "an incident")):
            assert actions.hold(shop.row("shop"), why, by, shop.roster, shop.now)
        assert self.entries(Kind.HELD) == [("Ana", "the fair"), ("Bo", "the fair"), ("Bo", "an incident")]

    def test_where_nothing_is_held_there_is_nothing_to_resume(self, shop):
        assert not actions.resume(shop.row("shop"), "go", "Ana", shop.roster, shop.now)
        actions.hold(shop.row("shop"), "the fair", "Ana", shop.roster, shop.now)
        resumed = [actions.resume(shop.row("shop"), "go", "Bo", shop.roster, shop.now) for _ in range(2)]
        assert resumed == [True, False]
        assert self.entries(Kind.RESUMED) == [("Bo", "go")]


class TestBlockers:
    def block(self, world, text="the database", **more):
        return actions.block(world.row("shop"), text, "Ana", world.roster, world.now, **more)

    def test_each_has_its_own_name(self, shop):
        due = shop.now + timedelta(days=3)
        names = [self.block(shop), self.block(shop, "the cache", due=due, owner=Party.PROJECT_TEAM)]
        assert names == ["b1", "b2"]
        one, two = facts(shop).blockers
        assert (one.text, one.owner, one.due) == ("the database", Party.SQUAD, None)
        assert (two.text, two.owner, two.due) == ("the cache", Party.PROJECT_TEAM, due)

    def test_a_name_is_not_used_again(self, shop):
        self.block(shop)
        actions.unblock(shop.row("shop"), "b1", "Bo", "new one", shop.roster, shop.now)
        assert facts(shop).blockers == ()
        assert self.block(shop) == "b2"

    def test_unblocking_what_is_not_there(self, shop):
        self.block(shop)
        why = refused(actions.unblock, shop.row("shop"), "b7", "Ana", "", shop.roster, shop.now)
        assert "no open blocker 'b7' here; open: b1" in why
        assert "say what" in refused(self.block, shop, "")

    def test_a_known_problem_stands_in_each_service_until_it_is_taken_away(self, shop):
        where = ["shop", "desk"]
        assert problems.record(shop.campaign, "scan", "slow", where, "Lena", shop.roster, shop.now) == 2
        assert [problem.id for problem in facts(shop, "desk").problems] == ["problem:scan"]
        assert facts(shop, "bare").problems == ()
        actions.unblock(shop.row("desk"), "problem:scan", "Cy", "has an index", shop.roster, shop.now)
        assert facts(shop, "desk").problems == ()
        assert len(facts(shop).problems) == 1

    def test_a_known_problem_in_all_services(self, shop):
        assert problems.record(shop.campaign, "x", "x", [], "Mats", shop.roster, shop.now) == 4

    def test_a_known_problem_is_the_project_teams(self, shop):
        problem = (shop.campaign, "x", "x", ["shop"])
        why = refused(problems.record, *problem, "Ana", shop.roster, shop.now)
        assert "Ana is not in the project team of tiny: ask Lena or Mats" in why
        nowhere = (shop.campaign, "x", "x", ["shop", "nowhere"], "Lena", shop.roster, shop.now)
        assert "'nowhere' is no service of campaign tiny" in refused(problems.record, *nowhere)


class TestExemptions:
    def exempt(self, world, by="Lena", days=9, why="it is replaced in May"):
        until = world.now + timedelta(days=days)
        actions.exempt(world.row("shop"), until, why, by, world.roster, world.now)
        return until

    def test_is_recorded_and_expires(self, shop):
        until = self.exempt(shop)
        assert (facts(shop).exempt_until, facts(shop).exempt_why) == (until, "it is replaced in May")

    def test_is_the_project_teams_to_give(self, shop):
        assert "the project team's to give: ask Lena" in refused(self.exempt, shop, "Ana")

    def test_has_an_end_to_come_and_a_reason(self, shop):
        assert "over already" in refused(self.exempt, shop, days=0)
        assert "needs a reason" in refused(self.exempt, shop, why=" ")

    def test_nothing_is_done_until_it_is_over(self, world):
        world.service("shop")
        world.load()
        world.choose("shop", "Review everything")
        self.exempt(world, days=2)
        world.settle()
        assert world.row("shop").why == "exempted until 2026-01-14: it is replaced in May"
        assert world.forge.pulls.all("shop") == []
        world.forward(days=2, minutes=1)
        assert world.pull("shop").state == "open"


class TestPause:
    def test_is_on_record_with_its_reason(self, shop):
        actions.pause(shop.campaign, "fire\x07", "mats", shop.roster, shop.now)
        assert shop.campaign.paused_why == "fire (Mats)"
        Campaign.objects.update(braked_why="2 upgrades were reverted")
        actions.restart(shop.campaign, "it is out", "Lena", shop.roster, shop.now)
        assert (shop.campaign.paused_why, shop.campaign.braked_why) == ("", "")
        rows = Entry.objects.filter(upgrade=None).exclude(kind=Kind.LOADED).order_by("pk")
        assert [(row.kind, row.by, row.text) for row in rows] == [
            ("paused", "Mats", "fire"), ("restarted", "Lena", "it is out"),
        ]  # fmt: skip
        assert shop.row("desk").look_again_at == shop.now

    @pytest.mark.parametrize("act", [actions.pause, actions.restart])
    def test_is_the_project_teams(self, shop, act):
        for who in ("Ana", "mallory"):
            assert "ask Lena or Mats" in refused(act, shop.campaign, "x", who, shop.roster, shop.now)

    def test_wants_a_reason(self, shop):
        assert "say why" in refused(actions.pause, shop.campaign, " ", "Lena", shop.roster, shop.now)


class TestRetry:
    def test_a_new_pull_request_only_after_a_closed_one(self, world):
        world.service("shop")
        world.load()
        world.choose("shop", "Review everything")
        world.settle()
        actions.retry(world.row("shop"), "Ana", "", world.roster, world.now)
        world.settle()
        assert len(world.forge.pulls.all("shop")) == 1
        world.forge.pulls.close("shop", 1, "Ana")
        world.forward(minutes=6)
        actions.retry(world.row("shop"), "Ana", "", world.roster, world.now)
        world.settle()
        newest, first = world.forge.pulls.all("shop")
        assert (first.state, newest.state, newest.branch) == ("closed", "open", "chairlift/tiny/upgrade-2")
        world.forward(minutes=6)
        assert len(world.forge.pulls.all("shop")) == 2


class TestFiles:
    def test_twice_is_once(self, shop):
        before = list(Upgrade.objects.order_by("pk").values_list("pk", "service__name", "level"))
        shop.choose("shop", "DIY")
        shop.load()
        after = list(Upgrade.objects.order_by("pk").values_list("pk", "service__name", "level"))
        assert [row[:2] for row in after] == [row[:2] for row in before]
        assert shop.row("shop").level == "DIY"
        assert Campaign.objects.count() == 1

    def test_a_bad_file_changes_nothing(self, shop):
        text, loaded = shop.campaign.text, Entry.objects.count()
        for load in (actions.load_campaign, actions.load_roster):
            with pytest.raises(FileProblems):
                load("[campaign]\nslug = 3", "bad.toml", "operator", shop.now)
        assert (shop.campaign.text, Entry.objects.count()) == (text, loaded)
        assert shop.roster.has("shop")

    def test_a_service_that_comes_later_takes_part(self, shop):
        shop.choose("shop", "DIY")
        shop.service("late", files=None)
        shop.load()
        assert shop.row("late").level == ""
        assert shop.row("shop").level == "DIY"

    def test_a_service_may_change_hands_and_keeps_what_was_said_of_it(self, shop):
        choices.document(shop.row("bare"), "https://docs.example.org/bare", "Ana", shop.roster, shop.now)
        shop.load(services=shop.services.replace('name = "bare"\nsquad = "Heron"', 'name = "bare"\nsquad = "Ibis"'))
        moved = shop.row("bare").service
        assert (moved.squad, moved.deploy_docs) == ("Ibis", "https://docs.example.org/bare")
        assert shop.row("shop").service.squad == "Heron"

    def test_ten_more_services_need_no_query_more(self, shop):
        counts = []
        for last in (10, 20):
            for place in range(last - 10, last):
                shop.service(f"more{place}", files=None)
            shop.load()
            with CaptureQueriesContext(connection) as queries:
                shop.load()
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_a_level_that_somebody_chose_cannot_vanish(self, shop):
        shop.choose("shop", "DIY")
        why = refused(reload, shop, 'name = "DIY"', 'name = "Alone"')
        assert "level 'DIY' is chosen by some services of tiny: keep it in the file, or move them first" in why
        assert shop.campaign.value.level("DIY")

    def test_a_level_under_which_a_step_began_cannot_vanish(self, world):
        """The step stays with it, whatever is chosen later: without the level, nobody would know whose it is."""
        world.service("shop")
        world.load()
        world.choose("shop", "Review everything")
        world.settle()
        world.choose("shop", "DIY")
        why = refused(reload, world, 'name = "Review everything"', 'name = "Review all"')
        assert "steps of tiny have begun at level 'Review everything': keep it in the file" in why
        world.settle()
        assert world.row("shop").decision == "ask"

    def test_a_level_may_be_spelled_otherwise_and_others_may_go(self, shop):
        shop.choose("shop", "DIY")
        shop.load(campaign_text().replace('name = "DIY"', 'name = "diy"').replace("Trust but", "Do trust but"))
        assert facts(shop).level == "DIY"
        assert shop.row("shop").snapshot(shop.roster).level.name == "diy"
