"""Commands in the words of a review: on a forge where they are in no comment, by whoever may speak, and once."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta

import pytest

from chairlift.core.log import Kind
from chairlift.ports import Unavailable
from chairlift.server.models import Entry, Upgrade
from tests.forges.github.world import REPO, Kit
from tests.server.world import FILES, MONDAY, World

TOML = """
[forges.hub]
kind = "github"
url = "{url}"
token_env = "{token}"
reviewer_token_env = "{reviewer}"
"""


@pytest.fixture
def kit(tmp_path):
    with contextlib.ExitStack() as stack:
        (tmp_path / "kit").mkdir()
        kit = Kit(tmp_path / "kit", stack)
        kit.clock.at = MONDAY
        yield kit
        assert kit.stand_in.wrong == []


@pytest.fixture
def world(kit, tmp_path, db):
    kit.world.push("main", FILES)
    accounts = {"token": kit.account("chairlift"), "reviewer": kit.account("chairlift-reviewer")}
    return World(tmp_path / "home", TOML.format(url=kit.stand_in.api, **accounts))


@pytest.fixture
def shop(world):
    """A pull request on GitHub that waits for its squad's review."""
    world.service("shop", repo=REPO, files=None, more='forge = "hub"')
    world.load()
    world.choose("shop", "Review everything")
    world.settle()
    assert world.row("shop").step == "review"
    return world


def facts(world):
    return world.row("shop").snapshot(world.roster).said


def answers(kit, number=1):
    return [said.text.partition("\n\n<!--")[0] for said in kit.world.said(number, "chairlift")]


def review(world, kit, text, by="Ana", state="commented"):
    """Review, let Chairlift look, and return what it answers to that."""
    before = len(answers(kit))
    kit.world.review(1, by, state, text)
    world.forward(minutes=6)
    return answers(kit)[before:]


def answered():
    return [(row.by, row.about) for row in Entry.objects.filter(kind=Kind.ANSWERED).order_by("pk")]


def test_a_command_in_a_review_is_obeyed_and_answered(shop, kit):
    (answer,) = review(shop, kit, "not so\n/chairlift hold the index is missing", state="changes requested")
    assert answer.startswith("Held: nothing is merged")
    assert (facts(shop).hold.by, facts(shop).hold.note) == ("Ana", "the index is missing")


def test_the_same_people_may_say_it_as_in_a_comment(shop, kit):
    assert "nobody called 'mallory'" in review(shop, kit, "/chairlift hold x", "mallory")[0]
    assert "Cy is neither in Heron" in review(shop, kit, "/chairlift level DIY", "Cy")[0]
    assert facts(shop).hold is None
    assert shop.row("shop").level == "Review everything"
    assert "Held" in review(shop, kit, "/chairlift hold x", "ana-f")[0]


@pytest.mark.parametrize("words", ["/chairlift hold not before Tuesday", "no command"])
def test_it_counts_in_this_very_look(world, kit, words):
    """No merge happens on the strength of what was concluded before the objection was read."""
    world.service("shop", repo=REPO, files=None, more='forge = "hub"', deploys=True)
    world.load()
    world.choose("shop", "Hands-off")
    world.settle()
    world.forward(minutes=50)
    kit.world.review(1, "Ana", "approved", words)
    world.tick(timedelta(minutes=30))
    world.settle()
    held = "hold" in words
    assert kit.world.kept.items[1].state == ("open" if held else "closed")
    assert ("holds it: not before Tuesday" in world.row("shop").why) == held


def test_it_is_read_once_and_costs_no_call(shop, kit):
    review(shop, kit, "/chairlift blocker the database")
    kit.stand_in.calls.clear()
    shop.forward(minutes=6)
    quiet = sorted(kit.stand_in.calls)
    kit.world.review(1, "Bo", "commented", "no command in it")
    kit.stand_in.calls.clear()
    shop.forward(minutes=6)
    assert sorted(kit.stand_in.calls) == quiet
    for _ in range(3):
        shop.forward(minutes=6)
    assert answered() == [("Ana", "/chairlift blocker the database")]
    assert len(facts(shop).blockers) == 1


def test_words_that_were_written_into_a_review_afterwards_are_nobodys(shop, kit):
    review(shop, kit, "fine so far")
    shop.forward(minutes=30)
    kit.world.kept.items[1].reviews[0].text = "/chairlift level DIY"
    kit.world.review(1, "Bo", "commented", "so do I")
    shop.forward(minutes=6)
    assert answered() == []
    assert shop.row("shop").level == "Review everything"


def test_one_that_is_shown_late_is_read_all_the_same(shop, kit):
    pull = kit.world.kept.items[1]
    kit.world.review(1, "Ana", "commented", "/chairlift hold late")
    late = pull.reviews.pop()
    kit.clock.at += timedelta(seconds=30)
    review(shop, kit, "first", "Bo")
    assert facts(shop).hold is None
    pull.reviews.insert(0, late)
    shop.tick(timedelta(minutes=-4))
    late.at = (shop.now - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    Upgrade.objects.update(look_again_at=shop.now)
    shop.settle()
    assert facts(shop).hold.note == "late"
    assert len(answered()) == 1


def test_what_was_said_in_reviews_before_they_were_read_is_not_obeyed(shop, kit):
    """As after an upgrade of Chairlift itself."""
    kit.world.review(1, "Ana", "commented", "/chairlift level DIY")
    at = datetime.fromisoformat(kit.world.kept.items[1].reviews[0].at)
    kit.clock.at += timedelta(minutes=1)
    Upgrade.objects.update(reviews_read={"": (at + timedelta(seconds=1)).isoformat()})
    shop.forward(hours=1)
    assert answered() == []
    assert "Held" in review(shop, kit, "/chairlift hold x")[0]


def test_a_crash_between_obeying_and_answering(shop, kit):
    def away():
        raise Unavailable("the forge went away")

    shop.faults["ensure_comment", REPO] = away
    assert review(shop, kit, "/chairlift blocker the database") == []
    assert shop.row("shop").decision == "unavailable"
    for _ in range(3):
        shop.forward(minutes=11)
    shop.faults.clear()
    shop.forward(minutes=11)
    assert [text for text in answers(kit) if "blocker" in text] == ["Recorded as blocker `b1`: merging waits."]
    assert len(facts(shop).blockers) == 1


def test_where_a_review_is_a_comment_too_it_is_heard_once(db, tmp_path):
    world = World(tmp_path / "home")
    world.service("shop")
    world.load()
    world.choose("shop", "Review everything")
    world.settle()
    pull = world.pull("shop")
    world.forge.pulls.review("shop", pull.number, "Ana", "commented", "/chairlift blocker no", pull.head)
    for _ in range(3):
        world.forward(minutes=6)
    assert answered() == [("Ana", "/chairlift blocker no")]
    assert world.row("shop").reviews_read == {}
