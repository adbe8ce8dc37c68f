"""The board: who stands where, most urgent first; what holds many at once; what fails alike, tried once more."""

from __future__ import annotations

import re
from datetime import UTC, timedelta

import pytest

from chairlift.core.decision import Party, StepName
from chairlift.server.models import Entry, Upgrade
from chairlift.server.web import board

BOARD = "/campaigns/tiny/board"
AGAIN = "/campaigns/tiny/again"
STEPS = [step.value for step in StepName]


def stands(world, name, **fields):
    Upgrade.objects.filter(service__name=name).update(**fields)


def column(page, name):
    """What stands below one heading."""
    return page.partition(f'aria-labelledby="column-{name}"')[2].partition("</section>")[0]


def cards(page, name):
    return re.findall(r'services/([^"]*)"', column(page, name))


def test_each_service_is_a_card_below_its_step(at_desk, visit):
    stands(at_desk, "shop", step="merge", decision="wait", why="notice ends soon", change="upgrade")
    stands(at_desk, "cart", step="", decision="done")
    stands(at_desk, "bare", step="", decision="", change="upgrade")
    page = visit("Cy").page(BOARD)
    assert cards(page, "merge") == ["shop"]
    assert cards(page, "plan") == ["=cmd", "desk"]
    assert cards(page, "finish") == ["bare"]
    assert "Notice ends soon" in column(page, "merge")
    assert '<span class="count">1</span>' in column(page, "done")
    assert cards(page, "done") == []


def test_a_card_says_whose_turn_it_is_since_when_and_until_when(at_desk, visit):
    fields = {"step": "review", "decision": "ask", "whom": Party.SQUAD, "change": "upgrade"}
    since, now = at_desk.now - timedelta(days=3, hours=2), at_desk.now
    stands(at_desk, "shop", **fields, since=since, until=now + timedelta(days=4, hours=1))
    stands(at_desk, "cart", **fields, since=None, until=None)
    shop, cart = re.findall(r"<article.*?</article>", column(visit("Cy").page(BOARD), "review"), re.DOTALL)
    exact = f"{since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    words = r"<strong>Heron</strong>, waiting for (<time[^>]*>)3 days</time>, due <time[^>]*>in 4 days "
    assert f'title="{exact}"' in re.search(words, shop)[1]
    assert "waiting" not in cart


def test_each_number_opens_as_many_rows(at_desk, visit):
    stands(at_desk, "shop", step="plan", decision="wait", change="upgrade")
    stands(at_desk, "cart", step="", decision="done", change="clean-up")
    stands(at_desk, "bare", step="", decision="wait", change="upgrade")
    client = visit("Cy")
    page, seen = client.page(BOARD), 0
    for name in (*STEPS, "finish", "done"):
        count = int(re.search(r'class="count">(\d+)<', column(page, name))[1])
        address = re.search(r'href="([^"]*)"', column(page, name))[1].replace("&amp;", "&")
        listed = re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', client.page(address))
        assert len(listed) == count, name
        seen += count
    assert seen == 5


def test_what_is_overdue_comes_first_then_whom_somebody_waits_for(at_desk, visit):
    now, step = at_desk.now, {"step": "deploy", "change": "upgrade"}
    stands(at_desk, "shop", decision="wait", until=now + timedelta(minutes=1), **step)
    stands(at_desk, "cart", decision="ask", whom=Party.SQUAD, until=now + timedelta(days=2), **step)
    stands(at_desk, "bare", decision="ask", whom=Party.SQUAD, until=now - timedelta(days=2), **step)
    stands(at_desk, "desk", decision="ask", whom=Party.SQUAD, until=now - timedelta(days=3), **step)
    page = visit("Cy").page(BOARD)
    assert cards(page, "deploy") == ["desk", "bare", "cart", "shop"]
    assert "2 overdue" in column(page, "deploy")
    assert cards(visit("Cy").page(f"{BOARD}?squad=Ibis&overdue=1"), "deploy") == ["desk"]


