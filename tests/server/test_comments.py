"""Comments as commands: whose word counts, what it does, what is answered, and that it all happens once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chairlift.core.log import Kind
from chairlift.ports import Unavailable
from chairlift.server import actions
from chairlift.server.comments import HELP, MOST
from chairlift.server.models import Entry
from tests.server.world import campaign_text

TWO_CHANGES = """
[[change]]
slug = "prepare"
title = "Prepare"
after = "create"
deploys = true
[change.recipe]
run = "touch prepared"
"""


@pytest.fixture
def shop(world):
    """A pull request that waits for its squad's review."""
    world.service("shop")
    world.service("desk", squad="Ibis")
    world.load()
    world.choose("shop", "Review everything")
    world.settle()
    assert world.row("shop").step == "review"
    return world


def said(world, kind, service="shop"):
    return list(Entry.objects.filter(upgrade__service__name=service, kind=kind).order_by("pk"))


def facts(world, service="shop"):
    return world.row(service).snapshot(world.roster).said


def tell(world, text, by="Ana", number=0):
    """Comment, let Chairlift read it, and return its answers to this comment."""
    before = len(world.answers("shop", number))
    world.comment("shop", text, by, number)
    world.forward(minutes=6)
    return world.answers("shop", number)[before:]


def words_of_people(world, service="shop"):
    """All entries that were not written by Chairlift, but for its answers and the file's loading."""
    rows = Entry.objects.filter(upgrade__service__name=service).exclude(by="chairlift")
    return [(row.kind, row.by) for row in rows.exclude(kind=Kind.ANSWERED)]


class TestCommands:
    def test_hold(self, shop):
        for word in ("hold", "object", "HOLD"):
            assert "Held: nothing is merged" in tell(shop, f"/chairlift {word} not this {word}")[0]
            assert (facts(shop).hold.by, facts(shop).hold.note) == ("Ana", f"not this {word}")

    def test_a_hold_wants_a_reason(self, shop):
        (answer,) = tell(shop, "/chairlift hold")
        assert "Not done" in answer
        assert "say why" in answer
        assert facts(shop).hold is None

    def test_resume(self, shop):
        tell(shop, "/chairlift hold wait")
        assert tell(shop, "/chairlift resume") == ["Goes on."]
        assert facts(shop).hold is None

    def test_deployed(self, shop):
        assert "runs in `STAGE`" in tell(shop, "/chairlift deployed STAGE")[0]
        assert facts(shop).deployed["upgrade", "stage"].by == "Ana"

    def test_deployed_somewhere_else(self, shop):
        for place in ("", "moon"):
            assert "there are: stage, production" in tell(shop, f"/chairlift deployed {place}")[0]
        assert facts(shop).deployed == {}

    def test_tested(self, shop):
        assert "Signed off" in tell(shop, "/chairlift tested clicked through it")[0]
        (word,) = facts(shop).tested["upgrade"]
        assert (word.by, word.note) == ("Ana", "clicked through it")

    def test_level(self, shop):
        assert "`Hands-off` from now on" in tell(shop, "/chairlift level   hands-OFF ")[0]
        assert (shop.row("shop").level, facts(shop).chosen_by) == ("Hands-off", "Ana")

    def test_a_level_that_is_not_there(self, shop):
        (answer,) = tell(shop, "/chairlift level Luxury")
        assert "no service level called 'Luxury'" in answer
        assert "'DIY'" in answer
        assert shop.row("shop").level == "Review everything"

    def test_blocker(self, shop):
        assert "blocker `b1`" in tell(shop, "/chairlift blocker the database is too old")[0]
        (blocker,) = facts(shop).blockers
        assert (blocker.id, blocker.text, blocker.by) == ("b1", "the database is too old", "Ana")

    def test_update(self, shop):
        assert tell(shop, "/chairlift update half done") == ["Thank you, noted."]
        assert said(shop, Kind.SAID)[0].text == "half done"

    def test_nothing_said(self, shop):
        for word in ("update", "blocker"):
            assert "Not done" in tell(shop, f"/chairlift {word}")[0]
        assert words_of_people(shop) == [("chose", "Ana")]

    def test_help(self, shop):
        for text in ("/chairlift help", "/chairlift", "  /chairlift\r\n"):
            assert tell(shop, text) == [HELP]
        assert words_of_people(shop) == [("chose", "Ana")]

    def test_a_word_that_is_no_command(self, shop):
        (answer,) = tell(shop, "/chairlift `dance` @everybody")
        assert answer.startswith("There is no command `ʼdanceʼ`. ")
        assert HELP in answer
        assert words_of_people(shop) == [("chose", "Ana")]

    def test_several_in_one_comment_get_one_answer(self, shop):
        (answer,) = tell(shop, "Hello!\n/chairlift hold wait\r\n/chairlift update on it\n\nBye")
        assert "Held" in answer
        assert "Thank you" in answer
        assert facts(shop).hold.note == "wait"

    @pytest.mark.parametrize(
        "text", ["> /chairlift hold x", "please /chairlift hold x", "/chairlifts hold x", "hold x"]
    )
    def test_other_words_are_no_command(self, shop, text):
        assert tell(shop, text) == []
        assert words_of_people(shop) == [("chose", "Ana")]

    def test_on_the_issue_of_a_squad_that_does_it_itself(self, world):
        world.service("shop")
        world.load()
        world.choose("shop", "DIY")
        world.settle()
        number = world.forge.talk.topic("shop", "tiny").number
        assert tell(world, "/chairlift update next week", number=number) == ["Thank you, noted."]
        assert said(world, Kind.SAID)[0].by == "Ana"


