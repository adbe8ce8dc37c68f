"""Weekly reports by e-mail: on Monday at eight, once, to whom they concern, through a real mail server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from chairlift.core.decision import Party
from chairlift.core.log import Kind
from chairlift.server import actions, reports
from chairlift.server.models import Entry, Upgrade
from chairlift.server.reports import forms
from chairlift.server.reports.posting import TRIES, Post
from tests.mail import MailServer
from tests.server.world import PEOPLE, World, campaign_text

#: world.now begins on Monday, 12 January 2026; this is the Monday after, when the mails are due.
MONDAY = datetime(2026, 1, 19, 8, tzinfo=UTC)
ANA, CY, LENA, MATS = (f"{name}@example.org" for name in ("ana", "cy", "lena", "mats"))
EVERYBODY = PEOPLE.replace('name = "Cy"\n[[squad]]', 'name = "Cy"\nemail = "cy@example.org"\n[[squad]]')


@pytest.fixture
def post():
    with MailServer() as server:
        yield server


@pytest.fixture
def world(tmp_path, db, post):
    """Both squads have something to hear of."""
    installation = f"""
        [[notifiers]]
        kind = "email"
        host = "127.0.0.1"
        port = {post.port}
        sender = "chairlift@example.org"
    """
    world = World(tmp_path / "home", installation)
    world.service("shop", files=None)
    world.service("desk", files=None, squad="Ibis")
    load(world)
    world.choose("shop", "DIY")
    Upgrade.objects.update(decision="ask", whom=Party.SQUAD, step="create", why="yours", since=world.now)
    return world


def load(world, campaign="", people=EVERYBODY):
    actions.load_roster(people + world.services, "services.toml", "operator", world.now)
    actions.load_campaign(campaign or campaign_text(), "campaign.toml", "operator", world.now)


def at(world, moment):
    """A new process each time: nothing is known but what is in the log."""
    world.tick(moment - world.now)
    world.worker.__init__(world.outside, world.clock)
    world.worker.post_once()


def people(post):
    return sorted(mail.people for mail in post.mails)


class TestWhen:
    def test_on_monday_at_eight_to_whom_it_concerns(self, world, post):
        for hours in (-30, -8, -0.1):
            at(world, MONDAY + timedelta(hours=hours))
        assert post.mails == []
        at(world, MONDAY)
        assert people(post) == [(ANA,), (CY,), (LENA, MATS)]
        assert {parsedate_to_datetime(mail.content["Date"]) for mail in post.mails} == {MONDAY}

    def test_once(self, world, post):
        for hours in (0, 0.1, 24, 6 * 24):
            at(world, MONDAY + timedelta(hours=hours))
        assert len(post.mails) == 3

    def test_and_again_the_week_after(self, world, post):
        at(world, MONDAY)
        at(world, MONDAY + timedelta(days=7))
        assert len(post.mails) == 6
        assert len({mail.content["Message-ID"] for mail in post.mails}) == 6

    def test_a_missed_monday_is_made_up_for_within_the_week(self, world, post):
        at(world, MONDAY + timedelta(days=6))
        assert len(post.mails) == 3
        assert all("2026-W03" in mail.content["Subject"] for mail in post.mails)

    def test_but_not_for_an_older_one(self, world, post):
        at(world, MONDAY + timedelta(days=8))
        assert {mail.content["Subject"].partition("week ")[2][:8] for mail in post.mails} == {"2026-W04"}

    def test_in_the_zone_of_who_reads_it(self, world, post):
        people_ = EVERYBODY.replace('contact = "Cy"', 'contact = "Cy"\nzone = "Asia/Tokyo"')
        load(world, campaign_text(head='zone = "America/New_York"'), people_)
        at(world, MONDAY)
        # In Tokyo it is afternoon, but in the campaign's zone the week ended three hours ago; in UTC it is eight.
        assert people(post) == [(ANA,), (CY,)]
        at(world, MONDAY + timedelta(hours=5))
        assert people(post) == [(ANA,), (CY,), (LENA, MATS)]

    def test_not_before_the_week_is_over(self, world, post):
        people_ = EVERYBODY.replace('contact = "Cy"', 'contact = "Cy"\nzone = "Asia/Tokyo"')
        load(world, campaign_text(head='zone = "America/New_York"'), people_)
        at(world, MONDAY - timedelta(hours=4))
        assert post.mails == []

    def test_a_campaign_that_was_not_there_has_no_week_to_tell_of(self, tmp_path, world, post):
        text = campaign_text().replace('slug = "tiny"', 'slug = "new"')
        at(world, MONDAY - timedelta(hours=1))
        actions.load_campaign(text, "new.toml", "operator", world.now)
        at(world, MONDAY)
        assert len(post.mails) == 3


class TestWhom:
    def test_a_squad_without_anything_to_hear_of_gets_nothing(self, world, post):
        Upgrade.objects.filter(service__name="desk").update(decision="wait", whom="")
        at(world, MONDAY)
        Upgrade.objects.filter(service__name="desk").update(decision="ask", whom="squad", since=world.now)
        at(world, MONDAY + timedelta(days=2))
        assert people(post) == [(ANA,), (LENA, MATS)]

    def test_nor_does_anybody_where_all_is_done(self, world, post):
        at(world, MONDAY)
        Upgrade.objects.update(decision="done", whom="", step="")
        at(world, MONDAY + timedelta(days=7))
        assert len(post.mails) == 3

    def test_the_campaign_file_can_switch_it_off(self, world, post):
        load(world, campaign_text(tables="[report]\nweekly = false\n"))
        at(world, MONDAY)
        assert post.mails == []

    def test_who_has_no_address_keeps_nobody_else_from_it(self, world, post):
        load(world, people=EVERYBODY.replace('email = "mats@example.org"', "").replace('email = "ana@example.org"', ""))
        at(world, MONDAY)
        assert people(post) == [(CY,), (LENA,)]
        assert lost() == ["cannot send e-mail to 'Ana'; give everybody an address such as 'ada@example.org'"]


class TestWhat:
    def test_text_and_html_say_what_the_page_says(self, world, post):
        at(world, MONDAY)
        mail = next(mail for mail in post.mails if mail.people == (LENA, MATS))
        week = reports.week_of(world.campaign, "2026-W03", world.now)
        made = reports.report(world.campaign, None, week, world.now)
        text, html = mail.content.get_payload()
        assert mail.content.get_content_type() == "multipart/alternative"
        assert text.get_content().replace("\r\n", "\n") == forms.text(made)
        assert html.get_content().replace("\r\n", "\n") == forms.html(made)
        assert mail.content["Subject"] == "[Tiny] week 2026-W03: 0 of 2 done"

    def test_a_squads_own_is_of_its_services(self, world, post):
        at(world, MONDAY)
        mail = next(mail for mail in post.mails if mail.people == (CY,))
        text = mail.content.get_payload()[0].get_content()
        assert "desk" in text
        assert "shop" not in text


def lost():
    rows = Entry.objects.filter(kind=Kind.TROUBLE, about__startswith="weekly report").order_by("pk")
    return list(rows.values_list("text", flat=True))


class TestOnce:
    def test_of_two_workers_one_sends_it(self, world, post):
        """The second asks while the first is about to send."""
        world.tick(MONDAY - world.now)
        first, inner = Post(), world.outside.notifier(world.roster)

        class Meanwhile:
            def tell(self, message):
                assert Post().send_due(world.outside, world.roster, world.now) <= 2
                inner.tell(message)

        world.outside.notifier = lambda roster: Meanwhile() if not post.mails else inner
        first.send_due(world.outside, world.roster, world.now)
        assert people(post) == [(ANA,), (CY,), (LENA, MATS)]

    def test_the_intent_of_another_is_not_taken_for_ones_own(self, world, post):
        """Both saw that nothing was meant; the log keeps the first intent alone."""
        from chairlift.server.reports import posting

        world.tick(MONDAY - world.now)
        letter = next(posting._letters(world.roster, world.now))
        assert posting._claim(letter, 0, world.now)
        assert not posting._claim(letter, 0, world.now)

    def test_killed_in_the_act_it_is_not_sent_again(self, world, post):
        world.tick(MONDAY - world.now)
        outside = world.outside

        class Killed(BaseException):
            pass

        class Dies:
            def tell(self, message):
                raise Killed

        outside.notifier = lambda roster: Dies()
        with pytest.raises(Killed):
            world.worker.post_once()
        del outside.notifier
        at(world, MONDAY + timedelta(hours=1))
        assert people(post) == [(ANA,), (CY,)]

    def test_what_the_mail_server_did_not_take_is_tried_again_and_is_the_same(self, world, post):
        post.refuse["DATA"] = "451 later"
        at(world, MONDAY)
        world.tick(timedelta(minutes=5))
        world.worker.post_once()
        assert len(lost()) == 1
        post.refuse.clear()
        at(world, MONDAY + timedelta(minutes=11))
        assert people(post) == [(ANA,), (CY,), (LENA, MATS)]

    def test_but_not_for_ever(self, world, post):
        post.refuse[ANA] = "550 nobody here"
        for hours in range(0, 6 * 24):
            at(world, MONDAY + timedelta(hours=hours))
        assert len(lost()) <= TRIES
        assert people(post) == [(CY,), (LENA, MATS)]

    def test_every_send_is_in_the_log_before_and_after(self, world, post):
        at(world, MONDAY)
        rows = Entry.objects.filter(about="weekly report 2026-W03").order_by("pk")
        assert [(row.kind, row.data["squad"], row.text) for row in rows][:2] == [
            (Kind.MEANT, "", "to Lena, Mats"), (Kind.DID, "", "sent to Lena, Mats"),
        ]  # fmt: skip
        assert rows.count() == 6
