"""What programs say: recorded under the name of the token's person, by the same rules as on the pages."""

from __future__ import annotations

import json

import pytest

from chairlift.core.log import Kind
from chairlift.server.models import Entry
from chairlift.server.web.api import app
from tests.server.web.api.conftest import PROBLEM, TINY


def entries(*kinds):
    rows = Entry.objects.filter(kind__in=kinds).order_by("pk")
    return list(rows.values_list("upgrade__service__name", "by", "about", "text"))


@pytest.fixture
def ana(program):
    return program("Ana", "choose", "act")


class TestChoosing:
    def choose(self, client, status=200, service="shop", **told):
        return client.write(f"choice/{service}", {"level": "DIY", **told}, status, "PUT")

    def test_it_is_recorded_with_its_reason(self, ana):
        assert self.choose(ana, why="we know it", before="") == {
            "service": "shop", "level": "DIY", "before": "", "asks": "", "promises": "", "recorded": True
        }  # fmt: skip
        assert entries(Kind.CHOSE) == [("shop", "Ana", "DIY", "we know it")]

    def test_sent_twice_it_is_recorded_once(self, ana):
        self.choose(ana, before="")
        again = self.choose(ana, before="", level="diy")
        assert (again["recorded"], again["level"]) == (False, "DIY")
        assert len(entries(Kind.CHOSE)) == 1

    def test_of_two_people_at_once_the_second_is_told(self, ana, program):
        self.choose(program("Bo", "choose"))
        problem = self.choose(ana, 409, level="Review everything", before="")
        assert problem["type"] == "urn:chairlift:problem:not-possible"
        assert "somebody chose 'DIY' meanwhile, where you saw 'nothing'" in problem["detail"]
        assert [row[1:3] for row in entries(Kind.CHOSE)] == [("Bo", "DIY")]
        assert self.choose(ana, level="Review everything", before="DIY")["before"] == "DIY"

    def test_who_saw_nothing_is_in_nobodys_way(self, ana, program):
        self.choose(program("Bo", "choose"))
        assert self.choose(ana, level="Review everything")["before"] == "DIY"

    def test_a_promised_day_opens_a_level(self, ana):
        problem = self.choose(ana, 409, "bare", level="Hands-off")
        assert "needs deploy documentation" in problem["detail"]
        assert entries(Kind.CHOSE) == []
        self.choose(ana, service="bare", level="Hands-off", docs_by="2026-01-30")
        assert entries(Kind.PROMISED) == [("bare", "Ana", "2026-01-30", "deploy documentation")]

    def test_a_level_that_is_not_on_the_menu(self, ana):
        assert "the menu has 'Hands-off'" in self.choose(ana, 409, level="Nonsense")["detail"]
        assert "the menu has" in self.choose(ana, 409, level="")["detail"]
        assert entries(Kind.CHOSE) == []

    def test_for_a_service_that_is_not_there(self, ana):
        assert "did you mean: shop" in self.choose(ana, 404, "shup")["detail"]