class TestWhoseWord:
    def test_the_squad_and_the_project_team(self, shop):
        for who, name in [("BO", "Bo"), ("@Ana-F", "Ana"), ("ana@example.org", "Ana"), ("Lena", "Lena"), ("m", "")]:
            assert ("Held" in tell(shop, "/chairlift hold x", who)[0]) == bool(name)
            assert [row.by for row in said(shop, Kind.HELD)][-1] == (name or "Lena")

    def test_another_squad_is_told_why_not(self, shop):
        for command in ("hold x", "resume", "deployed stage", "tested", "level DIY", "blocker x"):
            (answer,) = tell(shop, f"/chairlift {command}", "Cy")
            assert "Cy is neither in Heron, which owns shop, nor in the project team" in answer
            assert "Heron has: Ana, Bo" in answer
        assert words_of_people(shop) == [("chose", "Ana")]
        assert shop.row("shop").level == "Review everything"

    def test_a_stranger_learns_nothing_but_that(self, shop):
        for command in ("update x", "help", "dance", ""):
            (answer,) = tell(shop, f"/chairlift {command}", "mallory")
            assert "nobody called 'mallory' is in the services file" in answer
            assert HELP not in answer
        assert words_of_people(shop) == [("chose", "Ana")]

    def test_one_answer_however_often_it_is_looked_at_and_however_much_was_said(self, shop):
        assert len(tell(shop, "/chairlift hold a\n/chairlift hold b\n/chairlift hold c", "mallory")) == 1
        for _ in range(3):
            shop.forward(minutes=6)
        answers = [text for text in shop.answers("shop") if "mallory" in text]
        assert len(answers) == 1
        assert answers[0].count("nobody called") == 1

    def test_nobody_is_mentioned_and_nothing_ends_the_quotation(self, shop):
        (answer,) = tell(shop, "/chairlift hold x", "eve` @heron <b>")
        outside = answer.split("`")[::2]
        assert answer.count("`") == 2
        assert not any("@" in part or "<" in part for part in outside)


