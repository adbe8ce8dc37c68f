"""How many calls are made, what they cost, and as whom: budgets, pages, ETags and tokens that end."""

from __future__ import annotations

import os
from datetime import timedelta

import httpx
import pytest

from chairlift import plugins
from chairlift.adapters.git import GitWorkspace
from chairlift.adapters.git import Settings as GitSettings
from chairlift.adapters.github.forge import GitHub
from chairlift.adapters.github.settings import Place, Settings
from chairlift.core.budget import Call, Lane
from chairlift.ports import Refused, Unavailable, Watched
from chairlift.testing.contracts.forge import found, opened
from tests.forges.describing import NotAsDescribed
from tests.forges.github.server import Mishap, description
from tests.forges.github.world import APP, INSTALLATION, REPO
from tests.forges.purse import Purse


def costs(purse, call):
    return [lane for _, lane, spent in purse.spent if spent is call]


def test_opening_one_makes_people_hear_twice_at_most(kit, world):
    purse = Purse()
    forge = kit.forge(purse, reviewers=("ann", "team/platform"))
    pull = opened(forge, world)
    assert costs(purse, Call.CREATE) == [Lane.OPEN, Lane.OPEN]
    assert costs(purse, Call.WRITE) == [Lane.OPEN]
    kept = world.kept.items[pull.number]
    assert (kept.asked, kept.labels) == (["ann", "platform"], ["chairlift"])
    spent = len(purse.spent)
    forge.ensure_pull(REPO, "work", "main", "Title", "Body", ("Chairlift",))
    assert {call for _, _, call in purse.spent[spent:]} == {Call.QUERY, Call.READ}


def test_reviewers_are_asked_also_where_we_were_stopped_in_between(kit, world):
    forge = kit.forge(reviewers=("ann",))
    kit.stand_in.mishaps.append(Mishap("POST", "/requested_reviewers", code=502))
    with pytest.raises(Unavailable):
        opened(forge, world)
    forge.ensure_pull(REPO, "work", "main", "Title", "Body")
    assert world.kept.items[1].asked == ["ann"]


def test_one_that_a_lost_installation_opened_is_adopted(kit, world):
    pull = opened(kit.forge(), world)
    purse = Purse()
    later = kit.forge(purse).ensure_pull(REPO, "work", "main", "Other", "Other", ("chairlift", "django-5"))
    assert later.number == pull.number
    assert costs(purse, Call.CREATE) == []
    assert world.kept.items[pull.number].labels == ["chairlift", "django-5"]


def test_everything_is_asked_of_the_budget_first_and_told_to_it_afterwards(kit, world):
    purse = Purse()
    forge = kit.forge(purse)
    pull = opened(forge, world)
    forge.ensure_comment(REPO, pull.number, "notice", "text")
    forge.approve(REPO, pull.number, pull.head, "good")
    forge.merge(REPO, pull.number, pull.head, "squash")
    assert len(purse.spent) == len(kit.stand_in.calls) == len(purse.told)
    assert len({identity for identity, _, _ in purse.spent}) == 2
    assert all(identity.startswith("127.0.0.1") for identity, _, _ in purse.spent)
    assert {said.query for said in purse.told} == {True, False}
    assert all(said.limit == 5000 and said.remaining and said.reset.tzinfo for said in purse.told)
    merging = [spent for _, lane, spent in purse.spent if lane is Lane.MERGE]
    assert merging.count(Call.WRITE) == 1


@pytest.mark.parametrize("left", range(4))
def test_nothing_is_called_that_the_budget_does_not_give(kit, world, left):
    world.push("work", {"a.txt": "new\n"})
    with pytest.raises(Unavailable, match="used up") as caught:
        kit.forge(Purse(left)).ensure_pull(REPO, "work", "main", "Title", "Body", ("chairlift",))
    assert caught.value.after == 5
    assert len(kit.stand_in.calls) == left


def test_fifty_are_watched_by_one_query(kit, world):
    names = [f"team/s{count}" for count in range(51)]
    for name in names:
        kit.place.create(name)
    purse = Purse()
    forge = kit.forge(purse)
    watched = [Watched(name, ("work", "clean-up"), "django") for name in names]
    assert all(forge.marks(watched[:50]))
    assert [call for _, _, call in purse.spent] == [Call.QUERY]
    assert len({*forge.marks(watched)}) == 1
    assert kit.stand_in.calls.count("GraphQL query Marks") == 3


