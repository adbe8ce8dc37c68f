"""What `chairlift doctor` is told of the accounts on GitHub: whose they are, and what they lack, by name."""

from __future__ import annotations

import dataclasses

import pytest

from chairlift.ports import Examined, Finding
from tests.forges.github.server import PERMISSIONS, Mishap
from tests.forges.github.world import APP, INSTALLATION


def examined(forge):
    assert isinstance(forge, Examined)
    return list(forge.examine())


def test_two_accounts_that_have_all_they_need(kit):
    mine, other = kit.account("chairlift", scopes="repo, workflow"), kit.account("reviewer", scopes="repo, workflow")
    assert examined(kit.forge(token_env=mine, reviewer_token_env=other)) == [
        Finding(f"token in {mine}", note="of chairlift"),
        Finding(f"token in {other}", note="of reviewer"),
    ]


@pytest.mark.parametrize(
    ("scopes", "has"), [("", "none"), ("read:org, gist", "gist, read:org"), ("public_repo", "pub")]
)
def test_a_scope_that_is_missing_is_named(kit, scopes, has):
    mine = kit.account("chairlift", scopes=scopes)
    (found,) = examined(kit.forge(token_env=mine, reviewer_token_env=""))
    assert f"the token in {mine} lacks the scope repo: it has {has}" in found.wrong


def test_what_only_workflows_need_is_no_trouble(kit):
    (found,) = examined(kit.forge(token_env=kit.account("chairlift", scopes="repo"), reviewer_token_env=""))
    assert (found.wrong, "lacks the scope workflow" in found.note) == ("", True)


def test_of_a_fine_grained_token_github_tells_nothing_but_its_end(kit):
    mine = kit.account("chairlift", ends="2027-01-01 00:00:00 UTC")
    (found,) = examined(kit.forge(token_env=mine, reviewer_token_env=""))
    assert (
        found.note
        == "of chairlift; GitHub does not tell what a fine-grained token may; it ends 2027-01-01 00:00:00 UTC"
    )


@pytest.mark.parametrize("token", ["", "ghp_nobody", "two words"])
def test_a_token_that_lets_nobody_in(kit, monkeypatch, token):
    monkeypatch.setenv("CHAIRLIFT_TEST_NONE", token)
    (found,) = examined(kit.forge(token_env="CHAIRLIFT_TEST_NONE", reviewer_token_env=""))
    assert "CHAIRLIFT_TEST_NONE" in found.wrong
    assert not token or token not in found.wrong


def test_a_server_that_is_away(kit):
    kit.stand_in.mishaps.append(Mishap("GET", "/user", code=502))
    (found,) = examined(kit.forge(reviewer_token_env=""))
    assert "is away (502)" in found.wrong


def test_nobody_approves_what_they_opened(kit):
    mine, same = kit.account("chairlift"), kit.account("Chairlift")
    _, found = examined(kit.forge(token_env=mine, reviewer_token_env=same))
    assert "both tokens are of chairlift" in found.wrong


class TestAsAnApp:
    def changed(self, kit, **more):
        kit.stand_in.apps[APP] = dataclasses.replace(kit.stand_in.apps[APP], **more)
        return examined(kit.as_app(reviewer_token_env=""))[0]

    def test_one_that_has_all_it_needs(self, kit):
        assert self.changed(kit) == Finding(f"App {APP} in installation {INSTALLATION}", note="installed at team")
        # Nothing was asked that lets in: no token was made.
        assert not [call for call in kit.stand_in.calls if call.startswith("POST")]

    def test_permissions_that_are_missing_are_named(self, kit):
        less = {**PERMISSIONS, "checks": "read", "issues": "read"}
        del less["contents"]
        found = self.changed(kit, permissions=less)
        assert "lacks contents: write, issues: write, checks: write; give it that in the App's settings" in found.wrong

    def test_what_only_workflows_need_is_no_trouble(self, kit):
        less = {name: level for name, level in PERMISSIONS.items() if name != "workflows"}
        found = self.changed(kit, permissions=less)
        assert (found.wrong, "lacks workflows: write" in found.note) == ("", True)

    def test_one_that_was_suspended(self, kit):
        assert "is suspended: its owner team" in self.changed(kit, suspended="2026-01-01T00:00:00Z").wrong

    def test_one_that_is_not_installed(self, kit):
        (found,) = examined(kit.as_app(installation=99, reviewer_token_env=""))
        assert "may not see it (404)" in found.wrong
