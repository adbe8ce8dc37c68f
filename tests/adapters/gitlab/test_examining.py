"""What `chairlift doctor` is told of tokens for GitLab: whose they are, what they lack, and until when they hold."""

from __future__ import annotations

import pytest

from chairlift.ports import Examined, Finding


def examined(forge):
    assert isinstance(forge, Examined)
    return list(forge.examine())


@pytest.fixture
def token(server, world, monkeypatch):
    """A token of Chairlift's user with these scopes; its variable."""

    def made(*scopes, **more):
        secret = server.places.add_token(server.places.users[world.namespace.people["bot"].name.casefold()], *scopes)
        for name, value in more.items():
            setattr(server.places.tokens[secret], name, value)
        monkeypatch.setenv("CHAIRLIFT_TEST_TOKEN", secret)
        return "CHAIRLIFT_TEST_TOKEN"

    return made


def test_two_accounts_that_have_all_they_need(forge, world):
    mine, reviewers = (forge._settings.token_env, forge._settings.reviewer_token_env)
    people = world.namespace.people
    assert examined(forge) == [
        Finding(f"token in {mine}", note=f"of {people['bot'].name}"),
        Finding(f"token in {reviewers}", note=f"of {people['reviewer'].name}"),
    ]


@pytest.mark.parametrize("scopes", [["read_api"], ["read_user", "write_repository"]])
def test_a_scope_that_is_missing_is_named(world, clock, token, scopes):
    (found,) = examined(world.forge(clock, token_env=token(*scopes), reviewer_token_env=""))
    assert f"the token in CHAIRLIFT_TEST_TOKEN lacks the scope api: it has {', '.join(scopes)}" in found.wrong


def test_until_when_it_holds_is_told(world, clock, token):
    (found,) = examined(world.forge(clock, token_env=token("api", until="2027-01-01"), reviewer_token_env=""))
    assert found.note.endswith("; it ends 2027-01-01")


@pytest.mark.parametrize("ended", ["expired", "revoked", ""])
def test_a_token_that_lets_nobody_in(world, server, clock, token, monkeypatch, ended):
    variable = token("api", ended=ended)
    if not ended:
        monkeypatch.setenv(variable, "glpat-nobodys-at-all")
    (found,) = examined(world.forge(clock, token_env=variable, reviewer_token_env=""))
    assert variable in found.wrong
    assert "nobodys" not in found.wrong


def test_a_variable_that_is_not_set(world, clock):
    (found,) = examined(world.forge(clock, token_env="CHAIRLIFT_NOWHERE", reviewer_token_env=""))
    assert "the variable CHAIRLIFT_NOWHERE holds no token" in found.wrong


def test_a_token_of_a_kind_without_a_page_of_its_own(forge, world, server):
    from tests.forges.gitlab.server import Fault

    server.faults += [Fault("/personal_access_tokens/self", "404", times=2)]
    assert [each.note for each in examined(forge)] == [
        f"of {world.namespace.people[role].name}; GitLab does not tell its scopes" for role in ("bot", "reviewer")
    ]


def test_nobody_approves_what_they_opened(world, clock, forge):
    mine = forge._settings.token_env
    _, found = examined(world.forge(clock, token_env=mine, reviewer_token_env=mine))
    assert "nobody approves what they opened" in found.wrong
