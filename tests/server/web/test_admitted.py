"""Who can come in: all that lets somebody in is listed for the operator alone, and what they end is over at once."""

from __future__ import annotations

import html
import logging
import re
from datetime import timedelta

import pytest

from chairlift.server import actions
from chairlift.server.models import ApiToken, CalendarKey, Entry, Session, SignInLink
from chairlift.server.web import calendars, links, sessions, tokens
from chairlift.server.web.scopes import Scope
from tests.server import world
from tests.server.web.coming import come

PAGE = "/operator/access"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def words(page):
    """As it is read."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def buttons(page):
    return [html.unescape(each) for each in re.findall(r'name="end" value="([^"]*)"', page)]


def one(page, kind):
    """The only thing of that kind that may be ended."""
    (found,) = (each for each in buttons(page) if each.startswith(kind))
    return found


def ended():
    return [(each.by, each.about) for each in Entry.objects.filter(kind="ended").order_by("pk")]


@pytest.fixture
def olga(visit):
    return visit("Olga")


@pytest.fixture
def token(at_desk):
    return tokens.make("Ana", [Scope.READ, Scope.ACT], at_desk.roster, at_desk.now, name="<CI>")


@pytest.fixture
def everything(at_desk, visit, token):
    """One of each that is Ana's; her browser, and what is secret of them."""
    link = links.make("Ana", at_desk.roster, at_desk.now)
    calendars.renew("Ana", "Heron", at_desk.now)
    browser = visit()
    browser.defaults["HTTP_USER_AGENT"] = FIREFOX
    browser.enter(at_desk, "Ana")
    return browser, (
        token[1],
        link.partition("key=")[2],
        calendars.address("Ana", "Heron"),
        browser.session.session_key,
    )


@pytest.mark.parametrize("person", ["Ana", "Lena", "Mats"])
def test_it_is_the_operators_alone(visit, token, person):
    client = visit(person)
    client.page(PAGE, 403)
    assert client.post(PAGE, {"end": f"token {token[0].pk}"}).status_code == 403
    assert ended() == []


class TestWhatIsShown:
    def test_all_that_lets_somebody_in(self, everything, token, olga):
        page = words(olga.page(PAGE))
        name = f"Token {token[0].pk}, <CI> Ana read, act"
        for said in ("Firefox on Linux Ana a link", name, "never", "Heron Ana", "Sign out"):
            assert said in page
        for title in ("Sessions 2", "Tokens of programs 1", "Sign-in links 1", "Calendar addresses 1"):
            assert title in page
        assert "None" not in page

    def test_no_secret_and_no_digest(self, everything, olga):
        page = olga.page(f"{PAGE}?all=1")
        rows = [*ApiToken.objects.values_list("digest"), *SignInLink.objects.values_list("digest")]
        secrets = [*everything[1], *(each for (each,) in rows), CalendarKey.objects.get().nonce]
        assert len(secrets) >= 8
        assert not [each for each in secrets if each in page]

    def test_times_are_the_readers_with_the_instant_on_hover(self, token, olga):
        olga.post("/you", {"what": "settings", "theme": "", "zone": "Asia/Tokyo"})
        assert 'title="2026-01-12 09:00:00 UTC">Mon 12 Jan, 18:00</time>' in olga.page(PAGE)

    def test_where_there_is_nothing_it_says_how_to_make_some(self, olga):
        page = words(olga.page(PAGE))
        for said in ("chairlift token PERSON --scope read", "chairlift sign-in PERSON"):
            assert said in page

    def test_where_nothing_was_made_or_ended_it_says_what_would_be_seen(self, at_desk, there, visit):
        file = at_desk.home / "chairlift.toml"
        file.write_text('operators = ["Ana"]\n' + file.read_text())
        ana = visit()
        assert come(ana).status_code == 302
        page = words(ana.page(PAGE))
        for said in ("Nothing was made or ended yet", "chairlift access --end"):
            assert said in page

    def test_who_made_what_is_written_down(self, at_desk, everything, olga):
        page = words(olga.page(PAGE))
        for said in ("Made a sign-in link of Ana operator", "Made the calendar of Heron for Ana Ana"):
            assert said in page
        made = [(each.by, each.about, each.campaign) for each in Entry.objects.filter(kind="made").order_by("pk")]
        assert made[0] == ("operator", f"token {ApiToken.objects.get().pk} of Ana (<CI>)", None)
        assert ("Ana", "the calendar of Heron for Ana", None) in made
        assert made.count(("operator", "a sign-in link of Ana", None)) == 2
        # A campaign's log is of the campaign.
        olga.page("/campaigns/tiny/log?kind=made")
        assert "a sign-in link of" not in olga.page("/campaigns/tiny/log")

    def test_who_left_is_not_let_in_and_the_page_says_so(self, at_desk, everything, olga):
        gone = (world.PEOPLE + at_desk.services).replace('"Ana"', '"Ann"').replace("ana-f", "ann-f")
        actions.load_roster(gone, "services.toml", "operator", at_desk.now)
        assert olga.page(PAGE).count("in the services file no more") == 4

    def test_a_session_that_waits_for_a_provider_is_nobodys(self, at_desk, olga):
        Session.objects.create(pk="x", expire_date=at_desk.now + timedelta(hours=1))
        assert "Sessions 1" in words(olga.page(f"{PAGE}?all=1"))