class TestWhere:
    def test_elsewhere_is_not_meant_for_it(self, shop):
        clone = shop.clone("shop")
        clone.push(clone.commit("main", {"other.txt": "x\n"}), "other")
        other = shop.forge.pulls.open("shop", "other", "main", "Another thing", "", (), "Ana")
        assert tell(shop, "/chairlift hold x", number=other.number) == []
        assert words_of_people(shop) == [("chose", "Ana")]

    def test_another_service_of_the_squad_hears_nothing(self, world):
        for name in ("shop", "cart"):
            world.service(name)
        world.load()
        for name in ("shop", "cart"):
            world.choose(name, "Review everything")
        world.settle()
        tell(world, "/chairlift hold x")
        assert facts(world, "cart").hold is None

    def test_the_pull_request_of_an_earlier_attempt(self, shop):
        first = shop.pull("shop").number
        shop.forge.pulls.close("shop", first, "Ana")
        shop.forward(minutes=6)
        actions.retry(shop.row("shop"), "Ana", "once more", shop.roster, shop.now)
        shop.settle()
        assert shop.pull("shop").number != first
        assert "Held" in tell(shop, "/chairlift hold still no", number=first)[0]
        assert facts(shop).hold.note == "still no"

    def test_the_pull_request_that_undoes_it(self, world):
        world.service("shop", deploys=True)
        (world.home / "errors-shop-stage").write_text("400")
        world.load()
        world.choose("shop", "Hands-off")
        world.until("shop", "ask")
        change, revert = sorted(pull.number for pull in world.forge.pulls.all("shop"))
        assert tell(world, "/chairlift update we look at it", number=revert) == ["Thank you, noted."]
        assert tell(world, "/chairlift update found", number=change) == ["Thank you, noted."]

    def test_a_sign_off_is_for_the_change_whose_pull_request_it_stands_on(self, world):
        world.service("shop")
        world.load(campaign_text(tables=TWO_CHANGES))
        world.choose("shop", "Review everything")
        world.settle()
        first = world.pull("shop")
        world.forge.pulls.review("shop", first.number, "Ana", "approved", "", first.head)
        world.forge.pulls.merge("shop", first.number, "Ana", "squash", first.head)
        world.forward(minutes=6)
        assert (world.row("shop").change, world.row("shop").step) == ("prepare", "deploy")
        for environment in ("stage", "production"):
            tell(world, f"/chairlift deployed {environment}", number=first.number)
        tell(world, "/chairlift tested fine", number=first.number)
        assert world.row("shop").change == "upgrade"
        tell(world, "/chairlift tested once more", number=first.number)
        assert [word.note for word in facts(world).tested["prepare"]] == ["fine", "once more"]
        assert "upgrade" not in facts(world).tested