def test_what_has_not_changed_is_not_paid_for_again(kit, world):
    forge = kit.forge()
    pull = opened(forge, world)
    world.comment(pull.number, "ann", "one")
    for _ in range(3):
        forge.comments(REPO, 0)
        forge.issue(REPO, "key")
    left, unchanged = kit.stand_in.left["core"], kit.stand_in.unchanged
    (comment,) = forge.comments(REPO, 0)
    assert forge.issue(REPO, "key") is None
    assert (kit.stand_in.left["core"], kit.stand_in.unchanged) == (left, unchanged + 2)
    world.comment(pull.number, "ann", "two")
    assert [each.text for each in forge.comments(REPO, comment.id)] == ["two"]


def test_a_list_that_shifts_while_it_is_read_loses_nothing_and_repeats_nothing(kit, world):
    forge = kit.forge()
    pull = opened(forge, world)
    for count in range(250):
        world.comment(pull.number, "ann", str(count))
    said = world.kept.comments
    gone = [said[-1], said[-30]]

    def shift(page):
        """Somebody deletes one of those already read, then somebody says something."""
        if gone:
            said.remove(gone.pop())
        elif said[-1].text != "new":
            world.comment(pull.number, "bob", "new")

    kit.stand_in.after_page.append(shift)
    heard = [comment.text for comment in forge.comments(REPO, 0)]
    assert heard == [*(str(count) for count in range(249) if count != 220), "new"]


def test_a_list_that_never_stands_still_is_unavailable(kit, world):
    forge = kit.forge()
    pull = opened(forge, world)
    for count in range(101):
        world.comment(pull.number, "ann", str(count))
    kit.stand_in.after_page.append(lambda page: world.comment(pull.number, "ann", "more"))
    with pytest.raises(Unavailable, match="faster than it can be read"):
        forge.comments(REPO, 0)


def test_of_a_repository_that_was_never_read_only_the_newest_are_read(kit, world):
    forge = kit.forge()
    pull = opened(forge, world)
    for count in range(1205):
        kit.place.say(world.kept, pull.number, "ann", str(count))
    heard = forge.comments(REPO, 0)
    assert [heard[0].text, heard[-1].text, len(heard)] == ["205", "1204", 1000]
    assert len(forge.comments(REPO, world.kept.comments[0].id)) == 1204


# ---- as an App ----


def test_a_token_of_an_app_is_renewed_before_its_hour_is_over(kit, world):
    forge = kit.as_app(Purse())
    granted = "POST /app/installations/{installation_id}/access_tokens"
    for minutes, tokens in ((0, 1), (30, 1), (20, 1), (7, 2), (53, 2), (4, 3)):
        kit.clock.at += timedelta(minutes=minutes)
        assert forge.pull_for(REPO, "work") is None
        assert kit.stand_in.calls.count(granted) == tokens


def test_a_token_of_an_app_that_was_taken_back_is_made_anew(kit, world):
    forge = kit.as_app()
    forge.pull_for(REPO, "work")
    kit.place.grants = {name: grant for name, grant in kit.place.grants.items() if not grant.app}
    with pytest.raises(Refused, match="make a new private key"):
        forge.pull_for(REPO, "work")
    assert forge.pull_for(REPO, "work") is None


def test_an_app_without_its_key_or_installation_says_so(kit, monkeypatch):
    with pytest.raises(Refused, match=r"nothing\.pem cannot be read \(No such file"):
        kit.as_app(key_file=kit.folder / "nothing.pem").pull_for(REPO, "work")
    monkeypatch.setenv("CHAIRLIFT_TEST_KEY", "-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n")
    with pytest.raises(Refused, match=f"CHAIRLIFT_TEST_KEY holds no private key of App {APP}") as caught:
        kit.as_app(key_env="CHAIRLIFT_TEST_KEY").pull_for(REPO, "work")
    assert "SECRET" not in str(caught.value)
    with pytest.raises(Refused, match="the App's installation"):
        kit.as_app(installation=99).pull_for(REPO, "work")
    kit.stand_in.apps.clear()
    with pytest.raises(Refused, match="check this machine's clock"):
        kit.as_app().pull_for(REPO, "work")


