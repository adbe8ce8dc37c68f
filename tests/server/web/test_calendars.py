"""A squad's dates for calendar programs: read back with the library, opened by their address alone, and revocable."""

from __future__ import annotations

import re
from datetime import UTC, timedelta

import icalendar
import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chairlift.core.decision import Party
from chairlift.server import actions, choices, dates
from chairlift.server.models import Upgrade
from chairlift.server.web import calendars
from tests.server import world as worlds
from tests.server.world import campaign_text

SQUAD = "/campaigns/tiny/squads/Heron"
HOSTILE = [
    "a,b;c:d\\e\\n", "BEGIN:VEVENT", '"quoted"^n', "🎿" * 60, "שלום", "x" * 120, "é" * 120, "<script>",
]  # fmt: skip


def stands(service, **fields):
    Upgrade.objects.filter(service__name=service).update(**fields)


@pytest.fixture
def busy(at_desk):
    """shop is due in three days, cart will be merged in two, desk is another squad's; bare and =cmd have no level."""
    for name in ("shop", "cart"):
        at_desk.choose(name, "Trust but verify")
    at_desk.choose("desk", "DIY", by="Cy")
    days = [at_desk.now + timedelta(days=count, hours=1, minutes=3) for count in range(4)]
    ask = {"decision": "ask", "whom": Party.SQUAD, "since": at_desk.now, "question": "upgrade/deploy/it"}
    stands("shop", **ask, step="deploy", change="upgrade", until=days[3], why="a secret of the squad")
    stands("desk", **ask, step="deploy", change="upgrade", until=days[3])
    stands("cart", decision="wait", step="merge", change="upgrade", until=days[2], since=at_desk.now)
    return at_desk


@pytest.fixture
def feed(busy, visit, settings):
    """Reads the feed of Heron as a program that has nothing but the address."""
    client = visit("Ana")
    client.post("/campaigns/tiny/calendar", {"squad": "Heron"})
    where = calendars.address("Ana", "Heron").removeprefix(settings.URL)
    program = visit()
    return lambda **headers: program.get(where, headers=headers)


def events(answer):
    assert answer.status_code == 200, answer.content
    calendar = icalendar.Calendar.from_ical(answer.content)
    assert not calendar.errors
    return {str(event["summary"]): event for event in calendar.walk("VEVENT")}


class TestWhat:
    def test_dates_of_the_squad_and_no_one_elses(self, busy, feed):
        found = events(feed())
        assert list(found) == [
            "Chairlift merges cart: upgrade (Tiny)",
            "Due: shop, deploy (Tiny)",
            "Last day to choose for 2 services: Tiny",
            "Deadline: Tiny",
        ]
        due = found["Due: shop, deploy (Tiny)"]
        assert due["dtstart"].dt == busy.now.replace(tzinfo=UTC) + timedelta(days=3, hours=1, minutes=3)
        assert b"DTSTART:20260115T100300Z" in feed().content
        assert due["url"].endswith("/campaigns/tiny/services/shop")

    def test_nothing_but_dates_and_names(self, feed):
        text = feed().content.decode()
        assert "secret" not in text
        assert "Ana" not in text

    def test_what_is_done_is_gone(self, busy, feed):
        Upgrade.objects.update(decision="done")
        assert events(feed()) == {}

    @pytest.mark.parametrize("name", HOSTILE)
    def test_names_hold_anything(self, busy, feed, name):
        busy.service(name, files=None, repo="odd")
        busy.load()
        choices.choose(busy.row(name), "DIY", "Ana", "", busy.roster, busy.now)
        stands(name, decision="ask", whom=Party.SQUAD, step="deploy", until=busy.now, since=busy.now)
        answer = feed()
        assert f"Due: {name}, deploy (Tiny)" in events(answer)
        assert len(events(answer)) == 5
        assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))

    def test_ten_more_rows_add_no_query(self, busy, feed):
        def count():
            with CaptureQueriesContext(connection) as asked:
                feed()
            return len(asked)

        feed()
        before = count()
        for place in range(10):
            busy.service(f"more{place}", files=None)
        busy.load()
        for place in range(10):
            busy.choose(f"more{place}", "DIY")
        Upgrade.objects.filter(service__name__startswith="more").update(
            decision="ask", whom=Party.SQUAD, step="deploy", until=busy.now
        )
        feed()
        assert count() == before <= 6