class TestSaying:
    def test_a_hold_is_recorded_once_until_somebody_resumes(self, ana):
        for recorded in (True, False):
            assert ana.write("hold/shop", {"why": "the fair"}) == {
                "service": "shop", "by": "Ana", "environment": "", "blocker": "", "recorded": recorded
            }  # fmt: skip
        assert entries(Kind.HELD) == [("shop", "Ana", "", "the fair")]
        for recorded in (True, False):
            assert ana.write("resume/shop", {"why": "over"})["recorded"] is recorded
        assert entries(Kind.RESUMED) == [("shop", "Ana", "", "over")]

    def test_deployed_and_tested(self, ana):
        assert ana.write("deployed/shop", {"environment": "STAGE"})["environment"] == "stage"
        ana.write("tested/shop", {"environment": "stage", "note": "clicked"})
        ana.write("tested/shop")
        assert entries(Kind.DEPLOYED, Kind.TESTED) == [
            ("shop", "Ana", "stage", ""), ("shop", "Ana", "stage", "clicked"), ("shop", "Ana", "", "")
        ]  # fmt: skip

    def test_updates_and_once_more(self, ana):
        ana.write("update/shop", {"text": "half done"})
        ana.write("retry/shop", {"why": "the index was away"})
        assert entries(Kind.SAID, Kind.RETRIED) == [
            ("shop", "Ana", "", "half done"), ("shop", "Ana", "", "the index was away")
        ]  # fmt: skip

    def test_documentation_there_or_promised(self, ana):
        ana.write("documented/bare", {"where": "wiki/Bare"})
        ana.write("promise/bare", {"day": "2026-02-01"})
        assert entries(Kind.DOCUMENTED, Kind.PROMISED) == [
            ("bare", "Ana", "wiki/Bare", ""), ("bare", "Ana", "2026-02-01", "deploy documentation")
        ]  # fmt: skip

    def test_what_is_in_the_way_and_out_of_it(self, ana):
        told = {"text": "old driver", "due": "2026-02-01", "team": True}
        assert ana.write("block/shop", told)["blocker"] == "b1"
        (entry,) = Entry.objects.filter(kind=Kind.BLOCKED)
        assert entry.data == {"owner": "project team", "due": "2026-02-01T23:59:00+00:00", "problem": ""}
        assert ana.write("unblock/shop", {"blocker": "b1", "why": "gone"})["blocker"] == "b1"
        assert entries(Kind.UNBLOCKED) == [("shop", "Ana", "b1", "gone")]
        assert "no open blocker 'b1' here" in ana.write("unblock/shop", {"blocker": "b1"}, 409)["detail"]

    def test_exemptions_and_known_problems_are_the_project_teams(self, program):
        lead = program("Lena", "lead")
        lead.write("exempt/shop", {"until": "2026-05-01", "why": "is retired"})
        told = {"name": "cookies", "text": "SameSite", "services": ["shop", "cart"]}
        assert lead.write("problem", told)["services"] == 2
        # In two of the five it is open already.
        assert lead.write("problem", {**told, "services": []})["services"] == 3
        assert entries(Kind.EXEMPTED) == [("shop", "Lena", "2026-05-01T23:59:00+00:00", "is retired")]

    def test_the_project_team_pauses_and_goes_on(self, program):
        lead = program("Lena", "lead")
        assert lead.write("pause", {"why": "fire"}) == {"campaign": "tiny", "by": "Lena", "services": None}
        lead.write("restart", {"why": "out"})
        assert entries(Kind.PAUSED, Kind.RESTARTED) == [(None, "Lena", "", "fire"), (None, "Lena", "", "out")]

    @pytest.mark.parametrize(
        ("path", "told", "why"),
        [
            ("hold/shop", {"why": " "}, "say why: a hold without a reason helps nobody"),
            ("update/shop", {"text": "\x1b\u200b"}, "an update without words helps nobody"),
            ("deployed/shop", {"environment": "moon"}, "no environment 'moon' here; there are: stage, production"),
            ("tested/shop", {"environment": "moon"}, "no environment 'moon' here; there are: stage, production"),
        ],
    )
    def test_what_cannot_be_said_is_told_with_the_way_out(self, ana, path, told, why):
        before = Entry.objects.count()
        assert why in ana.write(path, told, 409)["detail"]
        assert Entry.objects.count() == before

    def test_of_a_service_that_belongs_to_nobody_any_more(self, at_desk, program):
        at_desk.services = at_desk.services.replace('"shop"', '"shop2"')
        at_desk.load()
        assert "no longer has 'shop'" in program("Lena", "act").write("hold/shop", {"why": "x"}, 409)["detail"]
        assert entries(Kind.HELD) == []


