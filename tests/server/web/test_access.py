"""Every address meets every kind of person; what the table does not name is closed."""

from __future__ import annotations

import pytest
from django.urls import get_resolver, reverse

from chairlift.server import actions
from chairlift.server.models import Entry, Upgrade
from chairlift.server.web.access import CALLS, TABLE, Need
from tests.server import world

#: Ana is of Heron, which owns the shop; Cy is of Ibis; Lena leads, Mats manages.
PEOPLE = ("", "Ana", "Cy", "Lena", "Mats")
SQUADS, TEAM = {"Ana"}, {"Lena", "Mats"}
ARGUMENTS = {
    "sign-in-with": ["company"],
    "sign-in-back": ["company"],
    "menu": ["tiny"],
    "choose": ["tiny"],
    "sheet": ["tiny"],
    "board": ["tiny"],
    "again": ["tiny"],
    "log": ["tiny"],
    "change": ["tiny", "upgrade", "shop"],
    "campaign-say": ["tiny"],
    "sheet-export": ["tiny", "csv"],
    "squad": ["tiny", "Heron"],
    "service": ["tiny", "shop"],
    "service-say": ["tiny", "shop"],
}
#: Nothing was planned there yet, and nothing was configured.
NOT_THERE = {"change", "sign-in-back"}


@pytest.fixture(autouse=True)
def failing(at_desk):
    """What may be tried again must have failed."""
    Upgrade.objects.filter(service__name="shop").update(decision="refused", why="the forge said no")


def names():
    return [pattern.name for pattern in get_resolver().url_patterns]


def may(need, person):
    if need is Need.ANYONE:
        return True
    if need is Need.READER:
        return bool(person)
    if need is Need.SQUAD:
        return person in SQUADS | TEAM
    return need is Need.TEAM and person in TEAM


def test_every_address_has_a_rule_and_every_rule_an_address():
    assert sorted(names()) == sorted([*TABLE, *CALLS])


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("name", sorted(TABLE))
class TestEachPersonAtEachAddress:
    def test_reading(self, visit, name, person):
        rule = TABLE[name]
        answer = visit(person).get(reverse(name, args=ARGUMENTS.get(name, [])))
        if rule.read is Need.NOBODY:
            assert answer.status_code == 405
        elif may(rule.read, person):
            assert answer.status_code == (404 if name in NOT_THERE else 200)
        else:
            assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/sign-in")

    def test_writing(self, visit, name, person):
        rule = TABLE[name]
        client = visit(person)
        before = Entry.objects.count()
        form = {"what": "hold", "why": "wait", "service": "shop", "level": "DIY"}
        answer = client.post(reverse(name, args=ARGUMENTS.get(name, [])), form)
        wrote = Entry.objects.count() > before
        if rule.write is Need.NOBODY:
            assert (answer.status_code, wrote) == (405, False)
        elif not person and rule.write is not Need.ANYONE:
            assert (answer.status_code, answer["Location"].partition("?")[0], wrote) == (302, "/sign-in", False)
        elif rule.write in (Need.SQUAD, Need.TEAM):
            assert wrote is may(rule.write, person)
            # Choosing is for many services at once: the answer says of each why it is not theirs.
            assert wrote or answer.status_code == (409 if name == "choose" else 403)
            newest = Entry.objects.order_by("pk").last()
            assert not wrote or newest.by == person
        else:
            assert not wrote


def test_what_has_no_rule_is_closed(visit, monkeypatch):
    client = visit("Lena")
    monkeypatch.setattr("chairlift.server.web.access.TABLE", {k: v for k, v in TABLE.items() if k != "menu"})
    assert "closed" in client.page("/campaigns/tiny/", status=403)


def test_who_left_the_company_is_out_at_once(at_desk, visit):
    client = visit("Cy")
    client.page("/")
    gone = (world.PEOPLE + at_desk.services).replace('"Cy"', '"Dee"')
    actions.load_roster(gone, "services.toml", "operator", at_desk.now)
    assert client.get("/").status_code == 302


def test_a_form_from_another_site_is_refused(at_desk, visit):
    client = visit("Ana")
    client.handler.enforce_csrf_checks = True
    before = Entry.objects.count()
    answer = client.post("/campaigns/tiny/say/shop", {"what": "hold", "why": "wait"})
    assert (answer.status_code, Entry.objects.count()) == (403, before)
    assert "Nothing was changed" in answer.content.decode()


@pytest.mark.parametrize("address", ["/sign-in", "/", "/nowhere", "/healthz", "/static/chairlift/chairlift.css"])
def test_a_browser_is_told_to_show_and_nothing_else(visit, address):
    policy = visit("Ana").get(address)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
