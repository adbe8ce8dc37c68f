"""What calls of GitLab cost, what they say of who we are, and that the stand-in believes none that GitLab has not."""

from __future__ import annotations

import logging
import traceback

import pytest

from chairlift import plugins
from chairlift.adapters.gitlab.forge import GitLab, Settings
from chairlift.core.budget import Call, Lane
from chairlift.ports import Refused, Unavailable, Watched
from chairlift.testing.contracts.people import found, opened
from tests.forges.gitlab import describing
from tests.forges.gitlab.graph import MOST, NotInSchema
from tests.forges.gitlab.places import Topic
from tests.forges.gitlab.schema import schema
from tests.forges.purse import Purse

# ---- budget ----


def prepared(world, branch):
    world.push(branch, {f"{branch}.txt": "new\n"})
    return branch, "main", f"Title of {branch}", "Body"


def test_opening_one_is_one_call_that_people_hear_of(world, clock, purse, kept):
    ann, _ = world.people
    forge = world.forge(clock, purse, reviewers=(ann, "nobody-of-this-name"))
    forge.ensure_pull(world.repo, *prepared(world, "first"), ("chairlift", "django, 5"))
    assert (purse.count(Call.CREATE), purse.count(Call.WRITE)) == (1, 0)
    assert {lane for _, lane, _ in purse.spent} == {Lane.OPEN}
    pull = kept.pulls[1]
    assert pull.labels == ["chairlift", "django  5"]
    assert list(pull.reviewers) == [world.namespace.people["ann"].id]
    purse.spent.clear()
    forge.ensure_pull(world.repo, "first", "main", "Other", "Other", ("chairlift",))
    assert purse.count(Call.CREATE, Call.WRITE) == 0


def test_every_request_was_spent_before_and_by_whom(forge, world, purse, server):
    pull = opened(forge, world)
    server.forget()
    purse.spent.clear()
    forge.approve(world.repo, pull.number, pull.head, "good")
    forge.ensure_comment(world.repo, pull.number, "notice", "soon")
    forge.merge(world.repo, pull.number, pull.head, "squash")
    assert len(purse.spent) == sum(server.calls.values())
    reviewing = [call for identity, _, call in purse.spent if "REVIEWER" in identity]
    assert reviewing == [Call.READ, Call.CREATE, Call.CREATE]
    assert all(identity.startswith("127.0.0.1:") for identity, _, _ in purse.spent)
    assert [lane for _, lane, call in purse.spent if call is Call.WRITE] == [Lane.MERGE]


def test_what_the_budget_does_not_have_is_not_asked(forge, world, purse, server):
    opened(forge, world)
    server.forget()
    purse.left = 0
    with pytest.raises(Unavailable, match="used up"):
        forge.pull_for(world.repo, "work")
    assert not server.calls


def test_what_a_look_costs(forge, world, server):
    pull = opened(forge, world)
    found(forge, world)
    server.forget()
    found(forge, world)
    assert sum(server.calls.values()) == 5
    world.review(pull.number, world.people[0], "approved")
    server.forget()
    found(forge, world)
    assert sum(server.calls.values()) == 7


def test_what_has_not_changed_is_not_sent_again(forge, world, server):
    opened(forge, world)
    found(forge, world)
    server.forget()
    first = found(forge, world)
    assert server.unchanged == sum(server.calls.values()) == 5
    world.comment(first.number, world.people[0], "hello")
    server.forget()
    assert found(forge, world) == first
    assert 0 < server.unchanged < 5


# ---- marks ----


def test_fifty_are_watched_by_one_query_within_gitlabs_limit(forge, world, server, purse):
    owner = server.places.users[world.owner.name.casefold()]
    names = [server.places.add_project(f"{owner.name}/s{count}", owner).path for count in range(51)]
    watched = [Watched(name, ("chairlift/a/one", "chairlift/a/two", "chairlift/a/three"), "django") for name in names]
    assert all(forge.marks(watched))
    server.forget()
    purse.spent.clear()
    assert len({*forge.marks(watched)}) == 1
    assert [call for _, _, call in purse.spent] == [Call.QUERY] * 2
    assert server.calls["GraphQL query Watch"] == 2
    # GitLab adds a little for some of what is asked for, such as an order.
    assert max(server.queries) <= MOST * 0.8