class TestSearchAndPages:
    @pytest.mark.parametrize(
        ("search", "kinds"),
        [
            ("ANA", ["session", "token", "link", "calendar"]),
            ("firefox", ["session"]),
            ("ci act", ["token"]),
            ("ana heron", ["calendar"]),
            ("nothing-like-it", []),
        ],
    )
    def test_every_word_must_be_found(self, everything, olga, search, kinds):
        page = olga.page(f"{PAGE}?q={search}")
        assert [each.partition(" ")[0] for each in buttons(page)] == kinds
        assert ("None of “nothing-like-it”" in page) is (not kinds)

    def test_each_list_has_pages_of_its_own(self, at_desk, olga):
        for _ in range(51):
            tokens.make("Ana", [Scope.READ], at_desk.roster, at_desk.now)
        calendars.renew("Ana", "Heron", at_desk.now)
        first, second = olga.page(f"{PAGE}?q=ana"), olga.page(f"{PAGE}?q=ana&tokens=2")
        assert 'href="?q=ana&amp;tokens=2"' in first
        assert [page.count('value="token ') for page in (first, second)] == [50, 1]
        assert [page.count('value="calendar ') for page in (first, second)] == [1, 1]
        for odd in ("0", "x", "99", "%00"):
            assert olga.page(f"{PAGE}?tokens={odd}&q={odd}")

    def test_ten_more_rows_add_no_query(self, at_desk, visit, olga):
        def more():
            visit("Ana")
            links.make("Ana", at_desk.roster, at_desk.now)
            row, _ = tokens.make("Ana", [Scope.READ], at_desk.roster, at_desk.now)
            calendars.renew("Ana", f"squad {row.pk}", at_desk.now)
            olga.post(PAGE, {"end": f"token {row.pk}"})
            tokens.make("Ana", [Scope.READ], at_desk.roster, at_desk.now)

        more()
        before = olga.cost(f"{PAGE}?all=1")
        for _ in range(10):
            more()
        page = olga.page(f"{PAGE}?all=1")
        assert page.count("<tr>") > 60
        assert olga.cost(f"{PAGE}?all=1") == before <= 25


