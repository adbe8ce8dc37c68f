"""What goes wrong on GitHub: each time the cause and the remedy are said, and nothing is done twice."""

from __future__ import annotations

import json
import logging
import os

import pytest

from chairlift.adapters.github.forge import GitHub
from chairlift.adapters.github.settings import Settings
from chairlift.ports import Refused, Unavailable, Watched
from chairlift.testing.contracts.forge import opened
from tests.forges.github.server import Mishap
from tests.forges.github.world import REPO
from tests.forges.purse import Purse


def told(message):
    return json.dumps({"message": message}).encode()


SSO = {"X-GitHub-SSO": "required; url=https://github.com/orgs/team/sso?authorization_request=SECRET"}
SCOPES = {"X-OAuth-Scopes": "read:org, gist", "X-Accepted-OAuth-Scopes": "repo"}
SLOW = told("You have exceeded a secondary rate limit.")


@pytest.mark.parametrize(
    ("mishap", "kind", "words"),
    [
        ((500, b"<html>oops</html>", {}), Unavailable, "is away.*500"),
        ((502, b"", {}), Unavailable, "is away.*502"),
        ((202, b"{}", {}), Unavailable, "still computing"),
        ((200, b"<html>sign in here</html>", {}), Unavailable, "no JSON.*proxy"),
        ((200, b'"a text"', {}), Unavailable, "something else than a list"),
        ((403, told("Repository access blocked"), {}), Refused, "team/shop.*access blocked"),
        ((451, told("Unavailable for legal reasons"), {}), Refused, "451"),
        ((403, told("x"), SSO), Refused, "single sign-on.*Configure SSO"),
        ((403, told("your IP: an IP allow list enabled"), {}), Refused, "IP allow list"),
        ((404, told("Not Found"), SCOPES), Refused, "has gist, read:org, and needs repo"),
        ((404, told("Not Found"), {}), Refused, "no team/shop, or .* may not see it.*services file"),
        ((400, told("Problems parsing JSON"), {}), Refused, "a bug in Chairlift"),
        ((418, b"[]", {}), Refused, "418"),
    ],
)
def test_an_answer_other_than_hoped_for_says_cause_and_remedy(kit, mishap, kind, words):
    code, body, headers = mishap
    forge = kit.forge()
    kit.stand_in.mishaps.append(Mishap("GET", "/issues/comments", code=code, body=body, headers=headers))
    with pytest.raises(kind, match=words) as caught:
        forge.comments(REPO, 0)
    assert "SECRET" not in str(caught.value)
    assert list(forge.comments(REPO, 0)) == []


def test_an_address_that_answers_no_queries_is_none_of_an_api(kit):
    """As where the url of an Enterprise Server lacks its end; nothing is said to be gone."""
    forge = kit.forge()
    kit.stand_in.mishaps.append(Mishap("POST", "/graphql", code=404, body=told("Not Found")))
    with pytest.raises(Refused, match=r"nothing answers queries at http://.*/api/graphql \(404\): .*/api/v3"):
        forge.pull_for(REPO, "work")


@pytest.mark.parametrize("how", ["cut", "broken", "lost"])
def test_an_answer_that_breaks_off_is_unavailable(kit, world, how):
    forge = kit.forge()
    pull = opened(forge, world)
    world.comment(pull.number, "ann", "hello")
    kit.stand_in.mishaps.append(Mishap("GET", "/issues/comments", how))
    with pytest.raises(Unavailable):
        forge.comments(REPO, 0)
    kit.stand_in.mishaps.append(Mishap("POST", "/api/graphql", how))
    with pytest.raises(Unavailable):
        forge.pull_for(REPO, "work")
    assert forge.pull_for(REPO, "work") == pull


def test_who_does_not_answer_is_unavailable(kit):
    forge = GitHub(Settings(url="http://127.0.0.1:9/api/v3", token_env=kit.account("chairlift")), kit.clock)
    with pytest.raises(Unavailable, match="cannot be reached"):
        forge.pull_for(REPO, "work")