class TestOnce:
    def test_nobody_is_asked_while_there_is_nothing_to_speak_on(self, world):
        """Neither before the squad has chosen nor while it is planned; once there is something, each look asks."""
        asked = []
        world.faults["comments", "shop"] = lambda: asked.append(world.row("shop").step)
        world.service("shop")
        world.load()
        world.settle()
        assert (world.row("shop").question, asked) == ("upgrade/create/choose", [])
        world.choose("shop", "Review everything")
        world.settle()
        assert (world.row("shop").step, set(asked)) == ("review", {"review"})
        before = len(asked)
        world.forward(minutes=6)
        assert len(asked) == before + 1

    def test_a_word_on_what_somebody_opened_by_hand_comes_first(self, world):
        world.service("shop")
        world.load()
        world.settle()
        clone, branch = world.clone("shop"), "chairlift/tiny/upgrade"
        clone.push(clone.commit(branch, {"version.txt": "2\n"}), branch)
        world.forge.pulls.open("shop", branch, "main", "Ours", "By hand", (), "ana-f")
        world.comment("shop", "/chairlift hold not before Monday")
        world.forward(minutes=6)
        assert "Held" in world.answers("shop")[0]
        assert facts(world).hold.note == "not before Monday"
        assert [kind for kind in world.kinds("shop") if kind.startswith("meant")] == []

    def test_what_is_said_during_an_act_is_heard_before_the_next(self, world):
        world.faults["report_check", "shop"] = lambda: world.comment("shop", "/chairlift hold one moment")
        world.service("shop")
        world.load()
        world.choose("shop", "Review everything")
        world.settle()
        assert facts(world).hold.note == "one moment"

    def test_a_crash_between_obeying_and_answering(self, shop):
        """The effect is there and the answer is not: what is read again is answered, not obeyed again."""
        calls = []

        def away():
            calls.append(1)
            raise Unavailable("the forge went away")

        shop.faults["ensure_comment", "shop"] = away
        assert tell(shop, "/chairlift blocker the database\n/chairlift level DIY") == []
        assert shop.row("shop").decision == "unavailable"
        assert len(calls) >= 1
        for _ in range(3):
            shop.forward(minutes=11)
        shop.faults.clear()
        shop.forward(minutes=11)
        shop.forward(minutes=11)
        answers = [text for text in shop.answers("shop") if "blocker" in text]
        assert len(answers) == 1
        assert words_of_people(shop) == [("chose", "Ana"), ("blocked", "Ana"), ("chose", "Ana")]
        assert len(said(shop, Kind.ANSWERED)) == 2

    def test_a_crash_after_the_answer(self, shop):
        """What was read last is lost: the same answer is found under its key, and nothing is done again."""
        tell(shop, "/chairlift blocker the database")
        type(shop.row("shop")).objects.update(comments_read=0)
        shop.forward(minutes=6)
        assert len(facts(shop).blockers) == 1
        assert len([text for text in shop.answers("shop") if "blocker" in text]) == 1

    def test_it_is_read_in_the_order_of_writing(self, shop):
        for text in ("hold one", "resume", "hold two"):
            shop.comment("shop", f"/chairlift {text}")
        shop.forward(minutes=6)
        assert facts(shop).hold.note == "two"
        assert [row.kind for row in said(shop, Kind.HELD) + said(shop, Kind.RESUMED)] == ["held", "held", "resumed"]

    def test_what_was_said_counts_in_this_very_look(self, world):
        """No merge happens on the strength of what was known before the objection was read."""
        world.service("shop", deploys=True)
        world.load()
        world.choose("shop", "Hands-off")
        world.settle()
        world.forward(minutes=50)
        world.comment("shop", "/chairlift hold stop the press")
        world.tick(timedelta(minutes=30))
        world.settle()
        assert world.pull("shop").state == "open"
        assert "holds it: stop the press" in world.row("shop").why


class TestHostile:
    @pytest.mark.parametrize(
        "text",
        [
            "`` ``` ` @ana-f #1 <script> [x](javascript:x)",
            "\u202eevil\u202c \u2066x\u2069 שלום مرحبا",
            "🚡👩‍👩‍👧‍👦 ünïcödé \x1b[31mred\x07 \ud83d".encode("utf-8", "replace").decode(),
            "x" * 100_000,
            "\u2028 \u2029 \x0b \x0c \x85 lines",
        ],
        ids=["markdown", "direction", "emoji", "long", "lines"],
    )
    def test_text(self, shop, text):
        for command in ("dance", "hold ", "deployed ", "level ", "blocker ", "update "):
            (answer,) = tell(shop, f"/chairlift {command}{text}\nsecond line")
            assert len(answer) < 2000
            assert answer.count("`") % 2 == 0
            outside = " ".join(answer.split("`")[::2])
            assert not any(mark in outside for mark in ("@", "#1", "<script", "javascript"))
            assert "\u202e" not in answer
        rows = Entry.objects.filter(upgrade__service__name="shop")
        assert all(len(row.text) <= 4000 for row in rows)
        assert not rows.filter(text__contains="second line").exists()
        assert shop.row("shop").decision == "ask"

    def test_a_flood_of_commands_neither_fills_the_log_nor_stops_the_upgrade(self, shop):
        (answer,) = tell(shop, "/chairlift blocker no\n" * 500)
        assert len(facts(shop).blockers) == MOST
        assert f"Only the first {MOST} commands" in answer
        assert len(answer) < 5000

    def test_a_flood_of_blanks_costs_no_time(self, shop):
        assert tell(shop, (" " * 5000 + "\n") * 20 + "/chairlift update here") == ["Thank you, noted."]
