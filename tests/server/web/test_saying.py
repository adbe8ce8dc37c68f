"""What people press: recorded under their name, once, all or nothing."""

from __future__ import annotations

import pytest

from chairlift.core.log import Kind
from chairlift.server.models import Entry

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
        before = Entry.objects.count()
        for what in ("", "drop", "__class__"):
            assert self.say(visit, what, "x").status_code == 409
        assert Entry.objects.count() == before


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