def test_branches_of_others_are_no_part_of_a_mark(forge, world, server):
    owner = server.places.users[world.owner.name.casefold()]
    other = server.places.add_project(f"{owner.name}/other", owner).path
    opened(forge, world)
    mine = Watched(world.repo, ("work",), "django")
    (alone,) = forge.marks([mine])
    many = [Watched(other, tuple(f"b{count}" for count in range(place, place + 5))) for place in range(0, 30, 5)]
    server.forget()
    assert forge.marks([*many, mine])[-1] == alone
    assert server.calls["GraphQL query Watch"] == 6, "never more than eight branches in one query"
    assert max(server.queries) <= MOST
    assert all(forge.marks([Watched(world.repo, tuple(f"attempt-{count}" for count in range(25)))]))
    assert max(server.queries) <= MOST
    world.push("unwatched", {"a": "b"})
    opened(forge, world, "unwatched")
    beside = forge.marks([mine, Watched(world.repo, ("unwatched",))])
    assert beside[0] == alone != beside[1]


def test_a_mark_sees_what_only_rules_and_people_change(forge, world, server, kept):
    pull = opened(forge, world)
    watched, known = [Watched(world.repo, ("work",))], set()
    for change in (
        lambda: None,
        lambda: setattr(kept.pulls[pull.number], "auto_merge", True),
        lambda: setattr(kept.pulls[pull.number], "title", "Draft: no"),
        lambda: setattr(kept, "archived", True),
    ):
        change()
        known.add(*forge.marks(watched))
    assert len(known) == 4


def test_a_renamed_project_keeps_its_mark(forge, world, kept):
    opened(forge, world)
    watched = [Watched(world.repo, ("work",))]
    before = forge.marks(watched)
    world.ask(world.owner.name, "PUT", "", {"path": "renamed"})
    assert forge.marks(watched) == before


def test_a_project_without_issues_or_commits_has_a_mark(forge, world, server, kept):
    owner = server.places.users[world.owner.name.casefold()]
    empty = server.places.add_project(f"{owner.name}/empty", owner)
    empty.issues = False
    assert all(forge.marks([Watched(empty.path, ("work",), "django")]))


# ---- who we are ----


def test_no_secret_is_in_errors_logs_reprs_or_addresses(forge, world, server, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    secrets = [world.namespace.people[role].token for role in ("bot", "reviewer")]
    pull = opened(forge, world)
    said = [repr(forge), repr(forge._settings), str(vars(forge._wire)), forge.git_url(world.repo), pull.url]
    server.fault("/notes", 400, body=b'{"message": "the token %s is odd"}' % secrets[0].encode())
    server.fault("/notes", "truncated")
    for asking in (forge, world.forge(forge)):
        with pytest.raises((Refused, Unavailable)) as error:
            asking.pull_for(world.repo, "work")
        said += traceback.format_exception(error.value)
    said += [*server.seen, caplog.text, *capfd.readouterr()]
    assert "the token … is odd" in "".join(said)
    assert not [text for text in said for secret in secrets if secret in text]


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        ("", "is the token in CHAIRLIFT_TEST_OLD right"),
        ("was revoked", "make a new token"),
        ("is expired", "make a new"),
    ],
)
def test_a_token_that_is_none_is_named_by_its_variable(world, server, clock, monkeypatch, ended, words):
    bot = server.places.users[world.namespace.people["bot"].name.casefold()]
    token = server.places.add_token(bot)
    monkeypatch.setenv("CHAIRLIFT_TEST_OLD", token)
    forge = world.forge(clock, token_env="CHAIRLIFT_TEST_OLD")
    forge.pull_for(world.repo, "work")
    if ended:
        server.places.tokens[token].ended = ended
    else:
        del server.places.tokens[token]
    with pytest.raises(Refused, match=rf"401.*{words}"):
        forge.pull_for(world.repo, "work")


