"""Words that pages have got wrong: names of problems, whose turn, when the next look is, one date for one thing."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest

from chairlift.core.decision import Party
from chairlift.server import actions, problems
from chairlift.server.models import Upgrade
from tests.server.world import campaign_text

SHOP, SHEET, BOARD = "/campaigns/tiny/services/shop", "/campaigns/tiny/sheet", "/campaigns/tiny/board"


def words(page):
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())
    return re.sub(r" (?=[.,:)])", "", text)


def stands(name, **fields):
    Upgrade.objects.filter(service__name=name).update(**fields)


class TestAKnownProblem:
    @pytest.fixture(autouse=True)
    def scan(self, at_desk):
        problems.record(at_desk.campaign, "slow-scan", "no index", ["shop"], "Lena", at_desk.roster, at_desk.now)

    def test_it_goes_by_its_name(self, visit):
        page = words(visit("Ana").page(SHOP))
        assert "known problem slow-scan: no index (Lena)" in page
        assert "problem:" not in page

    def test_and_is_taken_away_by_it(self, at_desk):
        actions.unblock(at_desk.row("shop"), "slow-scan", "Ana", "has one", at_desk.roster, at_desk.now)
        assert problems.known(at_desk.campaign)[0].services == 0

    def test_a_blocker_of_that_name_is_meant_first(self, at_desk):
        row, given = at_desk.row("shop"), (at_desk.roster, at_desk.now)
        assert actions.block(row, "no disk", "Ana", *given) == "b2"
        problems.record(at_desk.campaign, "b2", "another", ["shop"], "Lena", *given)
        actions.unblock(row, "b2", "Ana", "bought", *given)
        assert [each.id for each in row.said().problems] == ["problem:slow-scan", "problem:b2"]
        assert row.said().blockers == ()


class TestTheNextLook:
    def test_ahead_of_us(self, at_desk, visit):
        stands("shop", look_again_at=at_desk.now + timedelta(hours=3))
        assert "Chairlift looks again in 3 hours (Mon 12 Jan, 12:00)." in words(visit("Ana").page(SHOP))

    @pytest.mark.parametrize("past", [timedelta(0), timedelta(hours=20)])
    def test_what_is_past_is_no_time_for_a_next_look(self, at_desk, visit, past):
        stands("shop", look_again_at=at_desk.now - past)
        page = words(visit("Ana").page(SHOP))
        assert "Chairlift is due to look at it, since" in page
        assert "looks again" not in page


class TestWhoseTurn:
    def test_chairlift_is_a_name(self, at_desk, visit):
        stands("shop", decision="wait", whom="", why="the tests are running")
        page = visit("Ana").page(f"{SHEET}?q=shop")
        assert "<td>Chairlift</td>" in page
        assert ">chairlift<" not in page
        assert "It is Chairlift's turn" in html.unescape(visit("Ana").page(SHOP))
        assert "<strong>Chairlift" not in visit("Ana").page(BOARD)

    def test_and_so_it_is_in_the_log(self, at_desk, visit):
        at_desk.settle()
        page = visit("Ana").page("/campaigns/tiny/log")
        assert "<td>Chairlift</td>" in page
        assert "<td>chairlift</td>" not in page

    @pytest.mark.parametrize("form", ["", ".md", ".txt"])
    def test_a_report_names_each_squad_once(self, at_desk, visit, form):
        asked = {"decision": "ask", "step": "review", "until": at_desk.now - timedelta(days=1)}
        stands("shop", whom=Party.SQUAD, why="Heron reviews it", **asked)
        stands("cart", whom=Party.PROJECT_TEAM, why="the recipe fails", **asked)
        page = words(visit("Lena").page(f"/campaigns/tiny/report{form}")).replace("`", "")
        assert re.search(r"shop\S* \(Heron\): Heron reviews it", page)
        assert "Heron: Heron" not in page
        assert "(Heron): project team: the recipe fails" in page


class TestOneDateForOneThing:
    """The last day to choose is the campaign's, in its zone; every page shows that instant in the reader's."""

    @pytest.mark.parametrize(
        ("zone", "instant", "said"),
        [
            ("America/New_York", "2026-04-11T03:59:59+00:00", "Sat 11 Apr, 05:59"),
            ("Europe/Berlin", "2026-04-10T21:59:59+00:00", "Fri 10 Apr, 23:59"),
        ],
    )
    def test_the_last_day_to_choose(self, at_desk, visit, zone, instant, said):
        # In a zone of its own, and on the other side of a change of clocks.
        text = campaign_text(head=f'zone = "{zone}"').replace("2026-02-01", "2026-04-10")
        at_desk.service("real")
        at_desk.load()
        actions.load_campaign(text, "tiny.toml", "Lena", at_desk.now)
        at_desk.settle()
        assert at_desk.row("real").question.endswith("/choose")
        ana = visit("Ana")
        ana.post("/you", {"what": "settings", "theme": "", "zone": "Europe/Berlin"})
        time = re.compile(r'<time datetime="(2026-04-(?:09|10|11)[^"]*)"[^>]*>[^<]*\((.*?)\)</time>')
        pages = ("board", "sheet", "services/real", "", "choose", "squads/Heron")
        for address in ("/", *(f"/campaigns/tiny/{each}" for each in pages)):
            assert set(time.findall(ana.page(address))) == {(instant, said)}, address

    def test_what_is_overdue_says_the_date_by_which_it_is(self, at_desk, visit):
        """The file may say another date since the last look: then both are as they were at that look."""
        late = at_desk.now - timedelta(days=3)
        stands("shop", decision="ask", whom=Party.SQUAD, step="create", until=late)
        page = words(visit("Ana").page("/"))
        assert "overdue" in page
        assert "it was due 3 days ago (Fri 9 Jan, 09:00)" in page


@pytest.mark.parametrize(
    ("step", "decision", "why", "buttons"),
    [
        ("test", "ask", "it was reverted: find the cause, then run 'chairlift retry'", ["retry", "hold", "said"]),
        ("test", "ask", "who uses it tests it", ["tested", "hold", "said"]),
        ("deploy", "ask", "the deployment failed; after mending it, run 'chairlift retry'", ["retry", "hold", "said"]),
        ("deploy", "ask", "deploy it", ["deployed", "hold", "said"]),
        ("create", "stop", "it was closed", ["hold", "said", "retry"]),
        ("merge", "wait", "notice", ["hold", "said"]),
    ],
)
def test_the_first_button_is_what_the_reason_asks_for(at_desk, visit, step, decision, why, buttons):
    Upgrade.objects.filter(service__name="shop").update(step=step, decision=decision, why=why)
    page = visit("Ana").page("/campaigns/tiny/services/shop")
    assert re.findall(r'name="what" value="([a-z]+)"', page) == buttons
