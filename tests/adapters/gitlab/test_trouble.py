"""What goes wrong between us and GitLab: answers lost, late, cut or other than expected, and people who are faster."""

from __future__ import annotations

import json
from email.utils import formatdate

import pytest

from chairlift.ports import Refused, Unavailable, Watched
from chairlift.testing.contracts.people import found, opened

MERGE = "PUT /projects/{id}/merge_requests/{merge_request_iid}/merge"


def told(words, **more):
    return json.dumps({"message": words, **more}).encode()


@pytest.mark.parametrize("kind", ["500", "502", "503", "202", "408", "truncated", "html", "drop"])
@pytest.mark.parametrize("where", ["/approvals", "GraphQL query Watch"])
def test_an_answer_that_is_none_is_unavailable(forge, world, server, kind, where):
    opened(forge, world)
    fresh = world.forge(lambda: None)
    server.fault(where, kind)
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1"):
        fresh.pull_for(world.repo, "work") if where[0] == "/" else fresh.marks([Watched(world.repo, ("work",))])
    assert found(fresh, world).state == "open"
    assert all(fresh.marks([Watched(world.repo, ("work",))]))


@pytest.mark.parametrize("body", [b'"text"', b"[]", b"7", b"null", b'{"odd": 1}'])
def test_an_answer_of_another_shape_is_unavailable(forge, world, server, body):
    for operation, ask in (
        ("GraphQL query Identify", lambda: forge.marks([Watched(world.repo, ())])),
        ("GET /projects/{id}/merge_requests", lambda: forge.pull_for(world.repo, "work")),
    ):
        if (body, operation[:3]) == (b"[]", "GET"):
            continue
        server.fault(operation, 200, body=body)
        with pytest.raises(Unavailable, match=r"something else than it should|cut off"):
            ask()


@pytest.mark.parametrize(
    ("code", "body", "kind", "words"),
    [
        (403, told("403 Forbidden"), Refused, "give the owner of the token in .* the role of a developer"),
        (401, told("401 Unauthorized"), Refused, "401: Unauthorized.*is the token in"),
        (404, told("404 Project Not Found"), Refused, "nothing at GET.*404: Project Not Found.*may see it"),
        (400, told({"title": ["can't be blank", "is odd"]}), Refused, "title can't be blank; is odd"),
        (409, told(["one", "two"]), Refused, "one; two"),
        (418, b"[]", Refused, "418"),
        (451, b"[]", Refused, "451"),
    ],
)
def test_an_answer_other_than_hoped_for_says_cause_and_remedy(forge, world, server, code, body, kind, words):
    server.fault("/events", code, body=body)
    with pytest.raises(kind, match=words):
        forge.comments(world.repo, 0)
    assert list(forge.comments(world.repo, 0)) == []


@pytest.mark.parametrize(("headers", "after"), [({"Retry-After": "7"}, 7), ({}, 60), ({"Retry-After": "99999"}, 3600)])
def test_a_pause_that_is_asked_for_is_kept_and_told(forge, world, server, purse, headers, after):
    server.fault("GET /projects/{id}/merge_requests", 429, headers=headers.items())
    with pytest.raises(Unavailable, match="pause") as error:
        forge.pull_for(world.repo, "work")
    assert error.value.after == after
    assert [(heard.retry_after, heard.secondary) for heard in purse.told] == [(after, True)]


def test_the_last_request_of_a_minute_stops_us_until_it_is_over(forge, world, server, purse):
    now = 1_800_000_000
    server.headers |= {"RateLimit-Remaining": "3", "RateLimit-Limit": "2000", "RateLimit-Reset": str(now + 41)}
    forge.pull_for(world.repo, "work")
    assert purse.told == []
    server.headers["RateLimit-Remaining"] = "0"
    server.fault("GET /projects/{id}/merge_requests", 200, body=b"[]", headers=[("Date", formatdate(now, usegmt=True))])
    forge.pull_for(world.repo, "work")
    assert [(heard.retry_after, heard.secondary) for heard in purse.told] == [(41, False)]


# ---- done once, whatever is lost ----


def test_a_merge_whose_answer_was_lost_is_one_merge(forge, world, server):
    pull = opened(forge, world)
    server.fault("/merge", "lost")
    with pytest.raises(Unavailable):
        forge.merge(world.repo, pull.number, pull.head, "squash")
    tip = world.tip("main")
    assert tip != pull.head
    assert forge.merge(world.repo, pull.number, pull.head, "squash") == tip == world.tip("main")
    assert server.calls[MERGE] == 1