@pytest.mark.parametrize(
    ("headers", "body", "after"),
    [
        ({"Retry-After": "17"}, SLOW, 17),
        ({}, SLOW, 60),
        ({"Retry-After": "99999999"}, SLOW, 3700),
        ({}, told("was submitted too quickly"), 60),
        ({"Retry-After": "-1"}, told("You have triggered an abuse detection mechanism."), 60),
    ],
)
@pytest.mark.parametrize("code", [403, 429])
def test_a_limit_of_the_pace_says_when_to_come_again(kit, world, code, headers, body, after):
    budget = Purse()
    forge = kit.forge(budget)
    pull = opened(forge, world)
    kit.stand_in.mishaps.append(Mishap("POST", "/comments", code=code, headers=headers, body=body))
    with pytest.raises(Unavailable, match="the pace") as caught:
        forge.ensure_comment(REPO, pull.number, "notice", "text")
    assert caught.value.after == after
    assert [(said.secondary, said.retry_after) for said in budget.told if said.secondary] == [(True, after)]
    assert world.said(pull.number, "chairlift") == []


def test_a_used_up_hour_says_when_it_ends_by_githubs_own_clock(kit):
    forge = kit.forge()
    reset = int(kit.clock.at.timestamp()) + 600
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Limit": "5000", "X-RateLimit-Reset": str(reset)}
    mishap = Mishap("GET", "/issues", code=403, headers=headers, body=told("API rate limit exceeded"))
    kit.stand_in.mishaps.append(mishap)
    with pytest.raises(Unavailable, match="number of calls") as caught:
        forge.comments(REPO, 0)
    assert 580 <= caught.value.after <= 601


@pytest.mark.parametrize(
    ("errors", "kind", "words"),
    [
        ([{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}], Unavailable, "limits the queries"),
        ([{"message": "Something went wrong while executing your query."}], Unavailable, "cannot answer a query"),
        ([{"type": "FORBIDDEN", "message": "Resource not accessible by integration"}], Refused, "give it the perm"),
        ([{"type": "FORBIDDEN", "message": "protected by organization SAML enforcement"}], Refused, "single sign-on"),
        ([{"type": "INSUFFICIENT_SCOPES", "message": "requires one of: ['read:org']"}], Refused, "read:org"),
        ([{"type": "MAX_NODE_LIMIT_EXCEEDED", "message": "too many"}], Refused, "a bug in Chairlift"),
        ([], Unavailable, "cannot answer"),
    ],
)
def test_an_error_of_graphql_says_cause_and_remedy(kit, errors, kind, words):
    body = json.dumps({"data": None, "errors": errors}).encode()
    kit.stand_in.mishaps.append(Mishap("POST", "/api/graphql", code=200, body=body))
    with pytest.raises(kind, match=words):
        kit.forge().pull_for(REPO, "work")


@pytest.mark.parametrize("ask", ["look", "watch"])
def test_a_limit_of_queries_is_heard_by_the_budget(kit, ask):
    purse = Purse()
    forge = kit.forge(purse)
    errors = [{"type": "RATE_LIMITED", "message": "You have exceeded a secondary rate limit."}]
    body = json.dumps({"data": {"r0": None}, "errors": errors}).encode()
    kit.stand_in.mishaps.append(Mishap("POST", "/api/graphql", code=200, body=body))
    with pytest.raises(Unavailable, match="again in 60 seconds") as caught:
        forge.pull_for(REPO, "work") if ask == "look" else forge.marks([Watched(REPO, ())])
    assert caught.value.after == 60
    assert [(said.retry_after, said.secondary, said.query) for said in purse.told] == [(60, True, True)]


# ---- done once, whatever is lost ----


def test_a_merge_whose_answer_was_lost_is_merged_once(kit, world):
    forge = kit.forge()
    pull = opened(forge, world)
    kit.stand_in.mishaps.append(Mishap("PUT", "/merge", "lost"))
    with pytest.raises(Unavailable):
        forge.merge(REPO, pull.number, pull.head, "squash")
    landed = world.tip("main")
    assert landed != pull.head
    assert forge.merge(REPO, pull.number, pull.head, "squash") == landed == world.tip("main")
    assert kit.stand_in.calls.count("PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge") == 1


def test_what_was_made_and_not_heard_of_is_found_and_not_made_again(kit, world):
    forge = kit.forge()
    world.push("work", {"a.txt": "new\n"})
    for fragment, do in (
        ("/pulls", lambda: forge.ensure_pull(REPO, "work", "main", "Title", "Body", ("chairlift",))),
        ("/comments", lambda: forge.ensure_comment(REPO, 1, "notice", "text")),
        ("/issues", lambda: forge.ensure_issue(REPO, "key", "Title", "Body")),
    ):
        kit.stand_in.mishaps.append(Mishap("POST", fragment, "lost"))
        with pytest.raises(Unavailable):
            do()
        do()
    assert [(item.by, item.labels) for item in world.kept.items.values()] == [
        ("chairlift", ["chairlift"]),
        ("chairlift", []),
    ]
    assert len(world.said(1, "chairlift")) == 1