class TestBadInput:
    @pytest.mark.parametrize(
        ("told", "fields"),
        [
            ({}, ["level"]),
            ({"level": 7}, ["level"]),
            ({"level": None, "why": ["x"]}, ["level", "why"]),
            ({"level": "DIY", "befroe": ""}, ["befroe"]),
            ({"level": "DIY", "docs_by": "soon"}, ["docs_by"]),
            ({"level": "DIY", "why": "x" * 4001}, ["why"]),
            ({"level": "a\0b"}, ["level"]),
            ({"level": "\ud800"}, ["level"]),
            ([], ["body"]),
            ("DIY", ["body"]),
        ],
    )
    def test_every_field_that_is_wrong_is_named(self, ana, told, fields):
        problem = ana.write("choice/shop", told, 422, "PUT")
        assert [each["field"] for each in problem["errors"]] == fields
        assert all(each["detail"] for each in problem["errors"])
        assert entries(Kind.CHOSE) == []

    @pytest.mark.parametrize("body", ["{", "[" * 100_000, "\xff", "{'a': 1}", "NaN1"])
    def test_what_is_no_json(self, ana, body):
        answer = ana.put(f"{TINY}/choice/shop", body.encode("latin-1"), content_type="application/json")
        assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)

    def test_a_form_is_no_json(self, ana):
        answer = ana.post(f"{TINY}/hold/shop", {"why": "wait"})
        assert (answer.status_code, answer.json()["type"]) == (415, "urn:chairlift:problem:media-type")
        assert entries(Kind.HELD) == []

    def test_nothing_at_all(self, ana):
        answer = ana.generic("POST", f"{TINY}/hold/shop")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body")

    def test_too_much(self, ana):
        body = json.dumps({"why": "x" * 3_000_000})
        answer = ana.generic("POST", f"{TINY}/hold/shop", body, "application/json")
        assert (answer.status_code, answer["Content-Type"]) == (413, PROBLEM)

    @pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "PUT", "BREW"])
    def test_a_method_that_is_not_taken(self, program, method):
        answer = program("Lena").ask(method, f"{TINY}/services/shop", {}, 405)
        assert "GET" in answer["Allow"]

    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_a_write_is_not_read(self, program, method):
        assert program("Lena").ask(method, f"{TINY}/hold/shop", None, 405)["Allow"] == "POST"

    @pytest.mark.parametrize(
        "path",
        ["/api/", "/api/v1/", "/api/v1/nope", "/api/v2/me", f"{TINY}/hold", "/api/v1/me/", "/api/%ff", f"{TINY}/"],
    )
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_an_address_that_is_none(self, program, method, path):
        problem = program("Lena").ask(method, path, None, 404).json()
        assert problem["type"] == "urn:chairlift:problem:unknown-address"
        assert problem["instance"].isascii()

    def test_a_letter_that_is_no_text(self, program):
        for path in ("services/shop%00", "hold/%00"):
            program("Lena").ask("GET" if path.startswith("s") else "POST", path, {}, 400)

    def test_another_name_for_this_machine(self, program):
        assert program("Lena").ask("GET", "/api/v1/me", None, 400, headers={"Host": "evil.example"})

    def test_a_bug_is_told_as_one(self, program, monkeypatch):
        def breaks(*given):
            raise RuntimeError("secret")

        monkeypatch.setattr("chairlift.server.web.api.writes._known", breaks)
        client = program("Lena")
        client.raise_request_exception = False
        problem = client.write("hold/shop", {"why": "x"}, 500)
        assert (problem["type"], "secret" in str(problem)) == ("urn:chairlift:problem:bug", False)


def test_pages_still_answer_people(visit):
    """The same errors, for whoever is no program."""
    client = visit("Ana")
    assert "There is no such page" in client.page("/apidocs", 404)
    assert client.get("/campaigns/tiny/", headers={"Host": "evil.example"})["Content-Type"].startswith("text/html")


def test_no_address_of_ninja_itself_is_served():
    assert {each.name.partition("-")[0] for each in app.addresses()} == {"api"}
    assert "api-root" not in {each.name for each in app.addresses()}
