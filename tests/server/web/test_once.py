"""A form that comes twice is done once; one that came to nothing may come again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from chairlift.core.log import Kind
from chairlift.server.models import Entry, SentForm
from chairlift.server.web.once import KEPT

SAY, SERVICE = "/campaigns/tiny/say/shop", "/campaigns/tiny/services/shop"


def words(kind=Kind.SAID):
    return list(Entry.objects.filter(kind=kind).order_by("pk").values_list("by", "text"))


def number(page):
    return re.search(r'name="once" value="([^"]+)"', page)[1]


@pytest.mark.parametrize("what", ["said", "tested", "deployed", "retry"])
def test_a_word_that_is_sent_twice_is_recorded_once(at_desk, visit, what):
    client = visit("Ana")
    before = Entry.objects.count()
    form = {"what": what, "why": "fine", "environment": "stage", "once": number(client.page(SERVICE))}
    answers = [client.post(SAY, form, headers={"Referer": f"http://testserver{SERVICE}"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[1]["Location"].endswith(SERVICE)
    assert Entry.objects.count() == before + 1


def test_the_second_of_two_leads_to_no_other_site(at_desk, visit):
    client = visit("Ana")
    form = {"what": "said", "why": "fine", "once": "n1"}
    client.post(SAY, form)
    assert client.post(SAY, form, headers={"Referer": "http://elsewhere.test/"})["Location"] == "/"


def test_each_page_has_a_number_of_its_own(at_desk, visit):
    client = visit("Ana")
    for _ in range(2):
        client.post(SAY, {"what": "said", "why": "fine", "once": number(client.page(SERVICE))})
    assert words() == [("Ana", "fine")] * 2


def test_what_came_to_nothing_may_be_mended_and_sent_again(at_desk, visit):
    client = visit("Ana")
    form = {"what": "said", "why": " ", "once": number(client.page(SERVICE))}
    assert client.post(SAY, form).status_code == 409
    assert client.post(SAY, {**form, "why": "fine"}).status_code == 302
    assert words() == [("Ana", "fine")]
    choose = {"service": "bare", "level": "Hands-off", "once": "n1"}
    assert client.post("/campaigns/tiny/choose", choose).status_code == 409
    assert client.post("/campaigns/tiny/choose", {**choose, "level": "DIY"}).status_code == 302
    assert [by for by, _ in words(Kind.CHOSE)] == ["Ana"]


def test_one_persons_number_is_not_anothers(at_desk, visit):
    for person in ("Ana", "Bo"):
        visit(person).post(SAY, {"what": "said", "why": "fine", "once": "n1"})
    assert words() == [("Ana", "fine"), ("Bo", "fine")]


def test_it_leads_to_no_other_site(at_desk, visit):
    client = visit("Ana")
    for _ in range(2):
        form = {"what": "said", "why": "fine", "once": "n1"}
        answer = client.post(SAY, form, headers={"Referer": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_old_numbers_are_forgotten(at_desk, visit):
    client = visit("Ana")
    client.post(SAY, {"what": "said", "why": "fine", "once": "n1"})
    at_desk.tick(KEPT + timedelta(minutes=1))
    client.post(SAY, {"what": "said", "why": "fine", "once": "n2"})
    assert list(SentForm.objects.values_list("number", flat=True)) == ["n2"]
