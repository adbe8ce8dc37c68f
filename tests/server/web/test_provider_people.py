"""Whom of the services file a handle means, and what squads the groups of a provider give."""

from __future__ import annotations

import logging

import pytest

from tests.server.web.coming import FILE, come, refused


class TestHandles:
    def test_they_count_where_the_file_says_so(self, there, visit):
        there.emails = []
        client = visit()
        assert come(client, "github").status_code == 302
        assert "Ana" in client.page("/")

    def test_and_nowhere_else(self, there, visit):
        # Another forge gives the same handle to another person.
        there.user |= {"email": "zoe@example.org"}
        refused(come(visit(), "gitlab"))
        refused(come(visit(), "company"))

    def test_no_handle_of_a_person_without_one(self, there, visit):
        there.user["nickname"] = ""
        refused(come(visit(), "github"))

    def test_two_people_are_nobody(self, there, visit):
        there.emails[0]["email"] = "lena@example.org"
        assert "more than one person: Lena, Ana" in refused(come(visit(), "github"))


class TestSquads:
    def test_groups_make_a_member_for_this_session(self, there, visit, at_desk, caplog):
        caplog.set_level(logging.INFO)
        there.user["groups"] = ["team-ibis", "Heron", "everybody"]
        client = visit()
        come(client)
        assert "Ibis" in client.page("/you")
        assert client.post("/campaigns/tiny/say/desk", {"what": "said", "why": "fine"}).status_code == 302
        assert at_desk.kinds("desk")[-1] == "said"
        assert "Ana signed in as ana-f of company, and there in: Ibis" in caplog.text
        # Nobody else, and not by a link.
        assert visit("Ana").post("/campaigns/tiny/say/desk", {"what": "said", "why": "x"}).status_code == 403
        assert visit("Bo").post("/campaigns/tiny/say/desk", {"what": "said", "why": "x"}).status_code == 403

    @pytest.mark.parametrize("groups", [["Ibis"], ["Team-Ibis"], [["team-ibis"]], {"team-ibis": 1}, 7, None, [None]])
    def test_what_nobody_mapped_gives_nothing(self, there, visit, groups):
        there.user["groups"] = groups
        client = visit()
        assert come(client).status_code == 302
        assert client.post("/campaigns/tiny/say/desk", {"what": "said", "why": "x"}).status_code == 403

    def test_a_line_that_is_taken_out_of_the_file_is_heard_at_once(self, there, visit, at_desk):
        there.user["groups"] = "team-ibis"
        client = visit()
        come(client)
        assert "Ibis" in client.page("/you")
        (at_desk.home / "chairlift.toml").write_text(FILE.format(url=there.url).replace("team-ibis", "other"))
        assert "Ibis" not in client.page("/you")

    def test_teams_of_github(self, there, visit):
        there.teams = [{"slug": f"t{n}", "organization": {"login": "acme"}} for n in range(150)]
        there.teams.append({"slug": "ibis", "organization": {"login": "acme"}})
        client = visit()
        come(client, "github")
        assert "Ibis" in client.page("/you")

    def test_a_team_of_another_organization(self, there, visit):
        there.teams = [{"slug": "ibis", "organization": {"login": "evil"}}, {"slug": "acme/ibis"}, "acme/ibis"]
        client = visit()
        come(client, "github")
        assert "Ibis" not in client.page("/you")

    def test_groups_of_gitlab(self, there, visit):
        there.told = {**there.user, "groups": ["acme/ibis"]}
        client = visit()
        come(client, "gitlab")
        assert "Ibis" in client.page("/you")