def test_what_was_made_and_not_heard_of_is_found_and_not_made_again(forge, world, server, kept):
    world.push("work", {"a.txt": "new\n"})
    for operation, do in (
        ("POST /projects/{id}/merge_requests", lambda: forge.ensure_pull(world.repo, "work", "main", "t", "b", ("c",))),
        ("/notes", lambda: forge.ensure_comment(world.repo, 1, "notice", "text")),
        ("POST /projects/{id}/issues", lambda: forge.ensure_issue(world.repo, "key", "Title", "Body")),
    ):
        # Of a note only what makes it.
        if operation == "/notes":
            operation = "POST /projects/{id}/merge_requests/{merge_request_iid}/notes"
        server.fault(operation, "lost")
        with pytest.raises(Unavailable):
            do()
        do()
    assert [pull.labels for pull in kept.pulls.values()] == [["c"]]
    assert (len(kept.pulls[1].said), len(kept.tickets)) == (1, 1)


def test_who_is_faster_has_opened_it_for_both(forge, world, server):
    world.push("work", {"a.txt": "new\n"})
    ann = world.people[0]
    made = {"source_branch": "work", "target_branch": "main", "title": "hers"}
    server.fault(
        "POST /projects/{id}/merge_requests", "", before=lambda: world.ask(ann, "POST", "merge_requests", made)
    )
    assert forge.ensure_pull(world.repo, "work", "main", "t", "b").opened_by == ann


def test_who_pushes_during_a_merge_is_not_merged(forge, world, server):
    pull, base = opened(forge, world), world.tip("main")
    server.fault("/merge", "", before=lambda: push_into(world, "work"))
    with pytest.raises(Refused, match=r"has moved.*SHA does not match"):
        forge.merge(world.repo, pull.number, pull.head, "squash")
    assert (world.tip("main"), found(forge, world).state) == (base, "open")


def test_who_pushes_during_an_approval_is_not_approved(forge, world, server, kept):
    pull = opened(forge, world)
    server.fault("/approve", "", before=lambda: push_into(world, "work"))
    with pytest.raises(Refused, match="SHA does not match"):
        forge.approve(world.repo, pull.number, pull.head, "good")
    assert kept.pulls[pull.number].approvals == {}
    assert kept.pulls[pull.number].said == []


def push_into(world, branch):
    """A push that asks nothing of the stand-in, which answers one at a time."""
    commit = world.clone.commit(branch, {"sneaked.txt": "in\n"})
    world.clone.push(commit, branch)


def test_what_is_still_looked_at_for_conflicts_is_none_yet(forge, world, server):
    server.places.late = 3
    pull = opened(forge, world, files={"same.txt": "ours\n"})
    assert not pull.conflicted
    with pytest.raises(Unavailable, match="still checks whether merge request 1") as error:
        forge.merge(world.repo, pull.number, pull.head, "squash")
    assert error.value.after
    world.push("main", {"same.txt": "theirs\n"})
    marks = forge.marks([Watched(world.repo, ("work",))])
    assert [found(forge, world).conflicted for _ in range(4)] == [False, False, False, True]
    assert forge.marks([Watched(world.repo, ("work",))]) != marks, "a mark tells when it is known"


def test_what_is_being_merged_is_waited_for(forge, world, kept):
    pull = opened(forge, world)
    kept.pulls[pull.number].state = "locked"
    assert found(forge, world).state == "open"
    with pytest.raises(Unavailable, match="in this very moment"):
        forge.merge(world.repo, pull.number, pull.head, "squash")
    assert forge.ensure_pull(world.repo, "work", "main", "t", "b").number == pull.number


def test_a_merge_that_gitlab_only_began_is_not_called_one(forge, world, server):
    pull = opened(forge, world)
    server.fault("/merge", 200, body=json.dumps({"state": "locked"}).encode())
    with pytest.raises(Unavailable, match="does not show it yet"):
        forge.merge(world.repo, pull.number, pull.head, "squash")


@pytest.mark.parametrize("code", [405, 422])
def test_a_merge_that_is_refused_without_a_reason_is_told_as_such(forge, world, server, code):
    pull = opened(forge, world)
    server.fault("/merge", code)
    with pytest.raises(Refused, match=f"{code}.*waits for something that it does not show to us"):
        forge.merge(world.repo, pull.number, pull.head, "squash")


def test_a_check_that_is_shown_already_is_no_trouble(forge, world, server):
    """GitLab refuses what it calls no transition."""
    pull = opened(forge, world)
    for state in ("pending", "pending", "passed", "passed", "failed", "pending"):
        forge.report_check(world.repo, pull.head, "tests", state, "x" * 300)
    assert [check.state for check in found(forge, world).checks] == ["pending"]
    server.fault("/statuses/{sha}", 400, body=told("name is odd"))
    with pytest.raises(Refused, match="name is odd"):
        forge.report_check(world.repo, pull.head, "tests", "passed", "")