def test_the_key_may_stand_in_a_variable(kit, world, monkeypatch):
    monkeypatch.setenv("CHAIRLIFT_TEST_KEY", (kit.folder / "app.pem").read_text())
    assert opened(kit.as_app(key_env="CHAIRLIFT_TEST_KEY"), world).opened_by == "chairlift-app[bot]"


def test_what_a_check_shows_already_is_not_shown_again(kit, world):
    purse = Purse()
    forge = kit.as_app(purse)
    pull = opened(forge, world)
    for state in ("pending", "pending", "passed", "passed", "pending", "failed"):
        forge.report_check(REPO, pull.head, "tests", state, f"it is {state}")
    assert len([lane for lane in costs(purse, Call.WRITE) if lane is Lane.TALK]) == 4
    assert [run.status for run in world.kept.runs] == ["completed", "completed"]
    assert [(check.name, check.state) for check in found(forge, world).checks] == [("tests", "failed")]


# ---- settings and addresses ----


@pytest.mark.parametrize(
    ("api", "web", "graphql"),
    [
        ("https://api.github.com", "https://github.com", "https://api.github.com/graphql"),
        ("https://api.acme.ghe.com", "https://acme.ghe.com", "https://api.acme.ghe.com/graphql"),
        ("https://git.acme.test/api/v3", "https://git.acme.test", "https://git.acme.test/api/graphql"),
        ("https://git.acme.test:8443/api/v3/", "https://git.acme.test:8443", "https://git.acme.test:8443/api/graphql"),
    ],
)
def test_the_cloud_and_enterprise_servers_have_their_own_addresses(kit, api, web, graphql):
    place = Place.of(Settings(url=api))
    assert (place.web, place.graphql) == (web, graphql)
    assert bool(place.limits.creates_hour) == place.cloud == ("git.acme" not in api)
    assert GitHub(Settings(url=api, token_env="X"), kit.clock).git_url(REPO) == f"{web}/team/shop.git"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"url": "http://github.example.org/api/v3", "token_env": "X"}, "in the clear"),
        ({"url": "https://user:pass@github.example.org", "token_env": "X"}, "no address of an API"),
        ({"url": "https://[", "token_env": "X"}, "no address of an API"),
        ({"url": "api.github.com", "token_env": "X"}, "no address of an API"),
        ({}, "app or token_env"),
        ({"token_env": "X", "app": 1}, "app or token_env"),
        ({"app": 1}, "needs its installation"),
    ],
)
def test_settings_that_cannot_work_are_refused(kit, settings, words):
    with pytest.raises(Refused, match=words):
        GitHub(Settings(**settings), kit.clock)


def test_it_is_built_from_a_table(kit, world, tmp_path):
    (tmp_path / "github-app.pem").write_bytes((kit.folder / "app.pem").read_bytes())
    table = {"kind": "github", "url": kit.stand_in.api, "app": APP, "installation": INSTALLATION, "reviewers": ["ann"]}
    purse = Purse()
    forge = plugins.build("forge", table, tmp_path, kit.clock, budget=purse)
    assert opened(forge, world).opened_by == "chairlift-app[bot]"
    assert {identity for identity, _, _ in purse.spent} == {
        f"{forge._place.host} app {APP} installation {INSTALLATION}"
    }


# ---- the stand-in is what it says it is ----


@pytest.mark.parametrize("who", ["token", "app"])
def test_the_workspace_pushes_to_it_over_http_and_keeps_no_secret(kit, world, tmp_path, who):
    forge = kit.forge() if who == "token" else kit.as_app()
    url, mirrors = forge.git_url(REPO), tmp_path / "mirrors"
    workspace = GitWorkspace(GitSettings(mirrors), forge.git_authorization)
    base = workspace.heads(url)["main"]
    with workspace.checkout(url, base) as path:
        (path / "big").write_bytes(os.urandom(3 << 20))
        written = workspace.commit(url, path, base, "Change\n")
    workspace.push(url, written.commit, "work", frozenset())
    assert forge.ensure_pull(REPO, "work", "main", "Title", "Body").head == written.commit == world.tip("work")
    key = forge.git_authorization(url)
    secrets = (key.encode(), forge._wire.token().encode())
    kept = [file.read_bytes() for file in mirrors.rglob("*") if file.is_file() and "objects" not in file.parts]
    assert kept
    assert not any(secret in text for secret in secrets for text in kept)
    kit.place.grants.clear()
    with pytest.raises(Refused, match="give Chairlift's account access"):
        GitWorkspace(GitSettings(tmp_path / "other"), lambda url: key).heads(url)


