"""Tending: who is let into the wave and who waits for whom, and the brake, until somebody restarts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chairlift.core.decision import Verb
from chairlift.core.log import Entry as Line
from chairlift.core.log import Kind
from chairlift.server import actions
from chairlift.server.models import Entry, Upgrade
from chairlift.server.tending import alarmed
from tests.server.world import campaign_text


def of_waves(world, names, sizes, more="", building=0):
    """A campaign of services without repositories, all of them chosen."""
    for name in names:
        world.service(name, files=None, more=more if name == names[-1] else "")
    world.load(campaign_text(tables=f"[waves]\nsizes = {sizes}\nbuilding = {building}"))
    for name in names:
        world.choose(name, "Review everything")


def tend(world, times=1):
    for _ in range(times):
        world.tick(timedelta(seconds=2))
        world.worker.tend_once()


def admitted(world):
    return sorted(Upgrade.objects.exclude(admitted_at=None).values_list("service__name", flat=True))


def stands(name, step, decision, **fields):
    Upgrade.objects.filter(service__name=name).update(step=step, decision=decision, **fields)


class TestWaves:
    @pytest.mark.parametrize(
        ("step", "decision", "takes"),
        [
            ("", "", True), ("plan", "wait", True), ("create", "wait", True), ("create", "do", True),
            ("create", "ask", True), ("review", "ask", True), ("merge", "wait", True), ("review", "refused", True),
            ("plan", "unavailable", True), ("deploy", "ask", False), ("test", "wait", False), ("create", "stop", False),
            ("plan", "ask", False), ("plan", "refused", False), ("", "refused", False), ("", "bug", False),
            ("", "unavailable", True), ("", "wait", False), ("", "ask", False),
        ],
    )  # fmt: skip
    def test_who_takes_a_place(self, world, step, decision, takes):
        """From the admission to the merge; but not where nothing comes without a person, or it is over."""
        of_waves(world, "ab", [1])
        tend(world)
        assert admitted(world) == ["a"]
        stands("a", step, decision)
        tend(world, 3)
        assert admitted(world) == (["a"] if takes else ["a", "b"])

    def test_plans_that_take_long_do_not_widen_the_wave(self, world):
        """Every upgrade is planned; only those of the wave go further."""
        for name in "abcd":
            world.service(name)
        world.load(campaign_text(tables="[waves]\nsizes = [2]"))
        for name in "abcd":
            world.choose(name, "Review everything")
        for _ in range(8):
            tend(world)
            world.worker.look_once()
        assert set(Upgrade.objects.values_list("step", "decision")) == {("plan", "wait")}
        assert admitted(world) == ["a", "b"]
        world.settle()
        assert [name for name in "abcd" if world.forge.pulls.all(name)] == ["a", "b"]
        assert world.row("c").why == "waits for its wave: 2 upgrades run at once now"

    def test_the_exempted_leave_their_place_to_others(self, world):
        for name in "ab":
            world.service(name)
        world.load(campaign_text(tables="[waves]\nsizes = [1]"))
        for name in "ab":
            world.choose(name, "Review everything")
        until = world.now + timedelta(days=90)
        actions.exempt(world.row("a"), until, "is replaced", "Lena", world.roster, world.now)
        world.settle()
        world.forward(minutes=6)
        assert world.forge.pulls.all("a") == []
        assert world.pull("b").state == "open"

    def test_without_a_choice_nobody_is_let_in(self, world):
        world.service("a", files=None)
        world.load()
        tend(world, 2)
        assert admitted(world) == []
        world.choose("a", "DIY")
        Upgrade.objects.update(look_again_at=world.now + timedelta(days=1))
        tend(world)
        assert admitted(world) == ["a"]
        assert world.row("a").admitted_at == world.row("a").look_again_at == world.now

    @pytest.mark.parametrize(
        ("step", "decision", "question", "builds"),
        [
            ("", "", "", True), ("plan", "wait", "", True), ("create", "do", "", True), ("review", "wait", "", True),
            ("review", "unavailable", "", True), ("review", "ask", "upgrade/review/red abc", True),
            ("review", "ask", "upgrade/review/check lint/a abc", True),
            ("review", "ask", "upgrade/review/review abc", False), ("merge", "wait", "", False),
            ("merge", "ask", "upgrade/merge/red one", False), ("test", "wait", "", False), ("plan", "ask", "", False),
            ("create", "stop", "", False),
        ],
    )  # fmt: skip
    def test_ci_is_given_no_more_than_it_can_build(self, world, step, decision, question, builds):
        """What is not green yet keeps its place in its pool, and what is red until it is mended."""
        of_waves(world, "abc", [9], 'pool = "other"', building=1)
        tend(world)
        assert admitted(world) == ["a", "c"]
        assert world.row("b").waits_for == "waits for CI: 1 upgrade of local must be green first"
        stands("a", step, decision, question=question)
        tend(world, 3)
        assert admitted(world) == (["a", "c"] if builds else ["a", "b", "c"])

    def test_without_a_limit_only_the_wave_counts(self, world):
        of_waves(world, "abc", [9])
        tend(world)
        assert admitted(world) == ["a", "b", "c"]

    def test_a_library_goes_first(self, world):
        of_waves(world, ("app", "zlib"), [1], "library = true")
        tend(world, 2)
        assert admitted(world) == ["zlib"]

    def test_who_depends_on_it_waits_until_it_is_released(self, world):
        of_waves(world, ("base", "app"), [5], 'after = ["base"]')
        tend(world, 2)
        assert admitted(world) == ["base"]
        assert world.row("app").waits_for == "waits for base, which goes first"
        Upgrade.objects.filter(service__name="base").update(done_at=world.now, step="", decision="done")
        tend(world)
        assert admitted(world) == ["app", "base"]
        assert world.row("app").waits_for == ""

    def test_waves_grow_as_upgrades_are_done(self, world):
        of_waves(world, "abcde", [1, 2])
        tend(world, 2)
        assert admitted(world) == ["a"]
        Upgrade.objects.filter(service__name="a").update(done_at=world.now, step="", decision="done")
        tend(world, 2)
        assert admitted(world) == ["a", "b", "c"]

    def test_who_was_let_in_stays_in(self, world):
        of_waves(world, "ab", [2])
        tend(world)
        before = world.row("a").admitted_at
        world.load(campaign_text(tables="[waves]\nsizes = [1]"))
        tend(world, 2)
        assert (admitted(world), world.row("a").admitted_at) == (["a", "b"], before)


@pytest.fixture
def four(world):
    """Brakes after two reverts, or when three are stuck."""
    for name in "abcd":
        world.service(name, files=None)
    world.load(campaign_text(tables="[brake]\nreverts = 2\nstuck = 3"))
    tend(world)
    return world


def reverted(world, name):
    data = {"verb": Verb.REVERT, "where": ""}
    Entry.write(world.row(name), Line(world.now, "chairlift", Kind.DID, "upgrade", "test", "c0ffee", data=data))


def asked(world, name, about, whom="project team"):
    """As a look leaves it that ends with a question."""
    question = f"upgrade/review/{about}"
    stands(name, "review", "ask", whom=whom, question=question)
    Entry.write(world.row(name), Line(world.now, "chairlift", Kind.ASKED, "upgrade", "review", question))


class TestAlarm:
    """What a look leaves behind of errors that seem to rise holds the others until it is clear."""

    def alarm(self, world, name, words):
        Upgrade.objects.filter(service__name=name).update(alarm=words)
        alarmed(world.campaign.pk, world.now)

    def test_all_others_wait_and_are_looked_at_when_it_begins_and_when_it_ends(self, four):
        stands("d", "merge", "wait")
        for words in ("errors of a seem to rise", ""):
            Upgrade.objects.update(look_again_at=four.now + timedelta(days=1))
            self.alarm(four, "a", words)
            assert four.campaign.alarmed_why == words
            assert four.row("b").snapshot(four.roster).alarmed == words
            assert four.row("d").look_again_at <= four.now

    def test_of_many_a_few_are_told(self, four):
        Upgrade.objects.update(alarm="errors seem to rise")
        alarmed(four.campaign.pk, four.now)
        assert four.campaign.alarmed_why == "; ".join(["errors seem to rise"] * 3) + " and more"

    def test_one_whose_end_nobody_told_is_seen_to_have_ended(self, four):
        self.alarm(four, "a", "errors of a seem to rise")
        tend(four, 2)
        assert four.campaign.alarmed_why
        Upgrade.objects.update(alarm="")
        tend(four, 2)
        assert four.campaign.alarmed_why == ""

    def test_a_restart_ends_it_until_somebody_sees_it_again(self, four):
        self.alarm(four, "a", "errors of a seem to rise")
        actions.restart(four.campaign, "a crawler", "Lena", four.roster, four.now)
        assert four.campaign.alarmed_why == ""
        assert four.row("a").alarm == ""


class TestBrake:
    def restart(self, world):
        actions.restart(world.campaign, "understood", "Lena", world.roster, world.now)
        assert world.campaign.braked_why == ""

    def test_after_so_many_reverts(self, four):
        reverted(four, "a")
        tend(four, 3)
        assert four.campaign.braked_why == ""
        four.tick(timedelta(days=3))
        tend(four)
        reverted(four, "b")
        tend(four)
        assert four.campaign.braked_why == "2 upgrades were reverted: find out why before going on"
        tend(four, 3)
        assert Entry.objects.filter(kind=Kind.BRAKED).count() == 1
        assert four.row("d").look_again_at <= four.now

    def test_a_restart_counts_from_anew(self, four):
        for name in "ab":
            reverted(four, name)
        tend(four)
        self.restart(four)
        tend(four, 3)
        assert four.campaign.braked_why == ""
        reverted(four, "c")
        tend(four)
        assert four.campaign.braked_why == ""
        reverted(four, "d")
        tend(four)
        assert four.campaign.braked_why.startswith("2 upgrades were reverted")

    def test_when_so_many_are_stuck_with_the_project_team(self, four):
        asked(four, "a", "red")
        asked(four, "b", "review", whom="squad")
        stands("c", "", "refused")
        tend(four)
        assert four.campaign.braked_why == ""
        stands("d", "plan", "bug")
        tend(four)
        assert four.campaign.braked_why == "3 upgrades are stuck with the project team, among them a, c, d"

    @pytest.mark.parametrize("why", ["paused", "braked"])
    def test_a_campaign_that_does_not_go_on_is_no_reason_of_its_own(self, four, why):
        """Else a pause would pull the brake, and a restart would be undone before the first look."""
        for name in "abcd":
            asked(four, name, f"{why} campaign")
        tend(four)
        assert four.campaign.braked_why == ""

    def test_what_was_stuck_at_the_restart_does_not_brake_again(self, four):
        for name in "abc":
            asked(four, name, "red")
        tend(four)
        assert four.campaign.braked_why
        self.restart(four)
        tend(four, 3)
        assert four.campaign.braked_why == ""

    def test_but_three_others_do(self, four):
        asked(four, "a", "red")
        asked(four, "b", "red")
        stands("c", "", "refused")
        tend(four)
        self.restart(four)
        asked(four, "a", "changes")
        asked(four, "d", "changes")
        tend(four)
        assert four.campaign.braked_why == ""
        Entry.write(four.row("c"), Line(four.now, "chairlift", Kind.TROUBLE, about="refused", text="gone"))
        tend(four)
        assert four.campaign.braked_why == "3 upgrades are stuck with the project team, among them a, c, d"

    def test_a_restart_is_heard_by_the_real_loop(self, world):
        """Paused, looked at, restarted, tended before anything is looked at again: the campaign goes on."""
        for name in "abc":
            world.service(name)
        world.load(campaign_text(tables="[brake]\nstuck = 2"))
        for name in "abc":
            world.choose(name, "Review everything")
        actions.pause(world.campaign, "fire", "Lena", world.roster, world.now)
        world.settle()
        assert {row.why for row in Upgrade.objects.all()} == {"the campaign is paused: fire (Lena)"}
        self.restart(world)
        tend(world, 2)
        assert world.campaign.braked_why == ""
        world.settle()
        assert all(world.pull(name).state == "open" for name in "abc")