def test_one_that_somebody_opens_in_this_very_moment_is_taken_over(kit, world):
    """As two workers do: the second is told 422, and looks again."""
    forge = kit.forge()
    world.push("work", {"a.txt": "new\n"})
    just_before(kit, "/pulls", lambda: kit.place.open(world.kept, "chairlift", "The other's", "", "work", "main"))
    pull = forge.ensure_pull(REPO, "work", "main", "Title", "Body")
    assert [pull.number] == [*world.kept.items]


@pytest.mark.parametrize(
    ("code", "words"),
    [(405, "Base branch was modified. Review and try the merge again."), (409, "already in progress")],
)
def test_a_base_that_moves_in_this_very_moment_is_no_refusal(kit, world, code, words):
    forge = kit.forge()
    pull = opened(forge, world)
    kit.stand_in.mishaps.append(Mishap("PUT", "/merge", code=code, body=told(words)))
    with pytest.raises(Unavailable, match="in this very moment"):
        forge.merge(REPO, pull.number, pull.head, "squash")
    assert forge.merge(REPO, pull.number, pull.head, "squash") == world.tip("main")


def just_before(kit, name, do):
    """Something happens between what Chairlift has looked at and its call of this name."""
    answered = kit.stand_in.rest

    def after_it(operation, *rest):
        if operation.name.endswith(name):
            do()
        return answered(operation, *rest)

    kit.stand_in.rest = after_it


def test_a_head_that_moves_in_this_very_moment_is_not_merged(kit, world):
    forge = kit.forge()
    pull = opened(forge, world)
    base = world.tip("main")
    just_before(kit, "/merge", lambda: world.push("work", {"sneaked.txt": "in\n"}))
    with pytest.raises(Refused, match="Head branch was modified"):
        forge.merge(REPO, pull.number, pull.head, "squash")
    assert (world.tip("main"), forge.pull_for(REPO, "work").state) == (base, "open")


def test_a_head_that_moves_in_this_very_moment_is_not_approved(kit, world):
    forge = kit.forge()
    pull = opened(forge, world)
    just_before(kit, "/reviews", lambda: world.push("work", {"sneaked.txt": "in\n"}))
    forge.approve(REPO, pull.number, pull.head, "good")
    again = forge.pull_for(REPO, "work")
    assert again.head != pull.head
    assert [review.head for review in again.reviews] == [pull.head]


# ---- who may what ----


def test_a_revoked_token_is_named_by_its_variable(kit, world):
    variable = kit.account("chairlift")
    forge = kit.forge(token_env=variable)
    del kit.place.grants[os.environ[variable]]
    with pytest.raises(Refused, match=rf"revoked or expired\? make a new token and put it into .*{variable}"):
        forge.pull_for(REPO, "work")


@pytest.mark.parametrize("value", ["", "  ", "two words", "ghp_\nX: y", "ghp_ü"])
def test_a_variable_without_a_token_is_named_and_never_sent(kit, monkeypatch, value):
    monkeypatch.setenv("CHAIRLIFT_TEST_BAD", value)
    with pytest.raises(Refused, match="CHAIRLIFT_TEST_BAD holds no token"):
        kit.forge(token_env="CHAIRLIFT_TEST_BAD").pull_for(REPO, "work")
    assert kit.stand_in.calls == []


def test_a_token_with_too_few_scopes_is_told_which(kit, world):
    forge = kit.forge(token_env=kit.account("chairlift", scopes="public_repo"))
    world.push("work", {"a.txt": "new\n"})
    with pytest.raises(Refused, match="has public_repo, and needs repo"):
        forge.ensure_pull(REPO, "work", "main", "Title", "Body")


def test_a_fine_grained_token_without_a_permission_is_told_which(kit, world):
    forge = kit.forge(token_env=kit.account("chairlift", read_only=True))
    world.push("work", {"a.txt": "new\n"})
    with pytest.raises(Refused, match="give it pull_requests=write"):
        forge.ensure_pull(REPO, "work", "main", "Title", "Body")