@pytest.mark.parametrize(
    "url", ["{}.evil.test/team/shop.git", "{}@evil.test/x", "http://evil.test/{}/x", "", "/a/path"]
)
def test_git_gets_the_token_for_no_other_host(kit, url):
    assert kit.forge().git_authorization(url.format(kit.stand_in.url)) == ""
    assert kit.stand_in.calls == []


def test_it_is_as_strict_as_github(kit, world):
    """Where other stand-ins are not."""
    us, them = (
        httpx.Client(headers={"Authorization": f"Bearer {os.environ[kit.account(who)]}"}) for who in ("us", "ann")
    )
    at = f"{kit.stand_in.api}/repos/{REPO}"
    head = world.push("work", {"a.txt": "new\n"})
    text = {"head": "work", "base": "main", "title": "t"}
    assert [us.post(f"{at}/pulls", json=text).status_code for _ in range(2)] == [201, 422]
    approval = {"event": "APPROVE", "commit_id": head}
    assert [who.post(f"{at}/pulls/1/reviews", json=approval).status_code for who in (us, them)] == [422, 200]
    assert us.put(f"{at}/pulls/1/merge", json={"sha": "0" * 40}).status_code == 409
    assert us.put(f"{at}/pulls/1/merge", json={"sha": head}).status_code == 200
    assert us.put(f"{at}/pulls/1/merge", json={"sha": head}).status_code == 405
    assert us.get(f"{at.replace('shop', 'nothing')}/issues").status_code == 404
    assert httpx.get(f"{at}/issues").status_code == 401
    first = us.get(f"{at}/issues")
    assert us.get(f"{at}/issues", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_whatever_is_not_as_github_describes_it_is_told(kit, world):
    token = os.environ[kit.account("chairlift")]
    head = {"Authorization": f"Bearer {token}"}

    def asked(method, path, body=None):
        return httpx.request(method, f"{kit.stand_in.url}{path}", headers=head, json=body).status_code

    at = f"/api/v3/repos/{REPO}"
    world.push("work", {"a.txt": "new\n"})
    assert asked("POST", f"{at}/pulls", {"head": "work", "title": "t"}) == 422
    assert asked("POST", f"{at}/pulls", {"head": "work", "base": "main", "title": 3}) == 422
    assert asked("POST", f"{at}/pulls", {"head": "work", "base": "main", "title": "t", "titel": "t"}) == 422
    assert asked("POST", f"{at}/issues", {"title": "t", "labels": [{"naem": "x"}]}) == 422
    assert asked("GET", f"{at}/issues?perpage=100") == 422
    assert asked("GET", f"{at}/issues?per_page=many") == 422
    assert asked("GET", f"{at}/issues?state=merged") == 422
    assert asked("PUT", f"{at}/issues") == 422
    assert asked("POST", "/api/graphql", {"query": "{ viewer { logn } }"}) == 422
    assert asked("POST", "/api/graphql", {"query": f'{{ repository(owner: "team", name: "{"shop"}") {{ x }} }}'}) == 422
    assert len(kit.stand_in.wrong) == 10
    kit.stand_in.wrong.clear()
    assert asked("POST", f"{at}/pulls", {"head": "work", "base": "main", "title": "t"}) == 201


def test_an_answer_is_held_to_the_description_as_well():
    operation = description().operation("GET", f"/repos/{REPO}/issues/7/comments")
    comment = operation.filled(200, [{"id": 3, "body": "text"}])
    operation.check_answer(200, comment)
    assert (operation.values["issue_number"], comment[0]["body"]) == ("7", "text")
    for wrong in ([{"id": 3}], [{**comment[0], "id": "3"}], [{**comment[0], "created_at": "today"}], {}):
        with pytest.raises(NotAsDescribed):
            operation.check_answer(200, wrong)
    with pytest.raises(NotAsDescribed, match="never answers 201"):
        operation.check_answer(201, comment)
    operation.check_answer(502, "anything")