class TestTheSameEachTime:
    def test_however_often_and_whenever_it_is_read(self, busy, feed):
        first = feed()
        busy.tick(timedelta(hours=5))
        Upgrade.objects.update(looked_at=busy.now)
        second = feed()
        assert second.content == first.content
        assert second["ETag"] == first["ETag"]
        known = feed(if_none_match=first["ETag"])
        assert (known.status_code, known.content) == (304, b"")
        assert "no-store" not in first["Cache-Control"]

    def test_a_date_that_moves_is_the_same_event_with_a_higher_number(self, busy, feed):
        before, tag = events(feed()), feed()["ETag"]
        busy.tick(timedelta(hours=1))
        actions.load_campaign(campaign_text().replace("2026-06-01", "2026-05-01"), "c.toml", "operator", busy.now)
        stands("shop", until=busy.now)
        after = events(feed(if_none_match=tag))
        for name in ("Due: shop, deploy (Tiny)", "Deadline: Tiny"):
            assert before[name]["uid"] == after[name]["uid"]
            assert before[name]["dtstart"].dt > after[name]["dtstart"].dt
            assert before[name]["sequence"] < after[name]["sequence"]
            assert before[name]["last-modified"].dt < after[name]["last-modified"].dt

    def test_another_question_is_another_event(self, busy, feed):
        before = events(feed())["Due: shop, deploy (Tiny)"]
        stands("shop", question="upgrade/deploy/other")
        assert events(feed())["Due: shop, deploy (Tiny)"]["uid"] != before["uid"]

    def test_numbers_fit_their_type(self):
        far = dates.Date("x", worlds.MONDAY, "x", worlds.MONDAY.replace(year=2085), "/")
        (event,) = icalendar.Calendar.from_ical(dates.ics("x", [far], "https://x.example")).walk("VEVENT")
        assert 0 <= event["sequence"] < 2**31
        assert event["uid"].endswith("@x.example")


class TestWhoMay:
    def test_without_an_address_there_is_a_button_and_nothing_else(self, visit):
        page = visit("Ana").page(SQUAD)
        assert "Get an address" in page
        assert ".ics" not in page

    def test_the_squads_page_shows_the_address_to_its_person_alone(self, feed, visit):
        mine = re.search(r'value="(\S+\.ics)"', visit("Ana").page(SQUAD))[1]
        assert mine.startswith("http://127.0.0.1:8400/calendar/")
        assert ".ics" not in visit("Bo").page(SQUAD)

    def test_a_new_address_ends_the_old_one(self, feed, visit, settings):
        assert feed().status_code == 200
        visit("Ana").post("/campaigns/tiny/calendar", {"squad": "Heron"})
        assert feed().status_code == 404
        assert visit().get(calendars.address("Ana", "Heron").removeprefix(settings.URL)).status_code == 200

    def test_who_leaves_the_company_reads_no_more(self, busy, feed):
        people = worlds.PEOPLE.replace('"Ana"', '"Zoe"')
        actions.load_roster(people + busy.services, "services.toml", "operator", busy.now)
        assert feed().status_code == 404

    @pytest.mark.parametrize("secret", ["x", "1", "1.~", "1.abc~def", "é", "%00", "~", "9" * 400])
    def test_nothing_else_opens_it(self, feed, visit, secret):
        assert visit().get(f"/calendar/{secret}.ics").status_code == 404

    def test_nor_what_was_signed_for_something_else(self, feed, visit, settings):
        secret = calendars.address("Ana", "Heron").rpartition("/")[2].removesuffix(".ics")
        value = secret.partition("~")[0]
        for salt in ("django.core.signing.Signer", "other"):
            forged = signing.Signer(salt=salt, sep="~").sign(value)
            assert visit().get(f"/calendar/{forged}.ics").status_code == 404

    def test_it_opens_nothing_else(self, feed, visit):
        program = visit()
        assert feed().status_code == 200
        assert program.get(SQUAD).status_code == 302
        assert feed().cookies == {}

    def test_a_squad_that_is_not_there(self, visit):
        for squad in ("Egret", ""):
            assert visit("Ana").post("/campaigns/tiny/calendar", {"squad": squad}).status_code == 404
