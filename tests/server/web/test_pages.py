"""What people read: whose turn, why, the sheet as it was asked for, and pages for what is not there."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta

import pytest

from chairlift.core.decision import Party
from chairlift.server import actions
from chairlift.server.models import Upgrade
from chairlift.server.web import rosters, rows
from tests.server.web.conftest import Visitor
from tests.server.world import PEOPLE, campaign_text

SHEET = "/campaigns/tiny/sheet"
CHOOSE = "/campaigns/tiny/choose"


def listed(page):
    return re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', page)


def stands(world, name, **fields):
    Upgrade.objects.filter(service__name=name).update(**fields)


class TestStart:
    def test_my_turn_comes_first_with_what_is_overdue(self, at_desk, visit):
        at_desk.choose("shop", "DIY")
        at_desk.choose("cart", "DIY")
        late = at_desk.now - timedelta(days=1)
        stands(at_desk, "shop", decision="ask", whom=Party.SQUAD, step="deploy", why="merged: deploy it", until=late)
        stands(at_desk, "cart", decision="done", step="")
        page = visit("Ana").page("/")
        assert "It is your turn" in page
        assert page.index(">shop<") < page.index("Campaigns")
        assert "Merged: deploy it" in page
        assert ">cart<" not in page
        assert "1 of 5 done" in page
        assert "1 overdue" in page
        assert 'sheet?turn=somebody">1 wait for somebody' in page

    def test_what_is_another_squads_is_not_mine(self, at_desk, visit):
        page = visit("Cy").page("/")
        assert re.findall(r'services/(\w+)"', page) == ["desk"]

    def test_the_project_team_sees_what_is_stuck(self, at_desk, visit):
        at_desk.choose("shop", "DIY")
        stands(at_desk, "shop", decision="refused", step="merge", why="the forge said no")
        assert "The forge said no" in visit("Lena").page("/")

    def test_without_a_campaign_it_says_how_to_get_one(self, world, settings, monkeypatch):
        settings.CLOCK = world.clock
        monkeypatch.setattr(rosters, "_kept", None)
        actions.load_roster(PEOPLE, "services.toml", "operator", world.now)
        page = Visitor().enter(world, "Ana").page("/")
        assert "Nothing waits for you" in page
        assert "chairlift load" in page


class TestSheet:
    def test_all_services_with_who_does_what_in_words(self, at_desk, visit):
        at_desk.choose("shop", "Trust but verify")
        page = visit("Cy").page(SHEET)
        assert listed(page) == ["=cmd", "bare", "cart", "desk", "shop"]
        shop = page[page.index(">shop<") :]
        assert re.findall(r'<span class="who">.*?</span> ([^<]*)</span>', shop)[:6] == [
            "project team", "project team", "project team", "project team, with notice", "Heron", "Heron"
        ]  # fmt: skip

    def test_a_squads_own_cells_say_you(self, at_desk, visit):
        at_desk.choose("shop", "DIY")
        assert "</span> you</span>" in visit("Ana").page(SHEET)

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("squad=Ibis", ["desk"]),
            ("q=AR", ["bare", "cart"]),
            ("level=DIY", ["cart", "shop"]),
            ("level=none", ["=cmd", "bare", "desk"]),
            ("step=deploy", ["shop"]),
            ("step=done", ["cart"]),
            ("turn=squad", ["shop"]),
            ("turn=team", ["desk"]),
            ("turn=somebody", ["desk", "shop"]),
            ("turn=nobody", ["=cmd", "bare", "cart"]),
            ("sort=until", ["shop", "=cmd", "bare", "cart", "desk"]),
            ("sort=step", ["=cmd", "bare", "desk", "shop", "cart"]),
            ("overdue=1", ["shop"]),
            ("sort=squad", ["=cmd", "bare", "cart", "shop", "desk"]),
            ("sort=nonsense&step=nonsense&turn=%00&page=-4&q=%00", ["=cmd", "bare", "cart", "desk", "shop"]),
            ("q=nothing-like-it", []),
        ],
    )
    def test_it_shows_what_the_address_asks_for(self, at_desk, visit, query, found):
        at_desk.choose("shop", "DIY")
        at_desk.choose("cart", "DIY")
        late = at_desk.now - timedelta(days=1)
        stands(at_desk, "shop", decision="ask", whom=Party.SQUAD, step="deploy", until=late)
        stands(at_desk, "cart", decision="done")
        stands(at_desk, "desk", decision="refused", whom=Party.SQUAD)
        page = visit("Ana").page(f"{SHEET}?{query}")
        assert listed(page) == found
        assert bool(found) or "No service is like that" in page

    def test_it_comes_in_pages(self, at_desk, visit):
        for place in range(rows.A_PAGE):
            at_desk.service(f"many{place:03}", files=None)
        at_desk.load()
        client = visit("Ana")
        first = client.page(f"{SHEET}?squad=Heron")
        assert len(listed(first)) == rows.A_PAGE
        assert "?squad=Heron&amp;page=2" in first
        assert listed(client.page(f"{SHEET}?squad=Heron&page=2"))[-1] == "shop"

    def test_it_is_filtered_by_wave_where_there_are_several(self, at_desk, visit):
        client = visit("Ana")
        assert 'name="wave"' not in client.page(SHEET)
        at_desk.service("first", files=None, more="wave = 2")
        at_desk.load()
        assert 'name="wave"' in client.page(SHEET)
        assert listed(client.page(f"{SHEET}?wave=2")) == ["first"]
        assert "first" not in listed(client.page(f"{SHEET}?wave=0"))
        # What means nothing is as if it were not there.
        assert len(listed(client.page(f"{SHEET}?wave=-1&wave=²"))) == 6

    def test_sorted_by_squad_each_has_a_heading(self, visit):
        page = visit("Ana").page(f"{SHEET}?sort=squad")
        assert re.findall(r'<th scope="rowgroup" colspan="6">([^<]*)</th>', page) == ["Heron", "Ibis"]
        assert "rowgroup" not in visit("Ana").page(SHEET)

    def test_the_file_is_the_whole_of_it(self, visit):
        answer = visit("Ana").get(f"{SHEET}.csv")
        assert [row[0] for row in csv.reader(io.StringIO(answer.content.decode()))][1:] != []
        assert answer["Content-Disposition"] == 'attachment; filename="tiny.csv"'
        assert "There are: csv" in visit("Ana").page(f"{SHEET}.doc", status=404)


def test_a_large_squad_chooses_page_by_page_and_stays_on_its_page(at_desk, visit):
    for place in range(rows.A_PAGE):
        at_desk.service(f"many{place:03}", files=None)
    at_desk.load()
    client = visit("Ana")
    first, second = client.page(CHOOSE), client.page(f"{CHOOSE}?page=2")
    assert first.count('name="service"') == rows.A_PAGE
    assert "?page=2" in first
    assert re.findall(r'name="service" value="([^"]*)"', second)[-1] == "shop"
    answer = client.post(f"{CHOOSE}?page=2", {"service": "shop", "level": "DIY"})
    assert answer["Location"] == f"{CHOOSE}?page=2"


@pytest.mark.parametrize("address", ["/", SHEET, "/campaigns/tiny/choose", "/campaigns/tiny/squads/Heron"])
def test_ten_more_rows_add_no_query(at_desk, visit, address):
    client = visit("Ana")

    stands(at_desk, "shop", decision="ask", whom=Party.SQUAD)
    before = client.cost(address)
    for place in range(10):
        at_desk.service(f"more{place}", files=None)
    at_desk.load()
    Upgrade.objects.filter(service__squad="Heron").update(decision="ask", whom=Party.SQUAD, step="deploy")
    assert client.cost(address) == before <= 25


class TestService:
    def test_it_says_where_it_stands_why_and_whose_turn(self, at_desk, visit):
        at_desk.choose("shop", "DIY")
        due = at_desk.now + timedelta(days=3, minutes=1)
        stands(at_desk, "shop", decision="ask", whom=Party.SQUAD, step="deploy", why="merged: deploy it", until=due)
        page = visit("Ana").page("/campaigns/tiny/services/shop")
        assert "Merged: deploy it." in page
        assert "It is <strong>your</strong> turn, due" in page
        assert "in 3 days (Thu 15 Jan, 09:01)" in page
        assert 'title="2026-01-15 09:01:00 UTC"' in page
        assert "Say that it runs there" in page

    def test_the_project_team_acts_for_a_squad_without_being_it(self, at_desk, visit):
        stands(at_desk, "shop", decision="ask", whom=Party.SQUAD, step="deploy", why="deploy it")
        assert "<strong>the turn of Heron</strong>" in visit("Lena").page("/campaigns/tiny/services/shop")
        stands(at_desk, "shop", whom=Party.PROJECT_TEAM)
        assert "<strong>your</strong> turn" in visit("Lena").page("/campaigns/tiny/services/shop")
        assert "<strong>the turn of the project team</strong>" in visit("Ana").page("/campaigns/tiny/services/shop")

    @pytest.mark.parametrize(("url", "linked"), [("https://forge.example/1", True), ("javascript:alert(1)", False)])
    def test_a_pull_request_is_one_click_away(self, at_desk, visit, url, linked):
        stands(at_desk, "shop", evidence={"changes": {"upgrade": {"pull": {"url": url, "number": 1, "state": "open"}}}})
        assert (f'<a href="{url}"' in visit("Ana").page("/campaigns/tiny/services/shop")) is linked

    def test_others_have_no_buttons(self, at_desk, visit):
        assert "What you can do" not in visit("Cy").page("/campaigns/tiny/services/shop")

    def test_a_mistyped_name_is_answered_with_the_nearest(self, visit):
        assert "shop" in visit("Ana").page("/campaigns/tiny/services/shp", status=404)
        assert "tiny" in visit("Ana").page("/campaigns/tinny/", status=404)

    @pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a/b/say", "שלום", "🎿 lift", "a?b#c&d=e", "%2e%2e"])
    def test_names_hold_anything(self, at_desk, visit, name):
        at_desk.service(name, files=None, repo="odd")
        at_desk.load()
        client = visit("Ana")
        sheet = client.page(SHEET)
        assert "<script>" not in sheet
        (address,) = [a for a in re.findall(r'<th scope="row"><a href="([^"]*)">', sheet) if a not in _PLAIN]
        assert "<h1>" in client.page(html.unescape(address))
        stands(at_desk, name, decision="ask", why="<b>bold</b>")
        page = client.page(html.unescape(address))
        assert "<script>" not in page
        assert "<b>bold" not in page
        form = re.search(r'action="([^"]*/say/[^"]*)"', page)
        assert form, page
        assert client.post(html.unescape(form[1]), {"what": "said", "why": "fine"}).status_code == 302


_PLAIN = {f"/campaigns/tiny/services/{name}" for name in ("shop", "cart", "bare", "desk", "=cmd", "%3Dcmd")}


def test_the_menu_says_who_does_what_and_what_is_not_open_to_me(visit):
    page = visit("Ana").page("/campaigns/tiny/")
    for words in ("Hands-off", "DIY", "Lena", "Mats", "project team, with notice"):
        assert words in page
    assert "bare: has no deploy documentation" in page
    assert "bare: has no" not in visit("Cy").page("/campaigns/tiny/")


def test_a_squads_page_lists_what_waits_for_it_most_urgent_first(at_desk, visit):
    for name, days in (("shop", 5), ("cart", 2), ("bare", 9)):
        due = at_desk.now + timedelta(days=days)
        stands(at_desk, name, decision="ask", whom=Party.SQUAD, step="deploy", until=due)
    page = visit("Cy").page("/campaigns/tiny/squads/Heron")
    assert re.findall(r"services/(\w+)", page) == ["cart", "shop", "bare"]
    assert "There is no squad" in visit("Cy").page("/campaigns/tiny/squads/Egret", status=404)


@pytest.mark.parametrize("address", ["/", "/campaigns/tiny/squads/Heron", "/campaigns/tiny/services/shop"])
def test_every_turn_says_for_how_long_it_has_been_one(at_desk, visit, address):
    at_desk.choose("shop", "DIY")
    since, due = at_desk.now - timedelta(hours=30), at_desk.now + timedelta(days=2)
    stands(at_desk, "shop", decision="ask", whom=Party.SQUAD, step="deploy", since=since, until=due)
    page = visit("Ana").page(address)
    assert re.search(r'waiting for <time datetime="[^"]*" title="[^"]* UTC">1 day</time>, due <time', page)


def test_a_squads_page_says_when_they_work_and_how_they_are_reminded(at_desk, visit):
    freezes = ", ".join(
        f'{{first = {first}, last = {last}, why = "{why}"}}'
        for first, last, why in (("2026-01-20", "2026-01-22", "<fair>"), ("2025-01-01", "2025-01-02", "over"))
    )
    hours = PEOPLE.replace('hours = "always"', f'hours = "mon-tue 09:00-17:00"\nfreezes = [{freezes}]', 1)
    actions.load_roster(hours + at_desk.services, "services.toml", "operator", at_desk.now)
    page = visit("Cy").page("/campaigns/tiny/squads/Heron")
    assert "Mon, Tue 09:00 to 17:00" in page
    assert "from Tue 20 Jan to Thu 22 Jan (&lt;fair&gt;)." in page
    assert "Reminders go to Ana in a file on the server: when a turn begins" in page
    assert "also to Bo; later to the project team too" in page


def test_health(visit):
    assert visit().page("/healthz") == "fine\n"
    assert visit().page("/readyz") == "ready\n"


def test_a_campaign_of_a_shipped_name_has_all_its_pages(at_desk, visit):
    text = campaign_text().replace('slug = "tiny"', 'slug = "django-3.2"')
    actions.load_campaign(text, "django.toml", "operator", at_desk.now)
    client = visit("Ana")
    assert "/campaigns/django-3.2/" in client.page("/")
    for address in ("", "choose", "sheet", "sheet.csv", "squads/Heron", "services/shop"):
        client.page(f"/campaigns/django-3.2/{address}")
