"""What calls of Gitea cost, what they say of who we are, and that the stand-in believes none that is not described."""

from __future__ import annotations

import os
import traceback

import pytest

from chairlift import plugins
from chairlift.adapters.gitea.forge import GiteaForge, Settings
from chairlift.core.budget import Call, Lane
from chairlift.ports import Refused, Unavailable, Watched
from chairlift.testing.contracts.people import found, opened
from tests.forges.gitea import describing

# ---- budget ----


def test_opening_one_costs_one_call_that_people_hear_of(forge, world, purse, server):
    forge.ensure_pull(world.repo, *prepared(world, "first"), ("chairlift",))
    assert (purse.count(Call.CREATE), purse.count(Call.WRITE)) == (1, 1), "one pull request, one label for good"
    purse.spent.clear()
    forge.ensure_pull(world.repo, *prepared(world, "second"), ("chairlift",))
    assert (purse.count(Call.CREATE), purse.count(Call.WRITE)) == (1, 0)
    assert {lane for _, lane, _ in purse.spent} == {Lane.OPEN}


def prepared(world, branch):
    world.push(branch, {f"{branch}.txt": "new\n"})
    return branch, "main", f"Title of {branch}", "Body"


def test_every_request_was_spent_before_and_by_whom(forge, world, purse, server):
    pull = opened(forge, world)
    server.forget()
    purse.spent.clear()
    forge.approve(world.repo, pull.number, pull.head, "good")
    forge.ensure_comment(world.repo, pull.number, "notice", "soon")
    forge.merge(world.repo, pull.number, pull.head, "squash")
    assert len(purse.spent) == sum(server.calls.values())
    reviewing = [call for identity, _, call in purse.spent if "REVIEWER" in identity]
    assert reviewing == [Call.READ, Call.CREATE]
    assert all(identity.startswith("127.0.0.1:") for identity, _, _ in purse.spent)
    assert [lane for _, lane, call in purse.spent if call is Call.WRITE] == [Lane.MERGE]


def test_what_the_budget_does_not_have_is_not_asked(forge, world, purse, server):
    opened(forge, world)
    server.forget()
    purse.left = 0
    with pytest.raises(Unavailable, match="used up"):
        forge.pull_for(world.repo, "work")
    assert not server.calls


def test_what_a_look_and_a_mark_cost(forge, world, server):
    opened(forge, world)
    forge.ensure_issue(world.repo, "django", "Title", "Body")
    found(forge, world)
    server.forget()
    found(forge, world)
    assert sum(server.calls.values()) == 4
    watched = [Watched(world.repo, ("work",), "django")]
    first = list(forge.marks(watched))
    repository = server.places.repositories[world.repo.lower()]
    for topic in repository.topics.values():
        # As if it were a while ago: the server has only whole seconds.
        topic.updated = topic.updated.replace(year=2020)
    assert list(forge.marks(watched)) != first
    server.forget()
    forge.marks(watched)
    assert sum(server.calls.values()) == 3


# ---- who we are ----


def test_a_token_is_in_nothing_that_anybody_sees(forge, world, server):
    secrets = [world.namespace.people[role].token for role in ("bot", "reviewer")]
    pull = opened(forge, world)
    said = [
        repr(forge),
        repr(forge._settings),
        str(vars(forge._wire)),
        forge.git_url(world.repo),
        pull.url,
        *server.seen,
    ]
    server.places.tokens.pop(secrets[0])
    with pytest.raises(Refused, match=r"401.*CHAIRLIFT_TEST_BOT.*make a new one") as error:
        forge.pull_for(world.repo, "work")
    said += traceback.format_exception(error.value)
    server.places.tokens[secrets[0]] = server.places.tokens[secrets[1]].__class__(
        server.places.users[world.namespace.people["bot"].name.lower()]
    )
    assert not [text for text in said for secret in secrets if secret in text]


def test_a_scope_that_is_missing_is_named(world, server, clock):
    bot = server.places.users[world.namespace.people["bot"].name.lower()]
    os.environ["CHAIRLIFT_TEST_NARROW"] = server.places.add_token(bot, ["read:repository", "read:user"])
    forge = GiteaForge(Settings(world.namespace.url, "CHAIRLIFT_TEST_NARROW"), clock)
    assert forge.pull_for(world.repo, "work") is None
    with pytest.raises(Refused, match=r"\[read:issue\].*CHAIRLIFT_TEST_NARROW that scope"):
        forge.comments(world.repo, 0)


@pytest.mark.parametrize("token", ["", "  ", "two\nlines", "ünicode"])
def test_a_variable_without_a_token_is_named(world, clock, token):
    os.environ["CHAIRLIFT_TEST_EMPTY"] = token
    with pytest.raises(Refused, match="the variable CHAIRLIFT_TEST_EMPTY holds no token"):
        GiteaForge(Settings(world.namespace.url, "CHAIRLIFT_TEST_EMPTY"), clock).git_url(world.repo)


def test_who_opened_it_may_not_approve_it(world, clock):
    forge = world.forge(clock, reviewer_token_env="")
    pull = opened(forge, world)
    with pytest.raises(Refused, match="set reviewer_token_env"):
        forge.approve(world.repo, pull.number, pull.head, "good")


@pytest.mark.parametrize("url", ["git.example.org", "ftp://git.example.org", "https://me:secret@git.example.org", ""])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(Refused, match="write it as https") as error:
        Settings(url, "TOKEN")
    assert "secret" not in str(error.value)


def test_a_token_does_not_go_over_http_unless_told_to():
    with pytest.raises(Refused, match="in the clear"):
        Settings("http://git.example.org", "TOKEN")
    assert Settings("http://git.example.org/", "TOKEN", plain_http=True).base == "http://git.example.org"


@pytest.mark.parametrize("kind", ["gitea", "forgejo"])
def test_it_is_built_by_its_name(kind, tmp_path, clock, purse):
    config = {"kind": kind, "url": "https://git.example.org", "token_env": "TOKEN"}
    assert isinstance(plugins.build("forge", config, tmp_path, clock, budget=purse), GiteaForge)


def test_git_goes_by_ssh_where_it_is_told_to(world, clock):
    assert world.forge(clock, ssh=True).git_url(world.repo).startswith("git@git.example:")


# ---- the stand-in ----


def test_the_stand_in_believes_no_call_that_is_not_described(world, server, purse, clock):
    ann = world.people[0]
    for method, path, body in (
        ("POST", "issues", {"title": "t", "colour": "red"}),
        ("POST", "issues", {"body": "without a title"}),
        ("POST", "issues", {"title": 7}),
        ("GET", "pulls?state=merged", None),
        ("GET", "pulls?branch=work", None),
        ("GET", "pulls?page=one", None),
        ("GET", "pulls/merged", None),
    ):
        before = len(server.wrong)
        with pytest.raises(Exception, match=path.partition("?")[0]):
            world.ask(ann, method, path, body)
        assert len(server.wrong) == before + 1, path
    server.wrong.clear()


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({"id": 1, "login": "ann", "nick": "a"}, "'nick' was unexpected"),
        ({"id": "1"}, "anyOf"),
        ([], 'not of type "object"'),
        ({"created": "yesterday"}, "anyOf"),
    ],
)
def test_an_answer_that_is_not_described_is_told(server, data, wrong):
    call = describing.find("GET", "/user")
    assert describing.answer_faults(call, 200, {"id": 1, "login": "ann", "last_login": None}) == []
    (fault,) = describing.answer_faults(call, 200, data)
    assert wrong in fault
    assert describing.answer_faults(call, 418, None) == ["userGetCurrent never answers 418"]
