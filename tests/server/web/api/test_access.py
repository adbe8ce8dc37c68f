"""Every operation meets every kind of caller; what the table does not name is closed."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from chairlift.core.log import Kind
from chairlift.server import actions
from chairlift.server.models import ApiToken, Entry
from chairlift.server.web import tokens
from chairlift.server.web.access import CALLS, Need
from chairlift.server.web.scopes import Scope
from tests.server import world
from tests.server.web.api.conftest import TINY, Program

#: Ana is of Heron, which owns the shop; Cy is of Ibis; Lena leads, Mats manages.
PEOPLE = ("Ana", "Cy", "Lena", "Mats")
MAY = {Need.READER: set(PEOPLE), Need.SQUAD: {"Ana", "Lena", "Mats"}, Need.TEAM: {"Lena", "Mats"}}
#: Each operation as it is called: the method, the address, and what is sent.
CALLED = {
    "api-me": ("GET", "/api/v1/me", None),
    "api-campaigns": ("GET", "/api/v1/campaigns", None),
    "api-campaign": ("GET", TINY, None),
    "api-services": ("GET", f"{TINY}/services", None),
    "api-service": ("GET", f"{TINY}/services/shop", None),
    "api-output": ("GET", f"{TINY}/output/shop", None),
    "api-log": ("GET", f"{TINY}/log", None),
    "api-squad": ("GET", f"{TINY}/squads/Heron", None),
    "api-choose": ("PUT", f"{TINY}/choice/shop", {"level": "DIY"}),
    "api-update": ("POST", f"{TINY}/update/shop", {"text": "on track"}),
    "api-hold": ("POST", f"{TINY}/hold/shop", {"why": "wait"}),
    "api-resume": ("POST", f"{TINY}/resume/shop", {}),
    "api-deployed": ("POST", f"{TINY}/deployed/shop", {"environment": "stage"}),
    "api-tested": ("POST", f"{TINY}/tested/shop", {}),
    "api-retry": ("POST", f"{TINY}/retry/shop", {}),
    "api-documented": ("POST", f"{TINY}/documented/shop", {"where": "wiki/Shop"}),
    "api-promise": ("POST", f"{TINY}/promise/shop", {"day": "2026-02-01"}),
    "api-block": ("POST", f"{TINY}/block/shop", {"text": "old driver"}),
    "api-unblock": ("POST", f"{TINY}/unblock/shop", {"blocker": "b1"}),
    "api-exempt": ("POST", f"{TINY}/exempt/shop", {"until": "2026-05-01", "why": "is retired"}),
    "api-problem": ("POST", f"{TINY}/problem", {"name": "cookies", "text": "SameSite"}),
    "api-pause": ("POST", f"{TINY}/pause", {"why": "fire"}),
    "api-restart": ("POST", f"{TINY}/restart", {}),
}
EACH = pytest.mark.parametrize("name", sorted(CALLS))


@pytest.fixture(autouse=True)
def there(at_desk, failed):
    """All that is asked for is there, and what can be taken away."""
    row = at_desk.row("shop")
    actions.hold(row, "wait", "Bo", at_desk.roster, at_desk.now)
    actions.block(row, "old driver", "Bo", at_desk.roster, at_desk.now)


def call(client, name, status):
    """The answer, and the entry that it left."""
    newest = Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    answer = client.ask(*CALLED[name], status=status)
    return answer, Entry.objects.filter(pk__gt=newest).last()


def test_every_operation_is_called_here():
    assert sorted(CALLED) == sorted(CALLS)


@EACH
@pytest.mark.parametrize("person", PEOPLE)
def test_each_person_at_each_operation(at_desk, program, name, person):
    if name == "api-hold":
        actions.say(at_desk.row("shop"), Kind.RESUMED, "Bo", at_desk.roster, at_desk.now)
    may = person in MAY[CALLS[name].need]
    answer, wrote = call(program(person), name, 200 if may else 403)
    if CALLED[name][0] == "GET":
        assert wrote is None
    elif may:
        assert wrote.by == person
    else:
        assert (wrote, answer.json()["type"]) == (None, "urn:chairlift:problem:not-yours")


@EACH
@pytest.mark.parametrize("person", PEOPLE)
def test_a_token_is_for_what_it_says_and_nothing_else(program, name, person):
    scope = CALLS[name].scope
    if scope is None:
        return
    others = [each for each in Scope if each is not scope]
    answer, wrote = call(program(person, *others), name, 403)
    assert (answer.json()["type"], wrote) == ("urn:chairlift:problem:scope", None)
    assert f'scope="{scope}"' in answer["WWW-Authenticate"]
    assert f"'{scope}'" in answer.json()["detail"]


@EACH
class TestNobodyIsLetIn:
    def refused(self, client, name):
        answer, wrote = call(client, name, 401)
        assert wrote is None
        assert answer["WWW-Authenticate"].startswith("Bearer")
        return answer.json()["detail"]

    def test_without_a_token(self, program, name):
        assert "chairlift token PERSON" in self.refused(program(), name)

    def test_by_the_cookie_of_a_browser(self, visit, name):
        """No other site can press a button here through somebody's browser."""
        client = Program()
        client.cookies = visit("Lena").cookies
        self.refused(client, name)

    @pytest.mark.parametrize("given", ["x", "chairlift_", "chairlift_" + "é" * 5000, "\0", "' OR 1=1"])
    def test_by_what_is_no_token(self, name, given):
        assert "There is no such token" in self.refused(Program(given), name)

    def test_by_one_that_has_ended(self, at_desk, program, name):
        client = program("Lena", days=3)
        at_desk.tick(timedelta(days=3))
        assert "ended on 2026-01-15" in self.refused(client, name)

    def test_by_one_that_was_taken_back(self, at_desk, program, name):
        client = program("Lena")
        assert tokens.revoke(ApiToken.objects.get(), at_desk.now)
        assert "taken back on 2026-01-12" in self.refused(client, name)

    def test_who_left_the_company(self, at_desk, program, name):
        client = program("Cy")
        gone = (world.PEOPLE + at_desk.services).replace('"Cy"', '"Dee"')
        actions.load_roster(gone, "services.toml", "operator", at_desk.now)
        assert "not in the services file" in self.refused(client, name)


