"""Squads are chased by e-mail, up the ladder, through a real mail server; and no e-mail is dated twice."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from chairlift.ports import Unavailable
from chairlift.server import actions
from tests.mail import MailServer
from tests.server.world import PEOPLE, World

LEAD = """
[[person]]
name = "Lea"
email = "lea@example.org"
"""
ANA, BO, LEA, MATS = (f"{name}@example.org" for name in ("ana", "bo", "lea", "mats"))


@pytest.fixture
def post():
    with MailServer() as server:
        yield server


@pytest.fixture
def world(tmp_path, db, post):
    """Told by e-mail alone; the squad has contact, backup and lead."""
    installation = f"""
        [[notifiers]]
        kind = "email"
        host = "127.0.0.1"
        port = {post.port}
        sender = "chairlift@example.org"
    """
    world = World(tmp_path / "home", installation)
    world.service("shop")
    world.load()
    people = PEOPLE.replace('backup = "Bo"', 'backup = "Bo"\nlead = "Lea"').replace("[[squad]]", LEAD + "[[squad]]", 1)
    actions.load_roster(people + world.services, "services.toml", "operator", world.now)
    return world


def dated(mail):
    return parsedate_to_datetime(mail.content["Date"])


def days(world, count):
    for _ in range(count * 4):
        world.forward(hours=6)


class TestChoosing:
    def test_who_has_not_chosen_is_chased_up_the_ladder(self, world, post):
        world.settle()
        assert [mail.people for mail in post.mails] == [(ANA,)]
        days(world, 19)
        assert world.now.date().isoformat() == "2026-01-31"
        assert [mail.people for mail in post.mails] == [(ANA,), (ANA,)]
        days(world, 30)
        assert [mail.people for mail in post.mails] == [
            (ANA,), (ANA,), (ANA, BO), (ANA, BO, LEA), (ANA, BO, LEA, MATS), (LEA, MATS),
        ]  # fmt: skip
        first, last = post.mails[0], post.mails[-1]
        assert first.content["Subject"].startswith("[shop] create: your turn, due Sun 01 Feb 2026")
        assert last.content["Subject"].endswith("(reminder 5)")
        assert "Heron has not chosen a service level yet; until then there is only the plan" in last.text
        assert world.forge.pulls.all("shop") == []
        days(world, 10)
        assert len(post.mails) == 6

    def test_a_choice_ends_it(self, world, post):
        days(world, 25)
        count = len(post.mails)
        world.choose("shop", "DIY", by="Bo")
        world.settle()
        days(world, 3)
        assert not any("not chosen" in mail.text for mail in post.mails[count:])

    def test_when_the_date_had_passed_already_there_is_time_to_answer(self, world, post):
        world.tick(timedelta(days=30))
        world.settle()
        days(world, 1)
        assert [mail.people for mail in post.mails] == [(ANA,), (ANA,)]
        days(world, 1)
        assert [mail.people for mail in post.mails] == [(ANA,), (ANA,), (ANA, BO)]

    def test_after_a_long_silence_of_ours_nobody_gets_five_at_once(self, world, post):
        world.settle()
        world.tick(timedelta(days=60))
        world.settle()
        assert [mail.people for mail in post.mails] == [(ANA,), (LEA, MATS)]

    def test_a_paused_campaign_chases_no_squad(self, world, post):
        world.settle()
        actions.pause(world.campaign, "fire", "Lena", world.roster, world.now)
        days(world, 30)
        assert [mail.people for mail in post.mails] == [(ANA,)]


class TestLost:
    def test_who_has_no_address_is_shown_and_the_others_are_not_told_at_every_look(self, world, post):
        text = PEOPLE.replace('name = "Bo"\nemail = "bo@example.org"', 'name = "Bo"')
        actions.load_roster(text + world.services, "services.toml", "operator", world.now)
        days(world, 19)
        world.forward(hours=42)
        row = world.row("shop")
        assert (row.decision, "cannot send e-mail to 'Bo'" in row.why) == ("refused", True)
        assert [mail.people for mail in post.mails] == [(ANA,), (ANA,), (ANA,)]
        for _ in range(5):
            world.forward(minutes=11)
        assert len(post.mails) == 3
        assert world.row("shop").decision == "ask"
        assert world.kinds("shop").count("trouble") == 1

    def test_whom_the_mail_server_does_not_know(self, world, post):
        post.refuse[BO] = "550 nobody here"
        days(world, 19)
        world.forward(hours=42)
        for _ in range(5):
            world.forward(minutes=11)
        assert [mail.people for mail in post.mails] == [(ANA,), (ANA,), (ANA,)]

    def test_what_nobody_was_told_is_told_when_it_is_mended(self, world, post):
        post.refuse[ANA] = "550 nobody here"
        world.settle()
        for _ in range(3):
            world.forward(minutes=11)
        assert world.row("shop").decision == "refused"
        post.refuse.clear()
        world.forward(minutes=11)
        assert [mail.people for mail in post.mails] == [(ANA,)]


class TestDates:
    def test_a_reminder_is_dated_when_it_was_due(self, world, post):
        world.settle()
        asked = world.now
        days(world, 30)
        times = [dated(mail) for mail in post.mails]
        assert times[0] == asked
        assert times == sorted(set(times))
        assert times[2].isoformat() == world.campaign.value.choose_by.replace(microsecond=0).isoformat()

    def test_told_again_it_is_the_very_same(self, world, post):
        """One of two people could not be reached: the other hears of it twice, and can see that it is one message."""
        days(world, 19)
        post.refuse[BO] = "450 later"
        world.forward(hours=42)
        assert world.row("shop").decision == "unavailable"
        world.forward(hours=3)
        post.refuse.clear()
        world.forward(hours=3)
        same = [mail for mail in post.mails if "reminder 2" in mail.content["Subject"]]
        assert len(same) > 2
        assert {mail.raw for mail in same} == {same[0].raw}
        assert same[-1].people == (ANA, BO)

    def test_so_is_a_notice(self, world, post):
        """The forge went away after the mail was sent: the notice begins later, and its mail says the same."""

        def away():
            raise Unavailable("the forge went away")

        world.settle()
        world.faults["ensure_comment", "shop"] = away
        world.choose("shop", "Trust but verify")
        world.settle()
        meant = world.now
        world.forward(hours=2)
        assert world.row("shop").decision == "unavailable"
        world.faults.clear()
        world.forward(hours=2)
        notices = [mail for mail in post.mails if "merges after 1 hour of notice" in mail.content["Subject"]]
        assert len(notices) > 2
        assert {mail.raw for mail in notices} == {notices[0].raw}
        assert dated(notices[0]) == meant
        assert world.pull("shop").state == "open"
        world.forward(minutes=61)
        assert world.pull("shop").state == "merged"

    def test_a_new_attempt_has_a_notice_of_its_own(self, world, post):
        world.settle()
        world.choose("shop", "Trust but verify")
        world.settle()
        world.forge.pulls.close("shop", 1, "Ana")
        world.forward(minutes=6)
        actions.retry(world.row("shop"), "Ana", "", world.roster, world.now)
        world.settle()
        notices = [mail for mail in post.mails if "of notice" in mail.content["Subject"]]
        assert len(notices) == 2
        assert dated(notices[1]) - dated(notices[0]) >= timedelta(minutes=6)