def test_a_scope_that_is_missing_is_named(world, server, clock, monkeypatch):
    bot = server.places.users[world.namespace.people["bot"].name.casefold()]
    monkeypatch.setenv("CHAIRLIFT_TEST_NARROW", server.places.add_token(bot, "read_api"))
    forge = world.forge(clock, token_env="CHAIRLIFT_TEST_NARROW")
    assert forge.pull_for(world.repo, "work") is None
    with pytest.raises(Refused, match="give the token in CHAIRLIFT_TEST_NARROW one of the scopes it needs: api"):
        forge.ensure_issue(world.repo, "django", "Title", "Body")


@pytest.mark.parametrize("token", ["", "  ", "two\nlines", "ünicode", "two words"])
def test_a_variable_without_a_token_is_named(world, clock, monkeypatch, token):
    monkeypatch.setenv("CHAIRLIFT_TEST_EMPTY", token)
    with pytest.raises(Refused, match="the variable CHAIRLIFT_TEST_EMPTY holds no token"):
        world.forge(clock, token_env="CHAIRLIFT_TEST_EMPTY").pull_for(world.repo, "work")


@pytest.mark.parametrize(
    "url",
    ["gitlab.com", "ftp://gitlab.com", "https://me:secret@gitlab.com", "", "https://[", "https://gitlab.com/api/v4"],
)
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(Refused, match="write it as https") as error:
        Settings("TOKEN", url)
    assert "secret" not in str(error.value)


def test_a_token_does_not_go_over_http_unless_told_to():
    with pytest.raises(Refused, match="in the clear"):
        Settings("TOKEN", "http://git.example.org")
    assert Settings("TOKEN", "http://git.example.org/lab/", plain_http=True).base == "http://git.example.org/lab"


def test_the_cloud_has_limits_of_its_own():
    assert Settings("TOKEN").limits.points_minute == 2000
    assert Settings("TOKEN", "https://git.example.org").limits.points_minute is None


def test_it_is_built_by_its_name(tmp_path, clock):
    config = {"kind": "gitlab", "url": "https://git.example.org", "token_env": "TOKEN", "reviewers": ["ann"]}
    forge = plugins.build("forge", config, tmp_path, clock, budget=Purse())
    assert isinstance(forge, GitLab)
    assert forge.git_url("a/b/c") == "https://git.example.org/a/b/c.git"


def test_git_goes_by_ssh_where_it_is_told_to(world, clock):
    assert world.forge(clock, ssh=True).git_url(world.repo).startswith("git@gitlab.example:")


# ---- the stand-in ----


def test_the_stand_in_believes_no_call_that_gitlab_does_not_know(world, server):
    ann = world.people[0]
    for method, path, body in (
        ("POST", "issues", {"title": "t", "colour": "red"}),
        ("POST", "issues", {"description": "without a title"}),
        ("POST", "issues", {"title": 7}),
        ("GET", "merge_requests?state=reopened", None),
        ("GET", "merge_requests?branch=work", None),
        ("GET", "merge_requests?page=one", None),
        ("PUT", "merge_requests/1/merge", {"head_commit_id": "x"}),
        ("GET", "pulls", None),
        ("PATCH", "issues", None),
    ):
        before = len(server.wrong)
        with pytest.raises(Exception, match=path.partition("?")[0]):
            world.ask(ann, method, path, body)
        assert len(server.wrong) == before + 1, path
    server.wrong.clear()


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({"iid": "7"}, "iid"),
        ({"state": None}, "state"),
        ({"merge_status": "fine"}, "merge_status"),
        ({"author": []}, "author"),
        ({"labels": [{"name": "a"}]}, "labels"),
    ],
)
def test_an_answer_that_is_not_as_gitlabs_is_told(server, data, wrong):
    operation = describing.description().operation("GET", "/projects/a%2Fb/merge_requests/7")
    plain = operation.filled(200, {})
    assert describing.answer_faults(operation, 200, plain) == []
    (fault,) = describing.answer_faults(operation, 200, {**plain, **data})
    assert wrong in fault
    (fault,) = describing.answer_faults(operation, 200, {name: plain[name] for name in plain if name != "sha"})
    assert '"sha" is a required property' in fault
    (fault,) = describing.answer_faults(operation, 418 - 200, plain)
    assert "never answers 218" in fault