def test_a_card_says_its_ladder_in_words(at_desk, visit):
    at_desk.choose("shop", "Trust but verify")
    stands(at_desk, "shop", step="deploy", decision="refused", change="upgrade")
    told = re.findall(r'aria-label="(plan: [^"]*)"', column(visit("Cy").page(BOARD), "deploy"))
    (one,) = told
    assert "merge: project team, with notice, done" in one
    assert "deploy: Heron, stuck here" in one


def many(world, count, **fields):
    for place in range(count):
        world.service(f"more{place:02}", files=None)
    world.load()
    Upgrade.objects.filter(service__name__startswith="more").update(**fields)


def test_a_full_column_leads_to_the_sheet_for_the_rest(at_desk, visit):
    many(at_desk, board.CARDS + 3, step="review", decision="wait", change="upgrade")
    page = visit("Cy").page(BOARD)
    assert len(cards(page, "review")) == board.CARDS
    assert "3 more" in column(page, "review")
    assert "sheet?step=review" in column(page, "review")


def test_ten_more_rows_add_no_query(at_desk, visit):
    client = visit("Lena")

    before = client.cost(BOARD)
    many(at_desk, 10, step="review", decision="refused", level="DIY", why="no")
    assert client.cost(BOARD) == before <= 25


def test_a_shared_reason_is_counted_once_and_leads_to_its_rows(at_desk, visit):
    why = "waits for <lib>, which goes first & foremost"
    for name in ("shop", "cart"):
        stands(at_desk, name, level="DIY", decision="wait", why=why)
    stands(at_desk, "bare", level="DIY", decision="wait", why="alone")
    page = visit("Cy").page(BOARD)
    held = page.partition('id="reasons"')[2].partition("</section>")[0]
    assert "2 services" in held
    assert "&lt;lib&gt;" in held
    assert "alone" not in held
    address = re.search(r'href="([^"]*why=[^"]*)"', held)[1].replace("&amp;", "&")
    listed = re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', visit("Cy").page(address))
    assert listed == ["cart", "shop"]


class TestAgain:
    @pytest.fixture(autouse=True)
    def failing(self, at_desk):
        for name, line in (("shop", 10), ("cart", 20), ("bare", 30)):
            why = f"No module named 'six' in /srv/{name}/a.py line {line}"
            stands(at_desk, name, level="DIY", decision="refused", why=why, step="plan", change="upgrade")

    def test_failures_that_differ_in_paths_and_numbers_are_one_cause(self, visit):
        causes = visit("Lena").page(BOARD).partition('id="causes"')[2]
        assert "3 services" in causes
        assert re.findall(r'name="service" value="([^"]*)"', causes) == ["bare", "cart", "shop"]

    def test_only_the_project_team_has_the_button(self, visit):
        assert "once more" not in visit("Ana").page(BOARD).partition('id="causes"')[2]

    def test_all_of_them_are_tried_once_more(self, at_desk, visit):
        form = {"service": ["shop", "cart", "bare"], "why": "six is installed"}
        assert visit("Lena").post(AGAIN, form).status_code == 302
        entries = Entry.objects.filter(kind="retried").values_list("upgrade__service__name", "by", "text")
        assert sorted(entries) == [(name, "Lena", "six is installed") for name in ("bare", "cart", "shop")]

    def test_what_fails_no_longer_is_left_alone(self, at_desk, visit):
        stands(at_desk, "cart", decision="wait")
        client = visit("Lena")
        client.post(AGAIN, {"service": ["shop", "cart", "nothing"], "why": "mended"})
        assert Entry.objects.filter(kind="retried").count() == 1
        assert "1 of 3 are tried once more" in client.page(BOARD)

    def test_it_takes_a_reason(self, visit):
        assert visit("Lena").post(AGAIN, {"service": ["shop"], "why": " "}).status_code == 409
        assert not Entry.objects.filter(kind="retried").exists()
