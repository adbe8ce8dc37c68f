"""What people press: recorded under their name, once, all or nothing."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chairlift.core.log import Kind
from chairlift.server.models import Entry, Upgrade

CHOOSE = "/campaigns/tiny/choose"
SAY = "/campaigns/tiny/say/shop"


def entries(kind):
    return list(
        Entry.objects.filter(kind=kind).order_by("pk").values_list("upgrade__service__name", "by", "about", "text")
    )


class TestChoosing:
    def test_for_many_at_once(self, at_desk, visit):
        form = {"service": ["shop", "cart"], "level": "DIY", "why": "we know it", "before-shop": "", "before-cart": ""}
        answer = visit("Ana").post(CHOOSE, form, follow=True)
        assert "Recorded: DIY for 2 of 2 services" in answer.content.decode()
        assert entries(Kind.CHOSE) == [("shop", "Ana", "DIY", "we know it"), ("cart", "Ana", "DIY", "we know it")]

    def test_a_form_that_is_sent_twice_is_recorded_once(self, at_desk, visit):
        client = visit("Ana")
        for _ in range(2):
            assert client.post(CHOOSE, {"service": "shop", "level": "DIY", "before-shop": ""}).status_code == 302
        assert len(entries(Kind.CHOSE)) == 1

    def test_all_of_them_or_none(self, at_desk, visit):
        form = {"service": ["shop", "bare", "desk", "nowhere"], "level": "Hands-off"}
        answer = visit("Ana").post(CHOOSE, form)
        page = answer.content.decode()
        assert (answer.status_code, entries(Kind.CHOSE)) == (409, [])
        assert "bare has none" in page
        assert "Ana is neither in Ibis" in page
        assert "nowhere" in page
        # What they ticked is still ticked.
        assert 'value="shop" checked' in page

    def test_for_all_services_of_a_large_squad(self, at_desk, visit):
        names = [f"many{place}" for place in range(600)]
        for name in names:
            at_desk.service(name, files=None)
        at_desk.load()
        form = {"service": names, "level": "DIY", **{f"before-{name}": "" for name in names}}
        answer = visit("Ana").post(CHOOSE, form, follow=True)
        assert "DIY for 600 of 600 services" in answer.content.decode()

    def test_a_promised_day_opens_a_level(self, at_desk, visit):
        form = {"service": "bare", "level": "Hands-off", "docs_by": "2026-01-30"}
        assert visit("Ana").post(CHOOSE, form).status_code == 302
        assert entries(Kind.PROMISED) == [("bare", "Ana", "2026-01-30", "deploy documentation")]

    @pytest.mark.parametrize("day", ["2026-01-01", "soon", "30.1.2026"])
    def test_but_not_any_day(self, at_desk, visit, day):
        answer = visit("Ana").post(CHOOSE, {"service": "bare", "level": "Hands-off", "docs_by": day})
        assert (answer.status_code, entries(Kind.CHOSE), entries(Kind.PROMISED)) == (409, [], [])

    def test_of_two_people_at_once_the_second_is_told(self, at_desk, visit):
        slow = visit("Ana")
        slow.page(CHOOSE)
        visit("Bo").post(CHOOSE, {"service": "shop", "level": "DIY", "before-shop": ""})
        answer = slow.post(CHOOSE, {"service": "shop", "level": "Review everything", "before-shop": ""})
        assert "somebody chose &#x27;DIY&#x27; meanwhile" in answer.content.decode()
        assert [row[:3] for row in entries(Kind.CHOSE)] == [("shop", "Bo", "DIY")]

    @pytest.mark.parametrize(
        "form", [{}, {"service": "shop"}, {"level": "DIY"}, {"service": "shop", "level": "Nonsense"}]
    )
    def test_half_a_form_changes_nothing(self, at_desk, visit, form):
        assert visit("Ana").post(CHOOSE, form).status_code == 409
        assert entries(Kind.CHOSE) == []


class TestChoosingForAllThatMatch:
    @pytest.fixture
    def many(self, at_desk):
        for place in range(120):
            at_desk.service(f"many{place:03}", files=None)
        at_desk.load()
        return at_desk

    def form(self, page, **more):
        return {"all": re.search(r'name="all" value="(\d+)"', page)[1],
                "seen": re.search(r'name="seen" value="(\w+)"', page)[1], "level": "DIY", **more}  # fmt: skip

    def test_on_all_pages(self, many, visit):
        client = visit("Ana")
        page = client.page(CHOOSE)
        assert "Record it for all 124 services, on every page</button>" in page
        answer = client.post(f"{CHOOSE}?page=2", self.form(page, why="we know it"), follow=True)
        assert "Recorded: DIY for 124 of 124 services" in answer.content.decode()
        chosen = entries(Kind.CHOSE)
        assert {row[1:] for row in chosen} == {("Ana", "DIY", "we know it")}
        assert len(chosen) == 124
        # Another squad's is none of theirs, however the address is written.
        assert many.row("desk").level == ""

    def test_by_the_filter_of_the_address(self, many, visit):
        client = visit("Ana")
        many.choose("many001", "DIY")
        address = f"{CHOOSE}?q=many00&level=none"
        page = client.page(address)
        assert "Record it for all 9 services that match</button>" in page
        assert client.post(address, self.form(page)).status_code == 302
        names = Upgrade.objects.filter(level="DIY").values_list("service__name", flat=True)
        assert sorted(names) == [f"many00{place}" for place in range(10)]
        assert "None of your services is like that" in client.page(address)

    def test_another_squads_filter_opens_nothing(self, many, visit):
        client = visit("Ana")
        form = self.form(client.page(CHOOSE))
        assert client.post(f"{CHOOSE}?squad=Ibis", form).status_code == 409
        assert entries(Kind.CHOSE) == []

    def test_what_is_so_already_is_not_recorded_again(self, many, visit):
        many.choose("shop", "DIY")
        client = visit("Ana")
        before = len(entries(Kind.CHOSE))
        answer = client.post(CHOOSE, self.form(client.page(CHOOSE)), follow=True)
        assert "DIY for 123 of 124 services" in answer.content.decode()
        assert len(entries(Kind.CHOSE)) == before + 123

    def test_where_their_number_has_changed_it_says_so_and_changes_nothing(self, many, visit):
        client = visit("Ana")
        form = self.form(client.page(CHOOSE))
        many.service("onemore", files=None)
        many.load()
        answer = client.post(CHOOSE, form)
        assert "you saw 124 services; now 125 match" in answer.content.decode()
        assert (answer.status_code, entries(Kind.CHOSE)) == (409, [])
        # The page has counted anew.
        again = self.form(answer.content.decode())
        assert client.post(CHOOSE, again).status_code == 302
        assert len(entries(Kind.CHOSE)) == 125

    def test_where_somebody_chose_meanwhile_it_says_so_and_changes_nothing(self, many, visit):
        client = visit("Ana")
        form = self.form(client.page(CHOOSE))
        visit("Bo").post(CHOOSE, {"service": "shop", "level": "Review everything", "before-shop": ""})
        answer = client.post(CHOOSE, form)
        assert "something else is chosen for some of them" in answer.content.decode()
        assert [row[:3] for row in entries(Kind.CHOSE)] == [("shop", "Bo", "Review everything")]

    @pytest.mark.parametrize("broken", [{"seen": ""}, {"all": "x", "seen": "x"}, {"level": ""}, {"level": "Nonsense"}])
    def test_half_a_form_changes_nothing(self, many, visit, broken):
        client = visit("Ana")
        form = {**self.form(client.page(CHOOSE)), **broken}
        answer = client.post(CHOOSE, form)
        assert (answer.status_code, entries(Kind.CHOSE)) == (409, [])
        assert answer.content.decode().count("<li>") <= 60

    def test_one_that_may_not_have_it_and_nothing_is_recorded(self, many, visit):
        client = visit("Ana")
        form = self.form(client.page(CHOOSE), level="Hands-off")
        answer = client.post(CHOOSE, form)
        assert "bare: " in answer.content.decode()
        assert (answer.status_code, entries(Kind.CHOSE)) == (409, [])

    def test_ten_more_cost_no_query(self, many, visit):
        client, costs = visit("Ana"), []
        for level in ("DIY", "Review everything"):
            form = self.form(client.page(f"{CHOOSE}?q=many"), level=level)
            with CaptureQueriesContext(connection) as asked:
                assert client.post(f"{CHOOSE}?q=many", form).status_code == 302
            costs.append(len(asked))
            for place in range(10):
                many.service(f"manymore{len(costs)}{place}", files=None)
            many.load()
        assert costs[0] == costs[1] <= 30


class TestWords:
    def say(self, visit, what, why="", by="Ana", **more):
        return visit(by).post(SAY, {"what": what, "why": why, **more}, follow=True)

    def test_objecting_holds_it_once_until_somebody_resumes(self, at_desk, visit):
        for _ in range(2):
            assert "Held" in self.say(visit, "hold", "not on Friday").content.decode()
        assert entries(Kind.HELD) == [("shop", "Ana", "", "not on Friday")]
        assert "Let it go on" in visit("Bo").page("/campaigns/tiny/services/shop")
        for _ in range(2):
            self.say(visit, "resume", by="Bo")
        assert [row[:2] for row in entries(Kind.RESUMED)] == [("shop", "Bo")]

    def test_an_objection_needs_a_reason(self, at_desk, visit):
        answer = self.say(visit, "hold")
        assert "Say why" in answer.content.decode()
        assert (answer.status_code, entries(Kind.HELD)) == (409, [])

    def test_deployed_and_tested(self, at_desk, visit):
        self.say(visit, "deployed", environment="stage")
        self.say(visit, "tested", "clicked through it", environment="production")
        assert entries(Kind.DEPLOYED) == [("shop", "Ana", "stage", "")]
        assert entries(Kind.TESTED) == [("shop", "Ana", "production", "clicked through it")]

    def test_not_in_an_environment_that_is_not_there(self, at_desk, visit):
        assert "there are: stage, production" in self.say(visit, "deployed", environment="moon").content.decode()
        assert entries(Kind.DEPLOYED) == []

    def test_an_update_has_words(self, at_desk, visit):
        self.say(visit, "said", "  ")
        self.say(visit, "said", "on track")
        assert entries(Kind.SAID) == [("shop", "Ana", "", "on track")]

    def test_rubbish_changes_nothing(self, at_desk, visit):
        said = Entry.objects.exclude(kind=Kind.MADE)
        before = said.count()
        for what in ("", "drop", "__class__"):
            assert self.say(visit, what, "x").status_code == 409
        assert said.count() == before


def test_what_is_no_text_is_refused(at_desk, visit):
    client, before = visit("Ana"), Entry.objects.count()
    assert client.post(CHOOSE, {"service": "shop\0", "level": "DIY"}).status_code == 400
    assert client.post(SAY, {"what": "said", "why": "on\0track"}).status_code == 400
    assert client.get("/campaigns/ti%00ny/services/shop").status_code == 400
    assert Entry.objects.count() == before


def test_the_project_team_pauses_and_goes_on(at_desk, visit):
    lead = visit("Lena")
    lead.post("/campaigns/tiny/say", {"what": "pause", "why": "a known problem"})
    assert "a known problem (Lena)" in visit("Ana").page("/campaigns/tiny/sheet")
    lead.post("/campaigns/tiny/say", {"what": "restart"})
    assert "Paused:" not in visit("Ana").page("/campaigns/tiny/sheet")
    assert [row[1] for row in entries(Kind.PAUSED) + entries(Kind.RESTARTED)] == ["Lena", "Lena"]