def test_what_gitlabs_own_file_says_is_held_to_where_it_is_there():
    """In both of its versions; here a small one, as the whole of it is in no registry."""
    path = "/api/v4/projects/{id}/merge_requests/{iid}"
    two = {"paths": {path: {"get": {
        "parameters": [{"name": "render_html", "in": "query"}, {"name": "must", "in": "query", "required": True}],
        "responses": {"200": {"schema": {"$ref": "#/definitions/MR"}}},
    }}}, "definitions": {"MR": {"properties": {"iid": {}, "new": {}}}}}  # fmt: skip
    schema = {"content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/MR"}}}}}
    three = {"paths": {path: {"get": {
        "parameters": two["paths"][path]["get"]["parameters"], "responses": {"200": schema},
    }}}, "components": {"MR": {"properties": {"iid": {}, "new": {}}}}}  # fmt: skip
    operation = describing.description().operation("GET", "/projects/a%2Fb/merge_requests/7")
    other = describing.description().operation("GET", "/user")
    for own in map(describing.Own, (two, three)):
        assert [*own.faults(operation, {"render_html": "true", "must": "1"}, None)] == []
        assert len([*own.faults(operation, {"odd": "true"}, None)]) == 2
        assert [*own.answer_faults(operation, 200, {"iid": 1, "new": 1, "sha": "x"})] == []
        (fault,) = own.answer_faults(operation, 200, {"iid": 1, "odd": 1})
        assert "['odd'], which nobody describes" in fault
        (fault,) = own.answer_faults(operation, 201, {})
        assert "never answers 201" in fault
        assert [*own.faults(other, {"odd": ""}, None), *own.answer_faults(other, 999, {})] == []


def test_a_query_that_gitlab_would_not_answer_is_told(forge, world, server):
    for text, words in (
        ("query Watch { currentUser { nme } }", "Cannot query field 'nme'"),
        ("query Watch { project(fullPath: 7.5) { id } }", "ID cannot represent"),
        (
            "query Watch { projects(first: 100) { nodes { issues(first: 100) { nodes { "
            + " ".join(f"f{n}: iid" for n in range(70))
            + " } } } } }",
            "exceeds max complexity of 250",
        ),
    ):
        with pytest.raises(Refused if "complexity" in words else Unavailable, match=words):
            forge._wire.query(text, {}, Lane.READ, "nothing")
        assert words in server.wrong.pop()
    assert issubclass(NotInSchema, Exception)
    assert {"Project", "MergeRequest", "DetailedMergeStatus"} <= set(schema().type_map)


def test_it_is_as_strict_as_gitlab(forge, world, server, kept):
    """Where other stand-ins are not."""
    ann, _ = world.people
    bot = world.namespace.people["bot"].name
    head = world.push("work", {"a.txt": "new\n"})
    text = {"source_branch": "work", "target_branch": "main", "title": "t"}

    def code(by, method, path, body=None):
        try:
            world.ask(by, method, path, body)
        except Exception as error:
            return int(str(error).split(": ")[1][:3])
        return 200

    assert [code(bot, "POST", "merge_requests", text) for _ in range(2)] == [200, 409]
    assert code(bot, "POST", "merge_requests", {**text, "source_branch": "main"}) == 422
    assert code(bot, "POST", "merge_requests/1/approve", {}) == 401
    assert [code(ann, "POST", "merge_requests/1/approve", {"sha": head}) for _ in range(2)] == [200, 401]
    assert code(ann, "POST", "merge_requests/1/approve", {"sha": "0" * 40}) == 409
    assert code(ann, "PUT", "merge_requests/1/merge", {"sha": "0" * 40}) == 409
    assert code(ann, "PUT", "merge_requests/1/merge", {"sha": head}) == 200
    assert code(ann, "PUT", "merge_requests/1/merge", {"sha": head}) == 405
    assert code(ann, "POST", "merge_requests/1/notes", {"body": "/close"}) == 200
    assert code(ann, "GET", "merge_requests/9") == 404
    kept.tickets[1] = Topic(1, 1, "t", "", kept.owner, server.places.now(), server.places.now())
    assert code(ann, "GET", "issues/1") == 200
