"""The timeline: the sentence, the rows along the calendar, what would be if, and the number behind each number."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from chairlift.server import actions, forecasting
from chairlift.server.models import Entry, Outlook, Upgrade
from chairlift.server.web import rosters, rows
from chairlift.server.web.drawing import Scale, marks, spread
from chairlift.server.web.timeline import Question
from tests.core.campaigns import day_of, ended
from tests.core.campaigns import lived as live
from tests.server import lived
from tests.server.world import MONDAY, World

PAGE = "/campaigns/tiny/timeline"
DAY = timedelta(days=1)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
def at_desk(tmp_path, db, settings, monkeypatch):
    """A campaign of two changes that was lived half of its way."""
    world = World(tmp_path / "home")
    settings.CLOCK = world.clock
    monkeypatch.setattr(rosters, "_kept", None)
    services = live(5, 20)
    for number in range(len(services)):
        world.service(f"s{number:03}", files=None, squad=("Heron", "Ibis")[number % 2])
    world.load(lived.text())
    world.tick(day_of(services, 0.5) * DAY)
    lived.write(world.campaign, services, MONDAY, world.now)
    world.lives = services
    renew(world)
    return world


def renew(world):
    Outlook.objects.update(next_at=None, newest=-1)
    forecasting.renew_due(world.now)


def plain(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page))


def listed(page):
    return re.findall(r'<th scope="row" title="[^"]*"><a href="[^"]*">([^<]*)</a>', page)


def drawings(page):
    return [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", page, re.S)]


class TestSentence:
    def test_when_and_with_what_chance(self, visit):
        words = plain(visit("Ana").page(PAGE))
        day = r"\w{3} \d+ \w{3}(?: \d{4})?"
        assert re.search(
            rf"Half a chance by {day}, 80% by {day}, 95% by {day}\. Deadline Mon 1 Jun: on time with", words
        )
        assert re.search(r"\d+ of 20 services done", words)

    def test_who_has_no_date_is_said_apart_and_listed_behind_the_number(self, at_desk, visit):
        Upgrade.objects.filter(service__name__in=("s000", "s019"), done_at=None).update(decision="stop")
        Upgrade.objects.filter(service__name="s018").update(decision="wait", step="", done_at=None)
        renew(at_desk)
        page = visit("Ana").page(PAGE)
        count = Upgrade.objects.filter(decision="stop").count()
        assert f"{count + 1} services wait for somebody without a date; they are not in these dates" in plain(page)
        (address,) = re.findall(r'<a href="(\?undated=are%20stopped[^"#]*)#services">', page)
        stopped = listed(visit("Ana").page(PAGE + address))
        assert stopped == sorted(Upgrade.objects.filter(decision="stop").values_list("service__name", flat=True))
        assert listed(visit("Ana").page(f"{PAGE}?undated=1"))[-1] == "s019"

    def test_all_done(self, at_desk, visit):
        at_desk.tick(ended(at_desk.lives) * DAY)
        Upgrade.objects.update(done_at=at_desk.now, decision="done", step="")
        renew(at_desk)
        assert "All 20 services are done, the last since" in plain(visit("Ana").page(PAGE))

    def test_none_that_has_a_date(self, at_desk, visit):
        Upgrade.objects.filter(done_at=None).update(decision="stop")
        renew(at_desk)
        assert "No date can be given: all that are left wait" in plain(visit("Ana").page(PAGE))

    def test_before_the_loop_has_run(self, at_desk, visit):
        Outlook.objects.all().delete()
        page = visit("Ana").page(PAGE)
        assert "There is no forecast yet" in page
        assert "chairlift up" in page
        assert len(listed(page)) == 20

    def test_without_services(self, at_desk, visit):
        text = lived.text().replace('slug = "tiny"', 'slug = "other"')
        actions.load_campaign(text, "other.toml", "operator", at_desk.now)
        Upgrade.objects.filter(campaign__slug="other").delete()
        renew(at_desk)
        assert "No service takes part yet" in visit("Ana").page("/campaigns/other/timeline")

    def test_a_paused_campaign_says_what_the_dates_assume(self, at_desk, visit):
        actions.pause(at_desk.campaign, "a known problem", "Lena", at_desk.roster, at_desk.now)
        assert "hold if the campaign goes on today" in visit("Ana").page(PAGE)


class TestNumbers:
    def test_each_opens_the_rows_behind_it(self, at_desk, visit):
        page = visit("Ana").page(PAGE)
        found = re.findall(r'<a href="(\?(?:past|late)=[^"#]*)#services">(\d+)', page)
        assert len(found) >= 8
        for address, count in found:
            behind = visit("Ana").page(PAGE + address.replace("&amp;", "&"))
            assert len(listed(behind)) == int(count), address

    def test_rubbish_in_the_address_is_as_if_it_were_not_there(self, visit):
        for words in ("past=nonsense", "past=prepare/nonsense", "past=/", "undated=%00", "burn=%00nothing", "page=x"):
            assert len(listed(visit("Ana").page(f"{PAGE}?{words}"))) in (0, 20)

    def test_the_filters_of_the_sheet(self, visit):
        assert len(listed(visit("Ana").page(f"{PAGE}?squad=Ibis"))) == 10
        assert listed(visit("Ana").page(f"{PAGE}?q=s007")) == ["s007"]
        assert "No service is like that" in visit("Ana").page(f"{PAGE}?q=nothing-like-it")


class TestDrawn:
    def test_a_row_is_read_aloud_with_its_name_and_what_went_on(self, at_desk, visit):
        page = visit("Ana").page(PAGE)
        svgs = drawings(page)
        assert all(svg.get("role") == "img" and svg[0].tag == "title" and svg[1].tag == "desc" for svg in svgs)
        (of_one,) = [svg for svg in svgs if svg[0].text == "s000 along the calendar"]
        assert "prepare from" in of_one[1].text

    def test_no_style_but_the_sheets(self, visit):
        assert "style=" not in visit("Ana").page(PAGE)

    def test_what_was_is_left_of_today_and_what_comes_is_right_of_it(self, at_desk, visit):
        page = visit("Ana").page(PAGE)
        today = float(re.search(r'class="today" x1="([\d.]+)"', page)[1])
        deadline = float(re.search(r'class="deadline" x1="([\d.]+)"', page)[1])
        assert today < deadline
        kinds = set()
        for svg in drawings(page)[1:21]:
            edge = 0.0
            for bar in svg.iter("rect"):
                kind, x, width = bar.get("class"), float(bar.get("x")), float(bar.get("width"))
                kinds.add(kind)
                assert x >= edge - 0.2, "bars do not lie on each other"
                assert 0 <= x <= x + width <= 641.6
                edge = x + width
                if kind.startswith(("past", "at")):
                    assert edge <= today + 2
                else:
                    assert x >= today - 0.2
        assert kinds >= {"past", "at ours", "at squads", "ahead", "likely", "sure"}

    def test_freezes_are_shaded_and_named(self, visit):
        page = visit("Ana").page(PAGE)
        assert 'class="freeze"' in page
        assert "freeze: end of the quarter" in plain(page)

    def test_the_burn_up_of_each_change(self, at_desk, visit):
        page = visit("Ana").page(f"{PAGE}?burn=upgrade")
        assert "How many have passed each step of upgrade" in page
        rows_of_it = re.findall(r'<th scope="row">(plan|create|review|merge|deploy|test)</th>(.*?)</tr>', page)
        assert len(rows_of_it) == 6
        for _, cells in rows_of_it:
            counts = [int(count) for count in re.findall(r">(\d+)<", cells)]
            assert counts == sorted(counts)

    def test_a_few_hours_have_a_calendar_too(self):
        scale = Scale(MONDAY, MONDAY + timedelta(hours=9), 640)
        assert [mark.name for mark in marks(scale, UTC)][:2] == ["09:00", "10:00"]
        assert next(mark.name for mark in marks(Scale(MONDAY, MONDAY + 40 * DAY, 640), UTC)) == "19 Jan"
        assert next(mark.name for mark in marks(Scale(MONDAY, MONDAY + 300 * DAY, 640), UTC)) == "Feb"
        assert next(mark.name for mark in marks(Scale(MONDAY, MONDAY + 4000 * DAY, 640), UTC)) == "Jan 2027"

    def test_labels_do_not_lie_on_each_other(self):
        found = spread([10, 10, 11, 200, 300], 16, 0, 240)
        assert sorted(found) == found
        assert all(b - a >= 16 for a, b in pairwise(found))
        assert found[-1] == 240


class TestWhatIf:
    def ask(self, visit, **words):
        return visit("Ana").get(PAGE, words).content.decode()

    def answers(self, page):
        part = page[page.index('aria-label="What would be"') :]
        rows_of_it = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", part[: part.index("</table>")], re.S)
        return {words: re.findall(r'datetime="([^"]*)"', cells) for words, cells in rows_of_it}

    def test_both_forecasts_stand_beside_each_other(self, at_desk, visit):
        page = self.ask(visit, **{"from": "Review everything", "to": "Hands-off", "wave": "20"})
        as_it_is, if_ = self.answers(page).values()
        assert "If all services of Review everything at Hands-off, 20 upgrades at once" in plain(page)
        assert if_[0] < as_it_is[0]
        assert as_it_is[0] in page[: page.index("What if")]

    def test_nothing_is_changed_by_asking(self, at_desk, visit):
        client = visit("Ana")
        before = list(Upgrade.objects.order_by("pk").values()), Entry.objects.count(), Outlook.objects.values().get()
        client.get(PAGE, {"from": "DIY", "to": "Hands-off", "wave": "3", "start": "2 weeks", "deadline": "-1 week"})
        after = list(Upgrade.objects.order_by("pk").values()), Entry.objects.count(), Outlook.objects.values().get()
        assert after == before

    def test_a_later_deadline_moves_no_date_but_its_own(self, at_desk, visit):
        as_it_is, if_ = self.answers(self.ask(visit, deadline="2 weeks")).values()
        assert if_[:3] == as_it_is[:3]
        assert datetime.fromisoformat(if_[3]) - datetime.fromisoformat(as_it_is[3]) == 14 * DAY

    def test_starting_later_is_later(self, at_desk, visit):
        fields = {"level": "", "admitted_at": None, "done_at": None, "step": "create", "decision": "ask"}
        Upgrade.objects.filter(service__name="s003").update(**fields)
        renew(at_desk)
        as_it_is, if_ = self.answers(self.ask(visit, start="30 weeks")).values()
        assert if_[0] > as_it_is[0]

    @pytest.mark.parametrize(
        ("words", "remedy"),
        [
            ({"wave": "many"}, "write a number such as 20"),
            ({"wave": "0"}, "write a number such as 20"),
            ({"wave": "٣"}, "write a number such as 20"),
            ({"start": "soon"}, "is no duration"),
            ({"start": "-2 days"}, "cannot start earlier than now"),
            ({"deadline": "<b>"}, "is no duration"),
            ({"from": "DIY"}, "Pick both levels"),
            ({"from": "DIY", "to": "<script>"}, "pick one from the list"),
        ],
    )
    def test_what_it_cannot_mean_is_answered_with_a_remedy(self, visit, words, remedy):
        page = self.ask(visit, **words)
        assert remedy in page
        assert "What would be" not in page[page.index('role="alert"') :]
        assert "<script>" not in page
        assert "<b>" not in page

    def test_the_question_stays_while_rows_are_filtered(self, visit):
        page = self.ask(visit, wave="20", squad="Ibis")
        assert '<input type="hidden" name="wave" value="20">' in page
        assert '<input type="hidden" name="squad" value="Ibis">' in page

    def test_nothing_asked_is_nothing_answered(self, at_desk):
        assert Question.of({"wave": " "}, at_desk.campaign.value).words == ""


def test_ten_more_rows_add_no_query(at_desk, visit):
    client = visit("Ana")
    address = f"{PAGE}?wave=20"

    before = client.cost(address)
    for place in range(10):
        at_desk.service(f"more{place}", files=None)
    at_desk.load(lived.text())
    renew(at_desk)
    assert client.cost(address) == before <= 15


def test_it_comes_in_pages_of_a_bounded_size(at_desk, visit):
    for place in range(rows.A_PAGE):
        at_desk.service(f"m{place:03}" + "x" * 116, files=None, repo=f"m{place}")
    at_desk.load(lived.text())
    renew(at_desk)
    client = visit("Ana")
    first = client.page(PAGE)
    assert len(listed(first)) == rows.A_PAGE
    assert "?page=2#services" in first
    assert len(listed(client.page(f"{PAGE}?page=2"))) == 20
    assert len(first) < 300_000


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "a/b/timeline", "שלום", "🎿 lift", "a?b#c&d=e", "]]>&amp;"]
)
def test_names_hold_anything(at_desk, visit, name):
    at_desk.service(name, files=None, repo="odd")
    at_desk.load(lived.text().replace("end of the quarter", "<b>quarter</b>"))
    renew(at_desk)
    page = visit("Ana").page(f"{PAGE}?undated=<script>&past=<b>&burn=<b>")
    assert "<script>" not in page
    assert "<b>" not in page
    assert drawings(visit("Ana").page(PAGE))