def test_what_one_may_not_see_is_not_there(kit, world):
    world.kept.private = True
    forge = kit.forge(token_env=kit.account("chairlift", repos=frozenset({"team/other"})))
    for ask in (
        lambda: forge.pull_for(REPO, "work"),
        lambda: forge.comments(REPO, 0),
        lambda: forge.merge(REPO, 1, "0" * 40, "squash"),
    ):
        with pytest.raises(Refused, match="may not see it"):
            ask()
    assert list(forge.marks([Watched(REPO, ("work",))])) == [""]


def test_an_archived_repository_is_read_and_not_written(kit, world):
    forge = kit.forge()
    pull = opened(forge, world)
    world.kept.archived = True
    assert forge.pull_for(REPO, "work") == pull
    for write in (
        lambda: forge.merge(REPO, pull.number, pull.head, "squash"),
        lambda: forge.ensure_comment(REPO, pull.number, "notice", "text"),
        lambda: forge.report_check(REPO, pull.head, "tests", "passed", ""),
    ):
        with pytest.raises(Refused, match=r"archived.*unarchive it, or take it out"):
            write()


def test_a_repository_with_issues_switched_off_says_so(kit, world):
    world.kept.issues_enabled = False
    with pytest.raises(Refused, match="switch issues on"):
        kit.forge().ensure_issue(REPO, "key", "Title", "Body")


def test_a_renamed_repository_is_read_under_its_old_name_and_not_written(kit, world):
    forge = kit.forge()
    pull = opened(forge, world)
    world.comment(pull.number, "ann", "hello")
    world.kept.name = "team/store"
    kit.place.repositories["team/store"] = kit.place.repositories.pop("team/shop")
    kit.place.moved["team/shop"] = "team/store"
    assert forge.pull_for(REPO, "work").number == pull.number
    assert [comment.text for comment in forge.comments(REPO, 0)] == ["hello"]
    assert all(forge.marks([Watched(REPO, ("work",))]))
    with pytest.raises(Refused, match=r"has moved.*new name into the services file"):
        forge.merge(REPO, pull.number, pull.head, "squash")


def test_the_token_follows_nobody_to_another_host(kit):
    headers = {"Location": "http://127.0.0.1:9/steal"}
    for code in (301, 302, 307, 308):
        kit.stand_in.mishaps.append(Mishap("GET", "/issues/comments", code=code, headers=headers))
        with pytest.raises(Unavailable, match="another host"):
            kit.forge().comments(REPO, 0)
    link = {"Link": '<http://127.0.0.1:9/steal>; rel="next"'}
    kit.stand_in.mishaps.append(Mishap("GET", "/issues/comments", code=200, body=b"[]", headers=link))
    with pytest.raises(Unavailable, match="another host"):
        kit.forge().comments(REPO, 0)


def test_who_sends_round_in_circles_is_left(kit):
    headers = {"Location": f"{kit.stand_in.api}/repos/{REPO}/issues/comments"}
    kit.stand_in.mishaps.append(Mishap("GET", "/issues/comments", code=301, headers=headers, times=9))
    with pytest.raises(Unavailable, match="from one place to the next"):
        kit.forge().comments(REPO, 0)


def test_where_rulesets_are_not_paid_for_there_are_none(kit, world):
    words = told("Upgrade to GitHub Pro or make this repository public to enable this feature.")
    kit.stand_in.mishaps.append(Mishap("GET", "/rules/branches/", code=403, body=words, times=9))
    assert opened(kit.forge(), world).waits == ()


# ---- secrets ----


def test_no_secret_is_in_errors_logs_reprs_or_addresses(kit, world, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    variable = kit.account("chairlift")
    secret = os.environ[variable]
    forge = kit.forge(token_env=variable)
    pull = opened(forge, world)
    kit.stand_in.mishaps += [Mishap("GET", "/comments", how, 500) for how in ("answer", "cut", "broken", "lost")]
    shown = [forge.git_url(REPO), *map(repr, (forge, vars(forge), forge._wire, forge._wire._signer, pull))]
    for _ in range(4):
        with pytest.raises(Unavailable) as caught:
            forge.comments(REPO, 0)
        shown += [str(caught.value), repr(caught.value), repr(caught.value.__cause__)]
    del kit.place.grants[secret]
    with pytest.raises(Refused) as refused:
        forge.comments(REPO, 0)
    shown += [str(refused.value), caplog.text, *capfd.readouterr()]
    assert caplog.text
    assert secret not in "".join(shown)
