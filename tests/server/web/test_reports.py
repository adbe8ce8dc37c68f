"""The weekly report as pages: every number leads to its rows, and no name breaks an address."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest

from chairlift.core.decision import Party
from chairlift.core.log import Entry as Line
from chairlift.core.log import Kind
from chairlift.server import actions, reports
from chairlift.server.models import Entry, Upgrade
from chairlift.server.reports import forms
from chairlift.server.web import rows
from tests.server.world import PEOPLE, quoted

REPORT = "/campaigns/tiny/report"


def runs(world, service, text="stage runs it"):
    line = Line(world.now, "chairlift", Kind.RUNS, "upgrade", "deploy", "abc", text, {"environment": "stage"})
    Entry.write(world.row(service), line)


@pytest.fixture
def busy(at_desk):
    at_desk.choose("shop", "DIY")
    for name in ("shop", "desk"):
        runs(at_desk, name)
    actions.block(at_desk.row("shop"), "the database", "Ana", at_desk.roster, at_desk.now)
    at_desk.tick(timedelta(days=2))
    ask = {"decision": "ask", "whom": Party.SQUAD, "since": at_desk.now}
    late = at_desk.now - timedelta(days=1)
    Upgrade.objects.filter(service__name="shop").update(**ask, step="deploy", until=late, why="deploy it")
    soon = at_desk.now + timedelta(days=1)
    Upgrade.objects.filter(service__name="desk").update(**ask, step="review", until=soon, why="review it")
    Upgrade.objects.filter(service__name="cart").update(decision="done", step="", done_at=at_desk.now)
    return at_desk


def numbers(page):
    """(number, words, address) of each number of the page."""
    found = re.findall(r'<a href="([^"]*)"(?: class="late")?>(\d+) ([^<]*)</a>', page)
    return [(int(count), html.unescape(words), html.unescape(address)) for address, count, words in found]


def told(page):
    """How many rows a page has, by its own heading or the sheet's."""
    return int(re.search(r"<h1>(\d+) |<p>(\d+) services?", page).group(1) or re.search(r"<p>(\d+) service", page)[1])


@pytest.mark.parametrize("squad", ["", "Heron", "Ibis"])
def test_every_number_leads_to_as_many_rows(busy, visit, squad):
    client = visit("Ana")
    page = client.page(f"{REPORT}?squad={squad}")
    found = [
        each for each in numbers(page) if "to mind in the calendar" not in each[1] and "between steps" not in each[1]
    ]
    assert len(found) > 15
    for count, words, address in found:
        rows_there = client.page(address)
        listed = re.search(r"<h1>(\d+) ", rows_there) or re.search(r"<p>(\d+) service", rows_there)
        assert int(listed[1]) == count, words


def test_the_page_says_the_numbers_of_the_value(busy, visit):
    made = reports.report(busy.campaign, None, reports.week_of(busy.campaign, "", busy.now), busy.now)
    want = [(part.count, part.title) for section in made.sections if section.told for part in section.parts]
    assert [each[:2] for each in numbers(visit("Ana").page(REPORT)) if "more" not in each[1]] == want


def test_what_to_worry_about_stands_first(busy, visit):
    page = visit("Ana").page(REPORT)
    assert re.search(
        r"Worry first: <a href=\"/campaigns/tiny/services/shop\">shop</a> \(Heron\): the longest overdue", page
    )
    assert page.index("Worry first") < page.index("<h2>")


def test_the_week_is_in_the_address(busy, visit):
    client = visit("Ana")
    assert "week 2026-W03 (Mon 12 Jan to Sun 18 Jan 2026, so far)" in client.page(REPORT)
    before = client.page(f"{REPORT}?week=2026-W02")
    assert "2026-W02" in before
    assert 'href="?week=2026-W03"' in before
    assert 'href="?week=2026-W01"' in before
    assert "write it as 2026-W48" in client.page(f"{REPORT}?week=nonsense", status=404)
    assert "has not begun" in client.page(f"{REPORT}?week=2026-W04", status=404)
    assert "no squad called" in client.page(f"{REPORT}?squad=Egret", status=404)
    assert "it has: merged" in client.page(f"{REPORT}/nonsense", status=404)


def test_it_is_there_to_paste(busy, visit):
    client = visit("Ana")
    markdown = client.page(f"{REPORT}.md?squad=Heron")
    assert html.escape(markdown) in client.page(f"{REPORT}?squad=Heron").replace("&#x27;", "&#39;").replace(
        "&#39;", "&#x27;"
    )
    assert client.page(f"{REPORT}.txt").startswith("Tiny\nweek 2026-W03")
    assert "There are: txt, md" in client.page(f"{REPORT}.doc", status=404)


@pytest.mark.parametrize(
    "name", ["..", ".", "a/../b", "/", "//x", "a?b#c&d=e", "<script>alert(1)</script>", "שלום", "%2e%2e", "🎿" * 60]
)
def test_no_squads_name_breaks_an_address(at_desk, visit, name):
    people = PEOPLE.replace('name = "Ibis"', f"name = {quoted(name)}")
    services = at_desk.services.replace('squad = "Ibis"', f"squad = {quoted(name)}")
    actions.load_roster(people + services, "services.toml", "operator", at_desk.now)
    runs(at_desk, "desk")
    client = visit("Cy")
    page = client.page(REPORT)
    assert "<script>" not in page
    page = client.get(REPORT, {"squad": name}).content.decode()
    assert "<script>" not in page
    deployed = next(address for _, words, address in numbers(page) if words == "deployed")
    listing = client.page(deployed)
    assert "1 deployed" in listing
    # A browser takes dots out of a path, but leaves a query alone.
    assert ".." not in deployed.partition("?")[0]


def test_rows_come_in_pages(at_desk, visit):
    for place in range(rows.A_PAGE + 5):
        runs(at_desk, "shop", f"place {place}")
    client = visit("Ana")
    address = f"{REPORT}/deployed?week=2026-W03"
    assert client.page(address).count('<th scope="row">') == rows.A_PAGE
    assert client.page(f"{address}&page=2").count('<th scope="row">') == 5
    assert client.page(REPORT).count("place ") <= 2 * 15


@pytest.mark.parametrize("address", [REPORT, f"{REPORT}?squad=Heron", f"{REPORT}/deployed", f"{REPORT}/due"])
def test_ten_more_rows_add_no_query(busy, visit, address):
    client = visit("Ana")

    # Of each kind one, since what is empty costs none.
    soon = busy.now + timedelta(days=1)
    Upgrade.objects.filter(service__name="bare").update(decision="ask", whom=Party.SQUAD, until=soon)
    before = client.cost(address)
    for place in range(10):
        busy.service(f"more{place}", files=None)
    busy.load()
    for place in range(10):
        runs(busy, f"more{place}")
    Upgrade.objects.filter(service__name__startswith="more").update(decision="ask", whom=Party.SQUAD, until=soon)
    assert client.cost(address) == before <= 25


def test_without_anything_it_says_what_will_appear(at_desk, visit):
    page = visit("Ana").page(REPORT)
    for words in ("Nothing waits for anybody", "Nothing was merged", "0 newly chosen", "5 not chosen"):
        assert words in page
    assert "appears here" in visit("Ana").page(f"{REPORT}/merged")


def test_print_leaves_out_what_only_a_screen_needs(visit):
    style = b"".join(visit("Ana").get("/static/chairlift/chairlift.css").streaming_content).decode()
    assert ".screen { display: none; }" in style.partition("@media print")[2]


def test_forms_are_named_in_one_place():
    assert set(forms.FORMS) == {"text", "markdown", "html"}
