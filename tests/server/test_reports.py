"""The weekly report: what counts in which week, what comes first, and that every form says the same."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chairlift.core.decision import Party
from chairlift.core.log import Entry as Line
from chairlift.core.log import Kind
from chairlift.server import actions, reports
from chairlift.server.models import Entry, Upgrade
from chairlift.server.queries import NotFound
from chairlift.server.reports import Scope, forms
from tests.server.world import campaign_text


def write(world, service, kind, *, days=0.0, by="chairlift", **more):
    at = world.now + timedelta(days=days)
    Entry.write(world.row(service), Line(at, by, kind, **{"change": "upgrade", **more}))


def stands(service, **fields):
    Upgrade.objects.filter(service__name=service).update(**fields)


def made(world, squad="", week=""):
    campaign = world.campaign
    found = reports.squad_of(world.roster, squad)
    return reports.report(campaign, found, reports.week_of(campaign, week, world.now), world.now)


def parts(report):
    """Name and count of each part; levels and steps by their title."""
    return {
        part.title if part.name in ("level", "step") else part.name: part.count
        for section in report.sections
        for part in section.parts
    }


def rows(report, name):
    return [row for section in report.sections for part in section.parts if part.name == name for row in part.rows]


@pytest.fixture
def busy(shop):
    """A week in which all happened that can, on its Thursday; world.now was its Monday, 9:00."""
    for name in ("shop", "cart"):
        shop.choose(name, "Trust but verify")
    shop.choose("desk", "DIY", by="Cy")
    write(shop, "shop", Kind.DID, step="merge", text="merged as abc", data={"verb": "merge"})
    write(shop, "shop", Kind.STANDS, step="deploy", about="ask", text="deploy it")
    write(shop, "desk", Kind.BEGAN, step="deploy", about="DIY")
    write(shop, "desk", Kind.ASKED, step="deploy", text="merged: deploy it", data={"whom": "squad"})
    write(shop, "shop", Kind.RUNS, step="deploy", text="stage runs it", data={"environment": "stage"})
    write(shop, "shop", Kind.JUDGED, step="test", text="fine", data={"environment": "stage", "health": "healthy"})
    write(shop, "cart", Kind.JUDGED, step="test", text="bad", data={"environment": "stage", "health": "worse"})
    write(shop, "shop", Kind.TESTED, by="Ana", text="clicked")
    write(shop, "cart", Kind.DID, step="test", text="reverted as def", data={"verb": "revert"})
    actions.block(shop.row("shop"), "the database", "Ana", shop.roster, shop.now)
    name = actions.block(shop.row("cart"), "the cache", "Ana", shop.roster, shop.now)
    actions.unblock(shop.row("cart"), name, "Ana", "", shop.roster, shop.now)
    Entry.write(None, Line(shop.now, "Lena", Kind.PAUSED, text="of no service"), shop.campaign)
    shop.tick(timedelta(days=3))
    late, soon = shop.now - timedelta(days=2), shop.now + timedelta(days=2)
    ask = {"decision": "ask", "whom": Party.SQUAD, "since": late - timedelta(days=1)}
    stands("shop", **ask, step="test", until=late, why="test it")
    stands("desk", **ask, step="deploy", until=soon, why="deploy it")
    stands("cart", decision="wait", step="merge", until=soon, why="notice to Heron")
    stands("bare", decision="done", step="", done_at=shop.now)
    return shop


class TestNumbers:
    def test_of_the_week(self, busy):
        assert parts(made(busy)) == {
            "waiting": 2, "overdue": 1,
            "merged": 3, "deployed": 1, "tested": 2, "finished": 1, "reverted": 1,
            "handed": 1, "blocked": 2, "chosen": 3,
            "merging": 1, "due": 1, "dates": 0,
            "at Hands-off": 0, "at Trust but verify": 2, "at Review everything": 0, "at DIY": 1, "not chosen": 2,
            "services": 5, "done": 1, "at plan": 1, "at create": 0, "at review": 0, "at merge": 1, "at deploy": 1,
            "at test": 1, "between steps": 0,
        }  # fmt: skip

    def test_of_one_squad(self, busy):
        found = parts(made(busy, "ibis"))
        assert (found["services"], found["merged"], found["waiting"], found["overdue"]) == (1, 1, 1, 0)
        assert [row.service for row in rows(made(busy, "Ibis"), "waiting")] == ["desk"]

    def test_of_another_week_they_are_others(self, busy):
        before = made(busy, week="2026-W02")
        assert not before.happened
        assert all(
            count == 0
            for name, count in parts(before).items()
            if name in reports.LISTS and name not in ("merging", "due")
        )
        busy.tick(timedelta(days=7))
        assert parts(made(busy, week="2026-W03"))["merged"] == 3
        assert parts(made(busy))["merged"] == 0

    def test_to_the_second_in_the_campaigns_zone(self, shop):
        actions.load_campaign(campaign_text(head='zone = "Asia/Tokyo"'), "c.toml", "operator", shop.now)
        midnight = datetime.fromisoformat("2026-01-19T00:00+09:00") - shop.now
        write(shop, "shop", Kind.RUNS, days=(midnight - timedelta(seconds=1)) / timedelta(days=1), text="before")
        write(shop, "cart", Kind.RUNS, days=midnight / timedelta(days=1), text="after")
        shop.tick(timedelta(days=14))
        assert [row.service for row in rows(made(shop, week="2026-W03"), "deployed")] == ["shop"]
        assert [row.service for row in rows(made(shop, week="2026-W04"), "deployed")] == ["cart"]

    def test_a_merge_counts_once_whoever_made_it(self, busy):
        for _ in range(2):
            write(busy, "desk", Kind.STANDS, step="test", text="sign it off")
            write(busy, "shop", Kind.STANDS, step="test", text="sign it off")
        assert [row.service for row in rows(made(busy), "merged")] == ["cart", "desk", "shop"]
        assert {row.words for row in rows(made(busy), "merged")} == {
            "upgrade, by Chairlift", "upgrade, by somebody of the squad"
        }  # fmt: skip

    def test_nor_is_a_squads_word_a_merge(self, shop):
        stands("shop", step="deploy", change="upgrade")
        actions.say(shop.row("shop"), Kind.SAID, "Ana", shop.roster, shop.now, text="soon")
        assert parts(made(shop))["merged"] == 0

    def test_what_was_taken_away_is_said_to_be(self, busy):
        found = {row.service: row.words for row in rows(made(busy), "blocked")}
        assert found == {"shop": "the database (Ana)", "cart": "the cache (Ana, taken away since)"}

    def test_dates_of_the_campaign_and_freezes(self, busy):
        freeze = '[[freeze]]\nfirst = 2026-01-20\nlast = 2026-01-21\nwhy = "fair"\n'
        actions.load_campaign(campaign_text(tables=freeze), "c.toml", "operator", busy.now)
        assert [row.words for row in rows(made(busy), "dates")] == ["freeze from 2026-01-20 to 2026-01-21: fair"]
        busy.tick(timedelta(days=10))
        assert [row.words for row in rows(made(busy), "dates")] == ["the last day to choose a level"]

    def test_what_is_long_past_has_nothing_to_come(self, busy):
        busy.tick(timedelta(days=21))
        titles = [section.title for section in made(busy, week="2026-W03").sections]
        assert "Comes next" not in titles

    @pytest.mark.parametrize(("week", "why"), [("2026-W04", "has not begun"), ("soon", "write it as 2026-W48")])
    def test_not_of_any_week(self, busy, week, why):
        with pytest.raises(NotFound, match=why):
            made(busy, week=week)

    def test_nor_of_any_squad(self, busy):
        with pytest.raises(NotFound, match="no squad called 'Egret'"):
            made(busy, "Egret")


class TestRows:
    def test_each_number_is_that_of_its_rows(self, busy):
        for squad in ("", "Heron", "Ibis"):
            numbers = parts(made(busy, squad))
            scope = Scope(busy.campaign, reports.week_of(busy.campaign, "", busy.now), busy.now, squad)
            for name in reports.LISTS:
                found, told = reports.listed(scope, name)
                assert len([told(row) for row in found]) == numbers[name], name

    def test_what_is_most_overdue_comes_first(self, busy):
        stands("desk", until=busy.now - timedelta(days=9))
        waiting = rows(made(busy), "waiting")
        assert [(row.service, row.late) for row in waiting] == [("desk", True), ("shop", True)]
        assert waiting[0].words == "deploy it"

    def test_a_report_shows_some_and_counts_all(self, busy):
        for place in range(40):
            write(busy, "shop", Kind.RUNS, text=f"place {place}", days=-1)
        found = made(busy)
        assert parts(found)["deployed"] == 41
        assert len(rows(found, "deployed")) == 15
        assert "and 26 more" in forms.text(found)


class TestWorry:
    """The first of them that there is."""

    def worry(self, world):
        found = made(world).worry
        return found and f"{found.service} {found.words}".strip()

    def test_in_order(self, busy):
        def campaign(**fields):
            type(busy.campaign).objects.update(**fields)

        campaign(braked_why="2 reverts")
        assert self.worry(busy) == "The brake is on: 2 reverts"
        campaign(braked_why="", alarmed_why="errors of till seem to rise")
        assert self.worry(busy) == "Nothing is merged or deployed for now: errors of till seem to rise"
        campaign(alarmed_why="")
        assert self.worry(busy) == "cart reverted this week. Reverted as def"
        busy.tick(timedelta(days=7))
        assert self.worry(busy) == "shop the longest overdue of 2. Test it"
        stands("shop", decision="refused", why="the forge said no")
        stands("desk", until=busy.now + timedelta(days=1))
        assert self.worry(busy) == "shop one of 1 stuck. Project team: the forge said no"
        stands("shop", decision="wait", why="", whom="")
        campaign(paused_why="fire (Lena)")
        assert self.worry(busy) == "The campaign is paused: fire (Lena)"
        campaign(paused_why="")
        assert self.worry(busy) == "No level is chosen for 1 service"
        Upgrade.objects.update(level="DIY")
        assert self.worry(busy) is None
        busy.tick(timedelta(days=300))
        stands("desk", decision="wait")
        assert self.worry(busy) == "The deadline is over, and 4 services are not done"


class TestForms:
    def test_all_say_the_same_numbers(self, busy):
        for squad in ("", "Heron"):
            found = made(busy, squad)
            told = [(part.count, part.title) for section in found.sections for part in section.told]
            text, markdown, html = (forms.write(found, form) for form in forms.FORMS)
            as_text = re.findall(r"^(\d+) (?!of )(.+)$", text, re.M)
            as_markdown = re.findall(r"^- \[(\d+)\]\(\S+\) (.+)$", markdown, re.M)
            as_html = re.findall(r"<p><a href=\"[^\"]+\">(\d+)</a> (.+)</p>", html)
            assert len(told) > 8
            for seen in (as_text, as_markdown, as_html):
                assert [(int(count), title.replace("`", "")) for count, title in seen] == told
            for form in (text, markdown, html):
                assert f"{found.done} of {found.total} done" in form
                assert form.count("2 days ago") >= 1

    def test_all_name_the_same_services(self, busy):
        found = made(busy)
        names = {row.service for section in found.sections for part in section.parts for row in part.rows}
        for form in forms.FORMS:
            written = forms.write(found, form)
            assert all(name in written for name in names if name)

    def test_addresses_are_whole(self, busy, settings):
        settings.URL = "https://lift.example.org"
        for form in ("markdown", "html"):
            written = forms.write(made(busy, "Heron"), form)
            assert "https://lift.example.org/campaigns/tiny/report/merged?" in written.replace("&amp;", "&")
            assert "squad=Heron&week=2026-W03" in written.replace("&amp;", "&")
            assert not re.findall(r'(?:href="|\]\()/', written)

    def test_names_and_words_format_nothing(self, busy):
        hostile = "<script>alert(1)</script> [x](http://evil.example) `@all` **b** \u202e\nFrom: eve\r\n# head |"
        stands("shop", why=hostile)
        busy.service(hostile.replace("\u202e\nFrom: eve\r\n", "")[:110], files=None, repo="odd")
        busy.load()
        stands(hostile.replace("\u202e\nFrom: eve\r\n", "")[:110], decision="refused", why="<img src=x>")
        found = made(busy)
        assert "<script" not in forms.html(found)
        assert "<img" not in forms.html(found)
        outside_code = re.sub(r"`[^`\n]*`", "", forms.markdown(found))
        for word in ("<script", "[x](", "@all", "**b", "# head", "(http://evil"):
            assert word not in outside_code
        for form in forms.FORMS:
            written = forms.write(found, form)
            assert "\u202e" not in written
            assert not re.search(r"^\s*(From: eve|# head)", written, re.M)

    def test_an_empty_campaign_says_so_in_every_form(self, world):
        world.load()
        for form in forms.FORMS:
            written = forms.write(made(world), form)
            for words in ("Nothing waits for anybody", "No service takes part yet", "0 of 0 done"):
                assert words in written


def test_ten_more_rows_cost_no_query_more(busy):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            made(busy)
        return len(captured)

    before = asked()
    for place in range(10):
        busy.service(f"more{place}", files=None)
    busy.load()
    for place in range(10):
        name = f"more{place}"
        busy.choose(name, "DIY")
        write(busy, name, Kind.RUNS, text="x")
        write(busy, name, Kind.BEGAN, step="deploy", about="DIY")
        write(busy, name, Kind.TESTED, by="Ana")
        actions.block(busy.row(name), "it", "Ana", busy.roster, busy.now)
        stands(name, decision="ask", whom=Party.SQUAD, until=busy.now + timedelta(days=1), done_at=busy.now)
    assert asked() == before <= 20


class TestJourney:
    """By the real loop, on real git."""

    def merged(self, world):
        return [(row.service, row.words) for row in rows(made(world), "merged")]

    def test_a_squad_that_merges_itself(self, world):
        world.service("shop", deploys=True)
        world.load()
        world.settle()
        world.choose("shop", "Review everything")
        world.settle()
        pull = world.pull("shop")
        world.forge.pulls.review("shop", pull.number, "Ana", "approved", "", pull.head)
        world.settle()
        assert self.merged(world) == []
        world.forge.pulls.merge("shop", pull.number, "Ana", "squash")
        world.forward(minutes=6)
        assert self.merged(world) == [("shop", "upgrade, by somebody of the squad")]
        assert rows(made(world), "handed")[0].words.startswith("to its squad: ")

    def test_chairlift_that_merges(self, world):
        world.service("shop", deploys=True)
        world.load()
        world.settle()
        world.choose("shop", "Hands-off")
        world.settle()
        assert [row.service for row in rows(made(world), "merging")] == ["shop"]
        world.until("shop", "done", hours=30)
        assert self.merged(world) == [("shop", "upgrade, by Chairlift")]
        found = parts(made(world))
        assert (found["deployed"], found["finished"], found["done"]) == (2, 1, 1)
        assert found["tested"] == 2