class TestEnding:
    def test_a_token_in_the_middle_of_use(self, everything, token, olga):
        bearer = {"Authorization": f"Bearer {token[1]}"}
        assert olga.get("/api/v1/campaigns", headers=bearer).status_code == 200
        answer = olga.post(f"{PAGE}?q=ana", {"end": one(olga.page(PAGE), "token")})
        assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}?q=ana")
        refused = olga.get("/api/v1/campaigns", headers=bearer)
        assert (refused.status_code, refused["Content-Type"]) == (401, "application/problem+json")
        assert refused.json()["type"] == "urn:chairlift:problem:token"
        assert "taken back" in refused.json()["detail"]
        page = words(olga.page(PAGE))
        assert f"Ended: token {token[0].pk} of Ana (<CI>)." in page
        assert f"Ended token {token[0].pk} of Ana (<CI>) Olga" in page
        assert f"Made token {token[0].pk} of Ana (<CI>): read act operator" in page
        assert ended() == [("Olga", f"token {token[0].pk} of Ana (<CI>)")]

    def test_a_session_in_the_middle_of_a_form(self, everything, olga, caplog):
        caplog.set_level(logging.INFO)
        ana = everything[0]
        ana.page("/campaigns/tiny/services/shop")
        olga.post(PAGE, {"end": next(each for each in buttons(olga.page(f"{PAGE}?q=ana")) if "session" in each)})
        count = Entry.objects.count()
        answer = ana.post("/campaigns/tiny/say/shop", {"what": "hold", "why": "wait"})
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/sign-in")
        assert Entry.objects.count() == count
        assert ana.get("/", headers={"HX-Request": "true"}).status_code == 401
        assert ana.get("/").status_code == 302
        assert olga.get(PAGE).status_code == 200
        assert ended() == [("Olga", "a session of Ana, Firefox on Linux")]
        assert "Olga ended a session of Ana, Firefox on Linux" in caplog.text

    def test_a_link_before_its_person_came(self, at_desk, visit, everything, olga):
        olga.post(PAGE, {"end": one(olga.page(PAGE), "link")})
        stranger = visit()
        answer = stranger.post("/sign-in", {"key": everything[1][1]})
        assert answer.status_code == 403
        assert "taken back" in answer.content.decode()
        assert stranger.get("/").status_code == 302
        assert ended() == [("Olga", "a sign-in link of Ana")]

    def test_a_calendar_address(self, everything, olga):
        address = everything[1][2].partition("/calendar/")[2]
        assert olga.get(f"/calendar/{address}").status_code == 200
        olga.post(PAGE, {"end": one(olga.page(PAGE), "calendar")})
        assert olga.get(f"/calendar/{address}").status_code == 404
        assert ended() == [("Olga", "the calendar of Heron for Ana")]

    def test_one_of_many_and_no_other(self, at_desk, visit, token, olga):
        other, _ = tokens.make("Ana", [Scope.READ], at_desk.roster, at_desk.now)
        clients = [visit("Ana") for _ in range(3)]
        olga.post(PAGE, {"end": f"session {sessions.name_of(clients[1].session.session_key)} Ana"})
        assert [each.get("/").status_code for each in clients] == [200, 302, 200]
        olga.post(PAGE, {"end": f"token {token[0].pk}"})
        other.refresh_from_db()
        assert other.revoked_at is None

    def test_ones_own_session_is_asked_for_once_more(self, olga):
        own = one(olga.page(PAGE), "session")
        assert "this browser" in olga.page(PAGE)
        answer = olga.post(PAGE, {"end": own})
        assert answer.status_code == 409
        assert "That is the session of this very browser" in answer.content.decode()
        assert olga.get(PAGE).status_code == 200
        assert ended() == []
        answer = olga.post(PAGE, {"end": own, "sure": "1"})
        assert (answer.status_code, answer["Location"]) == (302, "/sign-in")
        assert olga.get(PAGE).status_code == 302
        assert ended() == [("Olga", "a session of Olga, an unknown browser")]

    def test_another_of_ones_own_is_not(self, visit, olga):
        far = visit("Olga")
        olga.post(PAGE, {"end": f"session {sessions.name_of(far.session.session_key)} Olga"})
        assert (far.get("/").status_code, olga.get("/").status_code) == (302, 200)


class TestWhatIsOver:
    """It cannot be ended; the page says so, and nothing is written."""

    @pytest.mark.parametrize("kind", ["token", "link", "session"])
    def test_it_is_listed_without_a_button_and_a_form_is_refused(self, at_desk, everything, olga, kind):
        word = next(each for each in buttons(olga.page(f"{PAGE}?q=ana")) if each.startswith(kind))
        at_desk.tick(timedelta(days=90))
        olga = olga.enter(at_desk, "Olga")
        assert word not in buttons(olga.page(f"{PAGE}?all=1"))
        assert "Over" in words(olga.page(f"{PAGE}?all=1"))
        assert word.partition(" ")[0] not in [each.partition(" ")[0] for each in buttons(olga.page(f"{PAGE}?q=ana"))]
        answer = olga.post(PAGE, {"end": word})
        assert answer.status_code == 409
        assert "over already" in answer.content.decode()
        assert ended() == []

    def test_what_another_operator_has_ended(self, everything, olga):
        for word in buttons(olga.page(f"{PAGE}?q=ana")):
            assert olga.post(PAGE, {"end": word}).status_code == 302
            assert olga.post(PAGE, {"end": word}).status_code == 409
        assert len(ended()) == 4

    def test_a_link_that_was_used(self, at_desk, visit, olga):
        visit("Ana")
        row = SignInLink.objects.get(person="Ana")
        assert olga.post(PAGE, {"end": f"link {row.pk}"}).status_code == 409
        assert "Used" in words(olga.page(f"{PAGE}?all=1&q=ana"))

    @pytest.mark.parametrize(
        "word",
        [
            "",
            "x",
            "token",
            "token x",
            "token -1",
            "token 9" + 30 * "9",
            "link 7",
            "session",
            "session x Ana",
            "calendar 7",
        ],
    )
    def test_what_never_was(self, olga, word):
        answer = olga.post(PAGE, {"end": word})
        assert answer.status_code == 409
        assert "Nothing was ended" in answer.content.decode()
        assert ended() == []


def test_names_from_outside_are_text(at_desk, visit, olga):
    browser = visit()
    browser.defaults["HTTP_USER_AGENT"] = "<script>alert(1)</script> Firefox/1 \x1b"
    browser.enter(at_desk, "Ana")
    tokens.make("Ana", [Scope.READ], at_desk.roster, at_desk.now, name="<script>" + 120 * "n")
    page = olga.page(f"{PAGE}?q=%3Cscript%3E")
    assert "<script>" not in page
    assert "&lt;script&gt;nnn" in page
