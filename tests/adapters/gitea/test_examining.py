"""What `chairlift doctor` is told of the tokens for Gitea: whose they are, and what they may not even read."""

from __future__ import annotations

import pytest

from chairlift.ports import Examined, Finding

ALL = ("write:repository", "write:issue", "read:user")


def examined(forge):
    assert isinstance(forge, Examined)
    return list(forge.examine())


@pytest.fixture
def token(server, world, monkeypatch):
    """A token of Chairlift's user with these scopes; its variable."""

    def made(*scopes):
        user = server.places.users[world.namespace.people["bot"].name.lower()]
        monkeypatch.setenv("CHAIRLIFT_TEST_TOKEN", server.places.add_token(user, scopes))
        return "CHAIRLIFT_TEST_TOKEN"

    return made


def alone(world, clock, variable):
    """What is found of one token, without a reviewer's."""
    forge = world.forge(clock, reviewer_token_env="")
    settings = type(forge._settings)(forge._settings.url, variable, plain_http=True)
    (found,) = examined(type(forge)(settings, clock))
    return found


def test_two_accounts_that_have_all_they_need(forge, world):
    told = "what it may write Gitea tells when it is used"
    settings, people = forge._settings, world.namespace.people
    assert examined(forge) == [
        Finding(f"token in {settings.token_env}", note=f"of {people['bot'].name}; {told}"),
        Finding(f"token in {settings.reviewer_token_env}", note=f"of {people['reviewer'].name}; {told}"),
    ]


@pytest.mark.parametrize("lost", [ALL[:1], ALL[1:2], ALL[2:], ALL[:2], ALL], ids=" ".join)
def test_scopes_that_are_missing_are_named(world, clock, token, lost):
    found = alone(world, clock, token(*(scope for scope in ALL if scope not in lost)))
    named = sorted(lost, key=lambda scope: [ALL[2], ALL[0], ALL[1]].index(scope))
    assert f"the token in CHAIRLIFT_TEST_TOKEN lacks {', '.join(named)}: make one" in found.wrong


def test_a_token_that_lets_nobody_in(world, clock, monkeypatch):
    monkeypatch.setenv("CHAIRLIFT_TEST_TOKEN", "0123nobodys")
    found = alone(world, clock, "CHAIRLIFT_TEST_TOKEN")
    assert "the token in CHAIRLIFT_TEST_TOKEN was revoked or is wrong" in found.wrong
    assert "nobodys" not in found.wrong
    assert "CHAIRLIFT_NOWHERE holds no token" in alone(world, clock, "CHAIRLIFT_NOWHERE").wrong


def test_nobody_approves_what_they_opened(world, clock, token):
    variable = token(*ALL)
    forge = world.forge(clock)
    settings = type(forge._settings)(forge._settings.url, variable, variable, plain_http=True)
    _, found = examined(type(forge)(settings, clock))
    assert "nobody approves what they opened" in found.wrong
