"""Every address meets every kind of person; what the table does not name is closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver, reverse

from chairlift.server import actions, drafts
from chairlift.server.models import ApiToken, Campaign, Delivery, Draft, Entry, SheetConflict, SheetDraft, Upgrade
from chairlift.server.web import calendars
from chairlift.server.web.access import CALLS, TABLE, Need
from tests.server import world
from tests.server.world import MONDAY

#: Ana is of Heron, which owns the shop; Cy is of Ibis; Lena leads, Mats manages; Olga operates the server.
PEOPLE = ("", "Ana", "Cy", "Lena", "Mats", "Olga")
SQUADS, TEAM, OPERATORS = {"Ana"}, {"Lena", "Mats"}, {"Olga"}
#: Whom each need lets in, signed in as they are.
MAY = {
    Need.READER: set(PEOPLE) - {""},
    Need.SQUAD: SQUADS | TEAM,
    Need.TEAM: TEAM,
    Need.OPERATOR: OPERATORS,
    Need.TEAM_OR_OPERATOR: TEAM | OPERATORS,
}
ARGUMENTS = {
    "sign-in-with": ["company"],
    "sign-in-back": ["company"],
    "hook": ["local"],
    "menu": ["tiny"],
    "choose": ["tiny"],
    "deliveries": ["tiny"],
    "calendar-key": ["tiny"],
    "sheet": ["tiny"],
    "board": ["tiny"],
    "again": ["tiny"],
    "import": ["tiny"],
    "import-seen": ["tiny", 1],
    "conflicts": ["tiny"],
    "log": ["tiny"],
    "change": ["tiny", "upgrade", "shop"],
    "campaign-say": ["tiny"],
    "sheet-export": ["tiny", "csv"],
    "timeline": ["tiny"],
    "squad": ["tiny", "Heron"],
    "report": ["tiny"],
    "report-paste": ["tiny", "md"],
    "report-rows": ["tiny", "merged"],
    "service": ["tiny", "shop"],
    "service-say": ["tiny", "shop"],
    "admin": ["tiny"],
    "campaign-file": ["tiny"],
    "campaign-draft": ["tiny", 902],
    "operator-draft": [901],
    "operator-draft-text": [901],
}
#: Nothing was planned there yet, and nothing was configured.
NOT_THERE = {"change", "sign-in-back"}


#: What is for many services at once is open to all readers, and says of each service why it is not theirs.
FOR_MANY = {"choose", "import-seen", "conflicts"}


@pytest.fixture(autouse=True)
def failing(at_desk, request):
    """What may be tried again must have failed; what may be settled must differ; a sheet is its reader's own."""
    Upgrade.objects.filter(service__name="shop").update(decision="refused", why="the forge said no")
    SheetConflict.objects.create(
        pk=1, campaign=at_desk.campaign, service="shop", heading="Level", theirs="DIY", why="both", since=at_desk.now
    )
    person = getattr(request.node, "callspec", None) and request.node.callspec.params.get("person", "")
    data = b"Service,Level\nshop,DIY\n"
    SheetDraft.objects.create(
        pk=1, campaign=at_desk.campaign, person=person or "", name="a.csv", data=data, at=at_desk.now
    )
    until = at_desk.now + timedelta(days=1)
    ApiToken.objects.create(pk=901, person="Cy", scopes="read", made_at=at_desk.now, until=until)
    made = {"by": "Olga", "made_at": at_desk.now}
    for number, campaign in ((901, None), (902, at_desk.campaign)):
        held = drafts.holds(campaign)[0]
        Draft.objects.create(pk=number, campaign=campaign, text=f"{held}\n# more", began=drafts.edition(held), **made)


def address(name):
    if name == "calendar":
        calendars.renew("Ana", "Heron", MONDAY)
        return calendars.address("Ana", "Heron").removeprefix(settings.URL)
    return reverse(name, args=ARGUMENTS.get(name, []))


#: The words of every other form.
FORM = {
    "what": "hold", "why": "wait", "service": "shop", "level": "DIY", "squad": "Heron", "conflict": 1, "take": "sheet"
}  # fmt: skip


def form_of(name):
    """What is sent there; for all other addresses the words of the first one."""
    edited = {"text": f"{drafts.holds(Campaign.objects.get() if name == 'campaign-file' else None)[0]}\n# more"}
    return {
        "admin": {"what": "exempt", "service": "shop", "until": "2026-03-01", "why": "wait"},
        "campaign-file": edited,
        "operator-access": {"end": "token 901"},
        "operator-services": edited,
        "operator-import": {"file": SimpleUploadedFile("s.csv", b"Service,Squad,Repo\nnew,Heron,new\n")},
    }.get(
        name,
        FORM,
    )


def written():
    return Entry.objects.count() + Draft.objects.count()


def names():
    return [pattern.name for pattern in get_resolver().url_patterns]


def may(need, person):
    return need is Need.ANYONE or person in MAY[need]


def test_every_address_has_a_rule_and_every_rule_an_address():
    assert sorted(names()) == sorted([*TABLE, *CALLS])


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("name", sorted(TABLE))
class TestEachPersonAtEachAddress:
    def test_reading(self, visit, name, person):
        rule = TABLE[name]
        answer = visit(person).get(address(name))
        if rule.read is Need.NOBODY:
            assert answer.status_code == 405
        elif rule.read is Need.METRICS:
            assert answer.status_code == 401
        elif may(rule.read, person):
            assert answer.status_code == (404 if name in NOT_THERE else 200)
        elif person:
            assert answer.status_code == 403
        else:
            assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/sign-in")

    def test_writing(self, visit, name, person):
        rule = TABLE[name]
        client = visit(person)
        where, form = address(name), dict(form_of(name))
        before, entries = written(), Entry.objects.count()
        if name == "deliveries":
            entry = Entry.objects.exclude(campaign=None).latest("pk")
            form["delivery"] = Delivery.objects.create(endpoint="x", state="lost", entry=entry).pk
        answer = client.post(where, form)
        wrote = written() > before
        if rule.write is Need.NOBODY:
            assert (answer.status_code, wrote) == (405, False)
        elif not person and rule.write is not Need.ANYONE:
            assert (answer.status_code, answer["Location"].partition("?")[0], wrote) == (302, "/sign-in", False)
        elif rule.write in (Need.SQUAD, Need.TEAM, Need.OPERATOR, Need.TEAM_OR_OPERATOR):
            assert wrote is may(rule.write, person)
            # Choosing is for many services at once: the answer says of each why it is not theirs.
            assert wrote or answer.status_code == (409 if name in FOR_MANY else 403)
            more = Entry.objects.count() > entries
            newest = (Entry.objects if more else Draft.objects.exclude(pk__in=(901, 902))).order_by("pk").last()
            assert not wrote or newest.by == person
        else:
            # What lets somebody in is written down under who made it, were it for themselves alone.
            made = wrote and Entry.objects.latest("pk")
            assert not made or (name, made.by, made.kind) == ("calendar-key", person, "made")


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
