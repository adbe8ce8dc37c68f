"""What programs read: the rows, filters and reasons of the pages, a page at a time, and again only where it changed."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chairlift.core.decision import Party, StepName
from chairlift.core.log import Kind
from chairlift.server import actions, queries
from chairlift.server.models import Service, Upgrade
from tests.cli.test_hostile import WORDS
from tests.server.web.api.conftest import TINY


def stands(name, **fields):
    Upgrade.objects.filter(service__name=name).update(**fields)


def names(answer):
    return [row["service"] for row in answer["items"]]


@pytest.fixture
def ana(program):
    return program("Ana", "read")


class TestMe:
    def test_whom_the_token_speaks_for(self, program):
        assert program("ana-f", "read", "act").read("/api/v1/me") == {
            "person": "Ana", "handles": ["ana-f"], "email": "ana@example.org", "squads": ["Heron"],
            "scopes": ["read", "act"], "until": "2026-04-12T09:00:00+00:00",
        }  # fmt: skip


class TestCampaigns:
    def test_each_with_how_far_it_is(self, at_desk, ana):
        at_desk.choose("shop", "DIY")
        stands("shop", decision="done")
        stands("cart", decision="ask", whom=Party.SQUAD, until=at_desk.now - timedelta(days=1))
        (row,) = ana.read("/api/v1/campaigns")["items"]
        assert (row["slug"], row["title"], row["lead"]) == ("tiny", "Tiny", "Lena")
        assert (row["services"], row["done"], row["waiting"], row["overdue"]) == (5, 1, 1, 1)
        assert row["deadline"].startswith("2026-06-01T")

    def test_one_with_its_menu(self, at_desk, ana):
        actions.pause(at_desk.campaign, "fire", "Lena", at_desk.roster, at_desk.now)
        found = ana.read(TINY)
        assert [level["name"] for level in found["levels"]] == [
            "Hands-off", "Trust but verify", "Review everything", "DIY"
        ]  # fmt: skip
        assert found["levels"][1]["steps"] == {
            step: "squad" if step in ("deploy", "test") else "project team" for step in StepName
        }
        assert found["changes"] == [{"slug": "upgrade", "title": "Run on version 2"}]
        assert (found["paused"], found["braked"], found["alarmed"]) == ("fire (Lena)", "", "")

    def test_one_that_is_not_there(self, ana):
        problem = ana.read("/api/v1/campaigns/nope", 404)
        assert problem["type"] == "urn:chairlift:problem:not-found"
        assert problem["detail"] == "no campaign called 'nope'; there are: tiny"
        assert problem["instance"] == "/api/v1/campaigns/nope"


class TestServices:
    def test_the_rows_of_the_sheet(self, at_desk, ana):
        at_desk.choose("shop", "DIY")
        since = at_desk.now - timedelta(days=2, microseconds=5)
        stands("shop", decision="ask", whom=Party.SQUAD, step="deploy", change="upgrade", why="deploy it", since=since)
        answer = ana.read("services")
        assert (answer["total"], names(answer)) == (5, ["=cmd", "bare", "cart", "desk", "shop"])
        row = at_desk.row("shop")
        assert answer["items"][4] == queries.standing(row, at_desk.now).plain()
        assert answer["items"][4]["since"] == since.isoformat()

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("squad=ibis", ["desk"]),
            ("level=DIY", ["shop"]),
            ("level=none&squad=Ibis", ["desk"]),
            ("step=deploy", ["shop"]),
            ("step=done", ["cart"]),
            ("turn=squad", ["shop"]),
            ("turn=nobody&q=ar", ["bare", "cart"]),
            ("overdue=true", ["shop"]),
            ("q=SHO", ["shop"]),
            ("sort=until&page_size=1", ["shop"]),
            ("q=%25", []),
        ],
    )
    def test_filters_and_orders(self, at_desk, ana, query, found):
        at_desk.choose("shop", "DIY")
        late = at_desk.now - timedelta(days=1)
        stands("shop", decision="ask", whom=Party.SQUAD, step="deploy", until=late)
        stands("cart", decision="done", step="")
        assert names(ana.read(f"services?{query}")) == found

    @pytest.mark.parametrize(
        ("query", "field", "why"),
        [
            ("step=dance", "step", "it is none of: plan, create"),
            ("turn=mine", "turn", "it is none of: squad, team"),
            ("sort=luck", "sort", "it is none of: service"),
            ("page=0", "page", "greater than or equal to 1"),
            ("page=x", "page", "valid integer"),
            ("page=99999999999999999999999", "page", "less than or equal to"),
            ("page_size=101", "page_size", "less than or equal to 100"),
            ("overdue=perhaps", "overdue", "boolean"),
            ("squad=a%00b", "squad", "a letter in it that is no text"),
            (f"q={'x' * 201}", "q", "at most 200"),
        ],
    )
    def test_what_means_nothing_is_named(self, ana, query, field, why):
        problem = ana.read(f"services?{query}", 422)
        assert [each["field"] for each in problem["errors"]] == [field]
        assert why in problem["errors"][0]["detail"]
        assert problem["detail"].startswith(f"{field}: ")


class TestPages:
    def walk(self, ana, address):
        found = []
        while address:
            answer = ana.read(address)
            found.append(names(answer))
            address = answer["next"]
        return found, answer

    def test_one_after_the_other_and_back(self, ana):
        pages, last = self.walk(ana, "services?page_size=2&sort=service")
        assert pages == [["=cmd", "bare"], ["cart", "desk"], ["shop"]]
        assert (last["total"], last["page"], last["page_size"]) == (5, 3, 2)
        assert names(ana.read(last["prev"])) == ["cart", "desk"]
        assert ana.read("services?page_size=2")["prev"] is None

    def test_beyond_the_last_is_nothing(self, ana):
        answer = ana.read("services?page=9&page_size=2")
        assert (answer["items"], answer["next"], answer["total"]) == ([], None, 5)
        assert names(ana.read(answer["prev"])) == ["shop"]

    def test_of_the_log_stay_as_they_are_while_more_is_written(self, at_desk, ana):
        for number in range(5):
            actions.update(at_desk.row("shop"), f"{number}", "Ana", at_desk.roster, at_desk.now)
        first = ana.read("log?kind=said&page_size=2")
        actions.update(at_desk.row("shop"), "late", "Ana", at_desk.roster, at_desk.now)
        second = ana.read(first["next"])
        assert [each["text"] for each in first["items"] + second["items"]] == ["4", "3", "2", "1"]
        assert second["total"] == 5


class TestService:
    def test_where_it_stands_why_and_what_is_in_the_way(self, at_desk, ana):
        at_desk.choose("shop", "Trust but verify")
        actions.hold(at_desk.row("shop"), "the fair", "Bo", at_desk.roster, at_desk.now)
        evidence = {"changes": {"upgrade": {"pull": {"number": 7, "state": "open", "url": "http://forge/7"}}}}
        stands("shop", change="upgrade", step="review", decision="wait", why="checks run", evidence=evidence)
        found = ana.read("services/SHOP")
        assert found["standing"]["why"] == "checks run"
        assert found["standing"]["pull"] == "http://forge/7"
        assert {each["step"]: each["who"] for each in found["steps"]} == {
            step: "Heron" if step in ("deploy", "test") else "project team" for step in StepName
        }
        assert found["blockers"] == ["hold: the fair (Bo)"]
        assert found["changes"] == [
            {"change": "upgrade", "title": "Run on version 2", "pull": evidence["changes"]["upgrade"]["pull"]}
        ]
        assert found["evidence"] == evidence
        assert found["chosen"].startswith("Ana on 2026-01-12")
        assert [each["kind"] for each in found["log"]] == [Kind.CHOSE, Kind.HELD]

    def test_one_that_is_not_there_with_the_nearest(self, ana):
        detail = ana.read("services/shup", 404)["detail"]
        assert detail == "no service called 'shup' in tiny; did you mean: shop"

    def test_what_its_last_tests_said(self, ana, failed):
        assert ana.read("output/shop")["output"] == "1 of 9 failed"
        assert ana.read("output/cart", 404)["detail"] == "no tests of cart have failed"

    def test_one_that_left_the_services_file_is_still_told_of(self, at_desk, ana):
        at_desk.services = at_desk.services.replace('"shop"', '"shop2"')
        at_desk.load()
        assert ana.read("services/shop")["standing"]["service"] == "shop"


class TestLog:
    def test_by_service_person_and_kind(self, at_desk, ana):
        at_desk.choose("shop", "DIY")
        at_desk.choose("cart", "DIY", by="Bo")
        actions.update(at_desk.row("shop"), "half", "Bo", at_desk.roster, at_desk.now)

        def found(query):
            return [(each["service"], each["by"], each["kind"]) for each in ana.read(f"log?{query}")["items"]]

        assert found("by=bo") == [("shop", "Bo", "said"), ("cart", "Bo", "chose")]
        assert found("service=SHOP") == [("shop", "Bo", "said"), ("shop", "Ana", "chose")]
        assert found("kind=chose&by=Ana") == [("shop", "Ana", "chose")]
        assert ana.read("log?service=nope", 404)["detail"].startswith("no service called 'nope'")
        assert ana.read("log?kind=dance", 422)["errors"][0]["field"] == "kind"


class TestSquad:
    def test_what_waits_for_it_most_urgent_first(self, at_desk, ana):
        for days, name in enumerate(("shop", "cart")):
            at_desk.choose(name, "DIY")
            until = at_desk.now - timedelta(days=days)
            stands(name, decision="ask", whom=Party.SQUAD, step="deploy", until=until)
        found = ana.read("squads/Heron")
        assert (names(found), found["total"], found["services"]) == (["cart", "shop"], 2, 4)
        assert (found["people"], found["contact"], found["backup"]) == (["Ana", "Bo"], "Ana", "Bo")
        assert (
            ana.read("squads/Crow", 404)["detail"]
            == "there is no squad called 'Crow'; the sheet has all that there are"
        )


class TestETag:
    READ = ["/api/v1/me", "/api/v1/campaigns", TINY, f"{TINY}/services", f"{TINY}/services/shop", f"{TINY}/log",
            f"{TINY}/squads/Heron", "/api/v1/openapi.json"]  # fmt: skip

    @pytest.mark.parametrize("path", READ)
    def test_what_somebody_has_is_not_told_again(self, ana, path):
        first, second = ana.get(path), ana.get(path)
        assert (first.content, first["ETag"]) == (second.content, second["ETag"])
        for given in (first["ETag"], f'"x", W/{first["ETag"]}', "*"):
            again = ana.get(path, headers={"If-None-Match": given})
            assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
            assert again["Cache-Control"] == "private, no-cache"
        assert ana.get(path, headers={"If-None-Match": '"x"'}).status_code == 200

    def test_but_what_has_changed_is(self, at_desk, ana):
        first = ana.get(f"{TINY}/services")["ETag"]
        at_desk.choose("shop", "DIY")
        assert ana.get(f"{TINY}/services", headers={"If-None-Match": first}).status_code == 200

    def test_not_to_whom_it_is_not_for(self, at_desk, ana, program):
        first = ana.get(f"{TINY}/services")
        assert first["Vary"] == "Authorization"
        program().ask("GET", f"{TINY}/services", None, 401, headers={"If-None-Match": first["ETag"]})

    def test_its_head_alone(self, ana):
        whole, head = ana.get(f"{TINY}/services"), ana.head(f"{TINY}/services")
        assert (head.status_code, head.content, head["ETag"]) == (200, b"", whole["ETag"])


class TestCost:
    #: Token, services file, campaign; then each its own.
    @pytest.mark.parametrize(("path", "most"), [("services", 6), ("log", 7), ("squads/Heron", 7), ("services/shop", 9)])
    def test_ten_more_rows_add_no_query(self, at_desk, ana, path, most):
        def cost():
            with CaptureQueriesContext(connection) as captured:
                ana.read(path)
            return len(captured)

        ana.read(path)
        before = cost()
        for place in range(10):
            at_desk.service(f"more{place}", files=None)
        at_desk.load()
        for place in range(10):
            at_desk.choose(f"more{place}", "DIY")
            stands(f"more{place}", decision="ask", whom=Party.SQUAD)
            actions.update(at_desk.row("shop"), "on", "Ana", at_desk.roster, at_desk.now)
        ana.read(path)
        # The services file was loaded anew in between; what follows is as before.
        assert cost() == before <= most


#: The services file refuses names with controls, and Django's addresses those of two lines.
NAMES = [name for name in WORDS.values() if "\n" not in name]


@pytest.mark.parametrize("name", [*NAMES, "a/b/log", "..", "a?b#c&d=e", "50%", "/lead", "say/ "], ids=repr)
def test_any_name_has_its_address(at_desk, ana, name):
    Service.objects.filter(name="cart").update(name=name, squad=name)
    assert ana.read(f"services/{quote(name, safe='').replace('.', '%2E')}")["standing"]["service"] == name
    assert name in names(ana.read("services"))
    assert names(ana.read(f"services?squad={quote(name)}")) == [name]
