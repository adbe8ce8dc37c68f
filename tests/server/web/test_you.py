"""A session rests two weeks and lasts sixty days; its person sees all of theirs, and ends them from anywhere."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.backends.base import UpdateError

from chairlift.server.models import Preference, Session
from chairlift.server.web import preferences, sessions

HOUR = timedelta(hours=1)


def is_in(client):
    return client.get("/").status_code == 200


class TestHowLongItLasts:
    def test_two_weeks_without_a_click(self, at_desk, visit):
        client = visit("Ana")
        at_desk.tick(sessions.IDLE - HOUR)
        assert is_in(client)
        at_desk.tick(sessions.IDLE)
        assert not is_in(client)

    def test_sixty_days_however_many_clicks(self, at_desk, visit):
        client = visit("Ana")
        for _ in range(59):
            at_desk.tick(timedelta(days=1))
            assert is_in(client)
        at_desk.tick(timedelta(days=1))
        assert not is_in(client)

    def test_a_page_that_looks_again_by_itself_is_no_click(self, at_desk, visit):
        client = visit("Ana")
        for _ in range(14):
            at_desk.tick(timedelta(days=1))
            answer = client.get("/", headers={"HX-Request": "true"})
        assert answer.status_code == 401

    def test_the_cookie_lasts_as_long(self, at_desk, visit):
        client = visit("Ana")
        cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]
        assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (14 * 86400, True, "Lax")
        for _ in range(50):
            at_desk.tick(timedelta(days=1))
            client.get("/")
        assert client.cookies[django_settings.SESSION_COOKIE_NAME]["max-age"] == 10 * 86400

    def test_that_they_are_there_is_written_once_an_hour(self, at_desk, visit):
        client = visit("Ana")
        at_desk.tick(timedelta(minutes=59))
        client.get("/")
        assert Session.objects.get().seen_at == at_desk.now - timedelta(minutes=59)
        at_desk.tick(timedelta(minutes=1))
        client.get("/")
        assert Session.objects.get().seen_at == at_desk.now

    def test_signing_in_again_leaves_nothing_of_the_one_before(self, at_desk, visit):
        client = visit("Ana")
        session = client.session
        session["groups"] = {"of": "company", "are": ["team-ibis"]}
        session.save()
        before = session.session_key
        client.enter(at_desk, "Bo")
        assert not Session.objects.filter(pk=before).exists()
        assert "groups" not in client.session

    def test_what_is_over_is_forgotten_by_the_worker_once_a_day(self, at_desk, visit):
        visit("Ana")
        at_desk.worker.tend_once()
        at_desk.tick(sessions.IDLE - HOUR)
        visit("Bo")
        at_desk.worker.tend_once()
        assert Session.objects.count() == 2
        at_desk.tick(HOUR)
        at_desk.worker.tend_once()
        assert Session.objects.count() == 2
        at_desk.tick(timedelta(days=1))
        at_desk.worker.tend_once()
        assert [each.person for each in Session.objects.all()] == ["Bo"]
        assert Session.clear(at_desk.now) == 0


class TestTheListOfSessions:
    def test_it_has_ones_own_and_says_which_is_this(self, at_desk, visit):
        first = visit()
        first.defaults["HTTP_USER_AGENT"] = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
        first.enter(at_desk, "Ana")
        visit("Bo")
        second = visit("Ana")
        page = second.page("/you")
        assert page.count("This browser") == 1
        assert page.count("Sign it out") == 1
        assert "Firefox on Linux" in page

    def test_it_shows_no_key(self, visit):
        client = visit("Ana")
        visit("Ana")
        page = client.page("/you")
        assert not any(row.pk in page for row in Session.objects.all())

    def test_another_one_is_ended_from_here(self, visit, caplog):
        caplog.set_level(logging.INFO)
        far, here = visit("Ana"), visit("Ana")
        name = re.search(r'name="session" value="(\w+)"', here.page("/you"))[1]
        here.post("/you", {"what": "end", "session": name})
        assert "That browser is signed out." in here.page("/you")
        assert (is_in(far), is_in(here)) == (False, True)
        here.post("/you", {"what": "end", "session": name})
        assert "signed out already" in here.page("/you")
        assert "Ana signed another browser out" in caplog.text

    def test_nobody_ends_anybody_elses(self, visit):
        ana, bo = visit("Ana"), visit("Bo")
        visit("Ana")
        name = re.search(r'name="session" value="(\w+)"', ana.page("/you"))[1]
        bo.post("/you", {"what": "end", "session": name})
        bo.post("/you", {"what": "end-all"})
        assert is_in(ana)
        assert Session.objects.filter(person="Ana").count() == 2

    def test_all_at_once(self, visit):
        clients = [visit("Ana") for _ in range(3)]
        other = visit("Bo")
        clients[0].post("/you", {"what": "end-all"})
        assert [is_in(each) for each in clients] == [False] * 3
        assert is_in(other)

    def test_a_request_that_was_under_way_brings_none_back(self, at_desk, visit):
        far, here = visit("Ana"), visit("Ana")
        session = far.session
        assert session["person"] == "Ana"
        here.post("/you", {"what": "end-all"})
        session["seen"] = at_desk.now.isoformat()
        with pytest.raises(UpdateError):
            session.save()
        assert not Session.objects.filter(person="Ana").exists()

    def test_ten_more_cost_no_query(self, visit, django_assert_num_queries):
        client = visit("Ana")
        client.page("/you")
        for _ in range(10):
            with django_assert_num_queries(4):
                client.page("/you")
            visit("Ana")

    def test_what_a_browser_calls_itself_is_text(self, at_desk, visit):
        client = visit()
        client.defaults["HTTP_USER_AGENT"] = "<script>\x1b" * 200
        client.enter(at_desk, "Ana")
        page = client.page("/you")
        assert "An unknown browser" in page
        assert "<script>" not in page

    def test_a_form_that_says_nothing(self, visit):
        assert visit("Ana").post("/you", {"what": "?"}).status_code == 409


class TestSettings:
    def test_the_colours(self, visit):
        client = visit("Ana")
        assert "data-theme" not in client.page("/")
        client.post("/you", {"what": "settings", "theme": "dark", "zone": ""})
        assert '<html lang="en" data-theme="dark">' in client.page("/")
        # In every browser of theirs, and in nobody else's.
        assert 'data-theme="dark"' in visit("Ana").page("/")
        assert "data-theme" not in visit("Bo").page("/")
        client.post("/you", {"what": "settings", "theme": "", "zone": ""})
        assert "data-theme" not in client.page("/")

    def test_the_zone(self, visit):
        client = visit("Ana")
        assert "Mon 12 Jan, 09:00" in client.page("/")
        client.post("/you", {"what": "settings", "theme": "", "zone": "Asia/Tokyo"})
        assert "Mon 12 Jan, 18:00" in client.page("/")
        assert "<option selected>Asia/Tokyo</option>" in client.page("/you")

    @pytest.mark.parametrize(
        ("theme", "zone"), [("pink", ""), ("", "Mars/Base"), ("", "../../etc/passwd"), ("\0", ""), ("x" * 5000, "")]
    )
    def test_what_there_is_not(self, visit, theme, zone):
        client = visit("Ana")
        answer = client.post("/you", {"what": "settings", "theme": theme, "zone": zone})
        assert answer.status_code in (400, 409)
        assert not Preference.objects.exists()

    def test_a_zone_that_is_not_known_any_more(self, visit):
        Preference.objects.create(person="Ana", theme="?", zone="Old/Name")
        client = visit("Ana")
        assert "Mon 12 Jan, 09:00" in client.page("/")
        assert preferences.of("Ana") == preferences.Wanted()


def test_leaving_is_logged(visit, caplog):
    caplog.set_level(logging.INFO)
    visit("Ana").post("/sign-out")
    assert [each.getMessage() for each in caplog.records if each.name == "chairlift.sign_in"] == [
        "Ana signed in by a link", "Ana signed out",
    ]  # fmt: skip