# ---- projects that are not as they were ----


def test_a_renamed_project_is_read_under_its_old_name_and_not_written(forge, world):
    pull = opened(forge, world)
    world.comment(pull.number, world.people[0], "hello")
    world.ask(world.owner.name, "PUT", "", {"path": "renamed"})
    fresh = world.forge(lambda: None)
    assert found(fresh, world).number == pull.number
    assert [comment.text for comment in fresh.comments(world.repo, 0)] == ["hello"]
    with pytest.raises(Refused, match=r"has moved.*new name into the services file"):
        fresh.ensure_comment(world.repo, pull.number, "notice", "text")


def test_an_archived_project_is_read_and_not_written(forge, world, kept):
    pull = opened(forge, world)
    kept.archived = True
    assert found(forge, world).state == "open"
    for write in (
        lambda: forge.merge(world.repo, pull.number, pull.head, "squash"),
        lambda: forge.ensure_comment(world.repo, pull.number, "notice", "text"),
        lambda: forge.report_check(world.repo, pull.head, "tests", "passed", ""),
        lambda: forge.ensure_issue(world.repo, "key", "Title", "Body"),
    ):
        with pytest.raises(Refused, match="is archived: unarchive it"):
            write()


def test_who_may_not_write_is_not_told_that_it_is_archived(forge, world, kept):
    world.push("work", {"a.txt": "new\n"})
    kept.members[world.namespace.people["bot"].id] = 20
    with pytest.raises(Refused, match="the role of a developer"):
        forge.ensure_pull(world.repo, "work", "main", "t", "b")


def test_an_empty_project_has_nothing_to_merge(forge, world, server):
    owner = server.places.users[world.owner.name.casefold()]
    empty = server.places.add_project(f"{owner.name}/empty-{next(server.places.ids)}", owner).path
    assert forge.pull_for(empty, "work") is None
    with pytest.raises(Refused, match="no branch 'work'"):
        forge.ensure_pull(empty, "work", "main", "t", "b")


def test_nothing_to_merge_is_seen_even_where_the_base_is_ahead(forge, world, kept):
    world.move("behind", world.tip("main"))
    world.push("main", {"more.txt": "more\n"})
    with pytest.raises(Refused, match="holds nothing"):
        forge.ensure_pull(world.repo, "behind", "main", "t", "b")
    assert kept.pulls == {}


def test_what_one_may_not_see_is_not_there(forge, world, server):
    secret = server.places.add_project(f"root/secret-{next(server.places.ids)}", server.admin, private=True)
    for ask in (
        lambda: forge.pull_for(secret.path, "work"),
        lambda: forge.comments(secret.path, 0),
        lambda: forge.merge(secret.path, 1, "0" * 40, "squash"),
    ):
        with pytest.raises(Refused, match=r"404: Project Not Found.*may see it"):
            ask()
    assert list(forge.marks([Watched(secret.path, ("work",))])) == [""]
    del server.places.projects[secret.id]


def test_a_project_with_issues_switched_off_says_so(forge, world, kept):
    kept.issues = False
    with pytest.raises(Refused, match="switch them on"):
        forge.ensure_issue(world.repo, "key", "Title", "Body")


def test_branches_and_groups_with_any_name_are_found(forge, world, server):
    base = "rel/2021#1&x=%2F;y"
    world.push(base, {"base.txt": "b\n"})
    world.push("wörk/ü&#%25", {"a.txt": "new\n"})
    pull = forge.ensure_pull(world.repo, "wörk/ü&#%25", base, 'Title "\\ #1', "Body")
    assert (pull.base, pull.branch) == (base, "wörk/ü&#%25")
    assert found(forge, world, "wörk/ü&#%25").number == pull.number
    assert all(forge.marks([Watched(world.repo, (base, "wörk/ü&#%25"))]))


def test_the_token_follows_nobody_to_another_host(forge, world, server):
    where = [("Location", "http://localhost:1/api/v4/projects/1")]
    server.fault("GET /projects/{id}/merge_requests", 301, headers=where)
    with pytest.raises(Refused, match=r"sends us to localhost:1: put that into url"):
        forge.pull_for(world.repo, "work")
    server.fault("GET /projects/{id}/merge_requests", 301, times=9, headers=[("Location", server.url + "/api/v4/user")])
    server.fault("GET /user", 301, times=9, headers=[("Location", server.url + "/api/v4/user")])
    with pytest.raises(Refused, match="from one place to the next"):
        forge.pull_for(world.repo, "work")