@pytest.mark.parametrize("scheme", ["Basic", "Token", "", "Bearerx"])
def test_only_as_bearer(program, scheme):
    client = program("Ana")
    client.get("/api/v1/me", headers={"Authorization": f"{scheme} {client.token}"})
    assert client.get("/api/v1/me", headers={"Authorization": f"{scheme} {client.token}"}).status_code == 401
    assert client.get("/api/v1/me", headers={"Authorization": f"bearer {client.token}"}).status_code == 200


def test_not_in_the_address(program):
    client = program("Ana")
    assert Program().get("/api/v1/me", {"token": client.token, "access_token": client.token}).status_code == 401


def test_what_has_no_rule_is_closed(program, monkeypatch):
    left = {name: call for name, call in CALLS.items() if name != "api-campaign"}
    monkeypatch.setattr("chairlift.server.web.access.CALLS", left)
    assert program("Lena").read(TINY, 403)["type"] == "urn:chairlift:problem:closed"


class Stop(Exception):
    pass


def test_a_token_is_in_no_log_and_no_answer(program, monkeypatch, caplog):
    def breaks(*given):
        raise Stop

    client = program("Ana")
    client.raise_request_exception = False
    monkeypatch.setattr("chairlift.server.queries.campaign", breaks)
    with caplog.at_level(logging.DEBUG):
        answer = client.ask("GET", TINY, None, 500)
    assert "Stop" in caplog.text
    secret = client.token.removeprefix(tokens.PREFIX)
    assert secret not in caplog.text + answer.content.decode() + str(answer.headers)
    assert "Stop" not in answer.content.decode()