# ---- lists ----


def fill(server, kept, pull, count, by=None):
    """So many notes, as people would make them."""
    for number in range(count):
        server.places.say(kept, kept.pulls[pull.number], by or server.admin, f"note {number}")


def test_a_list_that_shifts_while_it_is_read_loses_nothing_and_repeats_nothing(forge, world, server, kept):
    pull = opened(forge, world)
    fill(server, kept, pull, 250)
    gone = [kept.events[-30], kept.events[-1]]

    def shift():
        """Somebody deletes two of those already read, then somebody says something."""
        if gone:
            kept.events.remove(gone.pop())
        elif kept.events[-1][1].body != "new":
            fill(server, kept, pull, 1)
            kept.events[-1][1].body = "new"

    server.fault("/events", "", times=99, before=shift)
    heard = [comment.text for comment in forge.comments(world.repo, 0)]
    assert heard == [*(f"note {count}" for count in range(249) if count != 220), "new"]


def test_a_list_that_never_stands_still_is_unavailable(forge, world, server, kept):
    pull = opened(forge, world)
    fill(server, kept, pull, 101)
    server.fault("/events", "", times=99, before=lambda: fill(server, kept, pull, 1))
    with pytest.raises(Unavailable, match="faster than it can be read"):
        forge.comments(world.repo, 0)


def test_of_a_project_that_was_never_read_only_the_newest_are_read(forge, world, server, kept):
    pull = opened(forge, world)
    fill(server, kept, pull, 1205)
    heard = forge.comments(world.repo, 0)
    assert [heard[0].text, heard[-1].text, len(heard)] == ["note 205", "note 1204", 1000]
    assert len(forge.comments(world.repo, kept.events[0][1].id)) == 1204


def test_pages_are_read_to_their_end_by_who_does_not_say_how_many_there_are(forge, world, server, kept):
    """GitLab leaves out its counts where a list is long, and proxies leave out headers."""
    pull = opened(forge, world)
    fill(server, kept, pull, 150)
    paged = server._paged
    server._paged = lambda items, query, headers: paged(items, query, {})
    try:
        assert len(forge.comments(world.repo, 0)) == 150
    finally:
        server._paged = paged


# ---- words ----


def test_only_our_own_hand_makes_a_comment_ours(forge, world):
    pull, ann = opened(forge, world), world.people[0]
    forge.ensure_comment(world.repo, pull.number, "notice", "first")
    (ours,) = world.notes(pull.number)
    other = opened(forge, world, "other")
    world.comment(other.number, ann, ours["body"])
    forge.ensure_comment(world.repo, other.number, "notice", "second")
    hers, ours = world.notes(other.number)
    assert (hers["author"]["username"], "second" in hers["body"], "second" in ours["body"]) == (ann, False, True)


def test_an_issue_with_our_marker_by_somebody_else_is_not_ours(forge, world, kept):
    made = forge.ensure_issue(world.repo, "django", "Title", "Body")
    text = kept.tickets[-made.number].text
    world.ask(world.owner.name, "DELETE", f"issues/{-made.number}")
    world.ask(world.people[0], "POST", "issues", {"title": "Title", "description": text})
    assert forge.issue(world.repo, "django") is None


def test_merge_requests_and_issues_of_one_number_are_told_apart(forge, world):
    pull = opened(forge, world)
    issue = forge.ensure_issue(world.repo, "django", "Title", "Body")
    assert (pull.number, issue.number) == (1, -1)
    forge.ensure_comment(world.repo, issue.number, "notice", "on the issue")
    forge.ensure_comment(world.repo, pull.number, "notice", "on the merge request")
    assert [world.our_comments(number, ["notice"]) for number in (1, -1)] == [
        ["on the merge request"],
        ["on the issue"],
    ]
    with pytest.raises(Refused, match="has no issue 9"):
        forge.ensure_comment(world.repo, -9, "notice", "nowhere")


def test_what_gitlab_says_itself_and_what_is_said_elsewhere_is_no_comment(forge, world, server, kept):
    pull = opened(forge, world)
    world.comment(pull.number, world.people[0], "/chairlift hold")
    (event,) = world.ask(world.people[0], "GET", "events?action=commented")
    odd: list[object] = [{"id": 9, "note": None}]
    for number, more in enumerate(({"system": True}, {"noteable_type": "Commit"}, {"noteable_type": "Snippet"}), 1):
        odd.append({**event, "id": number, "note": {**event["note"], "id": event["note"]["id"] + number, **more}})
    server.fault("/events", 200, body=json.dumps([*odd, event]).encode())
    assert [comment.text for comment in forge.comments(world.repo, 0)] == ["/chairlift hold"]
