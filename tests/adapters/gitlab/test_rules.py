"""What a merge request of GitLab waits for, said in words; whose approvals are of which head; and ways of merging."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from chairlift.ports import Refused
from chairlift.testing.contracts.people import found, opened
from tests.forges.gitlab.places import Rule, Status


def settings(world, **more):
    world.ask(world.owner.name, "PUT", "", more)


def add_status(server, kept, sha, name, status, pipeline=1, **more):
    places = server.places
    made = Status(next(places.ids), sha, name, status, "", server.admin, places.now(), pipeline, **more)
    kept.statuses.append(made)


def test_approvals_are_waited_for_by_the_name_of_their_rule(forge, world, server, kept):
    ann, bob = world.people
    world.protect("main", 1, ())
    ids = {each.name: each.id for each in server.places.users.values()}
    kept.rules += [Rule(7, "Security", 1, (ids[bob],)), Rule(8, "*.py", 2, (ids[ann], ids[bob]), "code_owner")]
    pull = opened(forge, world)
    assert (pull.needs_approvals, pull.waits) == (
        1,
        ("1 more approval by 'Security'", "2 more approvals by code owners of *.py"),
    )
    world.review(pull.number, ann, "approved")
    assert found(forge, world).waits == ("1 more approval by 'Security'", "1 more approval by code owners of *.py")
    with pytest.raises(Refused, match=r"405.*waits for 1 more approval by 'Security', and for 1 more approval by code"):
        forge.merge(world.repo, pull.number, pull.head, "squash")
    world.review(pull.number, bob, "approved")
    assert found(forge, world).waits == ()
    assert forge.merge(world.repo, pull.number, pull.head, "squash") == world.tip("main")


def test_approvals_by_number_are_told_as_a_number(forge, world):
    world.protect("main", 2, ())
    pull = opened(forge, world)
    world.review(pull.number, world.people[0], "approved")
    assert (found(forge, world).needs_approvals, found(forge, world).waits) == (2, ())
    with pytest.raises(Refused, match="waits for 2 approvals, of which it has 1"):
        forge.merge(world.repo, pull.number, pull.head, "squash")


def test_approvals_that_gitlab_does_not_count_are_no_way_to_merge(forge, world, kept, server):
    world.protect("main", 1, ())
    pull = opened(forge, world)
    world.review(pull.number, world.people[0], "approved")
    server.fault("/approvals", 200, 9, body=approvals_of(world.people[0]))
    assert found(forge, world).waits == ("1 more approval that GitLab counts",)


def approvals_of(name):
    said = {"approvals_required": 1, "approvals_left": 1, "approved_by": [{"user": {"username": name}}]}
    return json.dumps(said).encode()


def test_an_edition_that_knows_less_of_approvals_is_enough(forge, world, server):
    """As the free one, which has no rules for them."""
    pull, ann = opened(forge, world), world.people[0]
    world.review(pull.number, ann, "approved")
    said = {"approved": True, "user_can_approve": True, "approved_by": [{"user": {"username": ann}}]}
    server.fault("/approvals", 200, 9, body=json.dumps(said).encode())
    server.fault("/approval_state", 404, 9)
    again = found(forge, world)
    assert (again.needs_approvals, again.waits) == (0, ())
    assert [(review.by, review.state, review.head) for review in again.reviews] == [(ann, "approved", pull.head)]
    server.forget()
    server.fault("/approvals", 403, 9)
    assert [review.state for review in found(forge, world).reviews] == ["dismissed"]
    assert forge.merge(world.repo, pull.number, pull.head, "squash") == world.tip("main")


def test_discussions_are_waited_for(forge, world, kept):
    settings(world, only_allow_merge_if_all_discussions_are_resolved=True)
    pull = opened(forge, world)
    kept.pulls[pull.number].unresolved = 2
    assert found(forge, world).waits == ("discussions to be resolved",)
    with pytest.raises(Refused, match="waits for discussions to be resolved"):
        forge.merge(world.repo, pull.number, pull.head, "squash")
    kept.pulls[pull.number].unresolved = 0
    assert found(forge, world).waits == ()


def test_what_gitlab_names_only_later_is_said_too(forge, world, kept):
    """It names the first of what is in the way."""
    settings(world, only_allow_merge_if_all_discussions_are_resolved=True)
    pull = opened(forge, world)
    kept.pulls[pull.number].unresolved, kept.pulls[pull.number].blocked = 1, "merge_request_blocked"
    assert found(forge, world).waits == (
        "discussions to be resolved",
        "another merge request that it depends on",
    )


def test_a_pipeline_must_succeed(forge, world, server, kept):
    settings(world, only_allow_merge_if_pipeline_succeeds=True)
    pull = opened(forge, world)
    assert pull.waits == ("a pipeline that succeeds: none has run for it",)
    forge.report_check(world.repo, pull.head, "tests", "pending", "")
    assert [(check.name, check.state, check.required) for check in found(forge, world).checks] == [
        ("tests", "pending", True)
    ]
    assert found(forge, world).waits == ()
    with pytest.raises(Refused, match="waits for check 'tests' to pass"):
        forge.merge(world.repo, pull.number, pull.head, "squash")
    forge.report_check(world.repo, pull.head, "tests", "passed", "")
    forge.merge(world.repo, pull.number, pull.head, "squash")


def test_a_job_that_may_fail_and_one_that_waits_for_a_person(forge, world, server, kept):
    pull = opened(forge, world)
    add_status(server, kept, pull.head, "lint", "failed", allow_failure=True)
    add_status(server, kept, pull.head, "deploy", "manual", allow_failure=True)
    add_status(server, kept, pull.head, "gate", "manual")
    add_status(server, kept, pull.head, "docs", "skipped")
    add_status(server, kept, pull.head, "build", "canceled")
    shown = {check.name: (check.state, check.required) for check in found(forge, world).checks}
    assert shown == {
        "lint": ("failed", False),
        "deploy": ("passed", False),
        "gate": ("pending", True),
        "docs": ("passed", True),
        "build": ("failed", True),
    }


def test_the_newest_pipeline_counts_and_the_worst_of_one_name_in_it(forge, world, server, kept):
    pull = opened(forge, world)
    add_status(server, kept, pull.head, "tests", "failed", pipeline=1)
    add_status(server, kept, pull.head, "tests", "success", pipeline=2)
    assert [check.state for check in found(forge, world).checks] == ["passed"]
    server.fault("/statuses", "", before=lambda: kept.statuses.append(kept.statuses[-1]))
    two = [*kept.statuses]
    kept.latest = lambda sha: [*two, Status(1, sha, "tests", "failed", "", server.admin, server.places.now(), 2)]
    assert [check.state for check in found(forge, world).checks] == ["failed"]


def test_a_status_check_is_answered_only_for_this_very_head(forge, world, kept):
    world.protect("main", 0, ("tests",))
    pull = opened(forge, world)
    forge.report_check(world.repo, pull.head, "tests", "passed", "")
    assert kept.pulls[pull.number].answers == {(pull.head, next(iter(kept.checks))): "passed"}
    world.push("work", {"more.txt": "more\n"})
    assert [(check.name, check.state) for check in found(forge, world).checks] == [("tests", "pending")]
    forge.report_check(world.repo, pull.head, "tests", "failed", "")
    assert [check.state for check in found(forge, world).checks] == ["pending"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("merge_request_blocked", "another merge request that it depends on"),
        ("jira_association_missing", "an issue of Jira, named in its title or description"),
        ("security_policy_violations", "its security policies to be satisfied"),
        ("locked_paths", "files that somebody has locked"),
        ("title_regex", "a title as the project asks for"),
        ("merge_time", "a time, before which it may not be merged"),
    ],
)
def test_everything_else_that_gitlab_names_is_said_in_words(forge, world, kept, status, words):
    pull = opened(forge, world)
    kept.pulls[pull.number].blocked = status
    assert found(forge, world).waits == (words,)
    with pytest.raises(Refused, match=words):
        forge.merge(world.repo, pull.number, pull.head, "squash")


def test_what_gitlab_has_invented_since_is_not_passed_over(forge, world, server, kept):
    pull = opened(forge, world)
    kept.pulls[pull.number].blocked = "moon_phase"
    assert found(forge, world).waits == ("what GitLab calls 'moon_phase': see it there",)
    assert all("moon_phase" not in words or "detailed_merge_status" in words for words in server.wrong)
    server.wrong.clear()


def test_who_may_not_merge_says_so_before_it_tries(forge, world, kept):
    kept.mergers["main"] = 50
    pull = opened(forge, world)
    assert pull.waits == ("somebody who may merge into 'main', which Chairlift may not",)
    with pytest.raises(Refused, match="Chairlift may not merge merge request 1"):
        forge.merge(world.repo, pull.number, pull.head, "squash")


def test_a_wish_for_changes_on_an_older_head_is_waited_for(forge, world):
    ann = world.people[0]
    pull = opened(forge, world)
    world.review(pull.number, ann, "changes requested", "no")
    world.push("work", {"more.txt": "more\n"})
    again = found(forge, world)
    assert again.waits == (f"{ann}, who asked for changes, to approve",)
    assert [(review.state, review.head, review.text) for review in again.reviews] == [
        ("changes requested", pull.head, "no")
    ]


def test_a_wish_for_changes_that_was_taken_back_is_none(forge, world, kept):
    ann = world.people[0]
    pull = opened(forge, world)
    world.review(pull.number, ann, "changes requested", "no")
    kept.pulls[pull.number].reviewers.clear()
    assert [review.state for review in found(forge, world).reviews] == ["dismissed"]
    assert found(forge, world).waits == ()


# ---- which head an approval is of ----


def test_an_approval_is_of_the_head_that_was_the_newest_then(forge, world, kept):
    """GitLab keeps it when somebody pushes, where it is not told to reset it."""
    ann, bob = world.people
    pull = opened(forge, world)
    world.review(pull.number, ann, "approved")
    head = world.push("work", {"more.txt": "more\n"})
    world.review(pull.number, bob, "approved", "well done")
    shown = [(review.by, review.state, review.head, review.text) for review in found(forge, world).reviews]
    assert shown == [(ann, "approved", pull.head, ""), (bob, "approved", head, "well done")]


def test_an_approval_that_was_reset_or_taken_back_is_dismissed(forge, world, kept):
    ann, bob = world.people
    world.protect("main", 1, ())
    pull = opened(forge, world)
    world.review(pull.number, ann, "approved")
    world.push("work", {"more.txt": "more\n"})
    world.review(pull.number, bob, "approved")
    world.ask(bob, "POST", f"merge_requests/{pull.number}/unapprove", {})
    assert [(review.by, review.state) for review in found(forge, world).reviews] == [
        (ann, "dismissed"),
        (bob, "dismissed"),
    ]


def test_our_approval_of_an_older_head_is_given_anew(forge, world, server):
    pull = opened(forge, world)
    forge.approve(world.repo, pull.number, pull.head, "first")
    head = world.push("work", {"more.txt": "more\n"})
    forge.approve(world.repo, pull.number, head, "second")
    forge.approve(world.repo, pull.number, head, "second")
    shown = [(review.state, review.head, review.text) for review in found(forge, world).reviews]
    assert shown == [("dismissed", pull.head, "first"), ("approved", head, "second")]
    assert server.calls["POST /projects/{id}/merge_requests/{merge_request_iid}/approve"] == 2


def test_an_old_note_is_not_the_words_of_a_later_approval(forge, world, time):
    ann = world.people[0]
    pull = opened(forge, world)
    world.comment(pull.number, ann, "a question")
    time.at += timedelta(minutes=5)
    world.review(pull.number, ann, "approved")
    assert [review.text for review in found(forge, world).reviews] == [""]


def test_who_opened_it_may_not_approve_it(world, clock):
    forge = world.forge(clock, reviewer_token_env="")
    pull = opened(forge, world)
    with pytest.raises(Refused, match="set reviewer_token_env"):
        forge.approve(world.repo, pull.number, pull.head, "good")
    bot = world.namespace.people["bot"].name
    with pytest.raises(Exception, match="401"):
        world.ask(bot, "POST", f"merge_requests/{pull.number}/approve", {})
    assert found(forge, world).reviews == ()


def test_who_may_not_approve_says_so(forge, world, kept):
    pull = opened(forge, world)
    reviewer = world.namespace.people["reviewer"]
    kept.barred.add(reviewer.id)
    with pytest.raises(Refused, match=f"{reviewer.name} may not approve merge request 1"):
        forge.approve(world.repo, pull.number, pull.head, "good")
    kept.members[reviewer.id] = 20
    with pytest.raises(Refused, match="the role of a developer"):
        forge.approve(world.repo, pull.number, pull.head, "good")


def test_a_wish_for_changes_that_gitlab_has_not_noted_is_one_of_the_present_head(forge, world, server, kept):
    ann = world.people[0]
    pull = opened(forge, world)
    kept.pulls[pull.number].reviewed(server.places.users[ann.casefold()], "requested_changes")
    assert [(r.by, r.state, r.head) for r in found(forge, world).reviews] == [(ann, "changes requested", pull.head)]
    kept.pulls[pull.number].reviewed(server.places.users[ann.casefold()], "reviewed")
    assert found(forge, world).reviews == ()


# ---- ways of merging ----


def test_a_project_that_only_goes_forwards_waits_for_a_rebase(forge, world):
    settings(world, merge_method="ff")
    pull = opened(forge, world)
    with pytest.raises(Refused, match="makes no merge commits"):
        forge.merge(world.repo, pull.number, pull.head, "merge")
    base = world.push("main", {"theirs.txt": "t\n"})
    assert found(forge, world).waits == ("its branch to be rebased onto 'main'",)
    with pytest.raises(Refused, match="waits for its branch to be rebased onto 'main'"):
        forge.merge(world.repo, pull.number, pull.head, "rebase")
    assert world.tip("main") == base


@pytest.mark.parametrize("method", ["squash", "rebase"])
def test_a_project_that_only_goes_forwards_has_the_commit_itself_on_its_base(forge, world, method):
    settings(world, merge_method="ff")
    pull = opened(forge, world)
    commit = forge.merge(world.repo, pull.number, pull.head, method)
    assert (commit == pull.head) == (method == "rebase")
    assert world.tip("main") == commit == found(forge, world).merged_commit


@pytest.mark.parametrize(
    ("option", "method", "words"),
    [("never", "squash", "never squashes"), ("always", "merge", "always squashes"), ("always", "rebase", "always")],
)
def test_what_the_project_would_do_instead_without_a_word_is_refused(forge, world, option, method, words):
    settings(world, squash_option=option)
    pull = opened(forge, world)
    base = world.tip("main")
    with pytest.raises(Refused, match=words):
        forge.merge(world.repo, pull.number, pull.head, method)
    assert world.tip("main") == base


def test_a_draft_is_shown_and_not_merged(forge, world):
    pull = opened(forge, world)
    world.ask(world.people[0], "PUT", f"merge_requests/{pull.number}", {"title": "Draft: not yet"})
    assert found(forge, world).draft
    with pytest.raises(Refused, match="is a draft: mark it ready"):
        forge.merge(world.repo, pull.number, pull.head, "squash")


def test_gitlab_is_never_asked_to_merge_by_itself_and_where_a_person_asked_it_is_left_to_it(forge, world, server, kept):
    settings(world, only_allow_merge_if_pipeline_succeeds=True)
    pull = opened(forge, world)
    with pytest.raises(Refused, match="a pipeline that succeeds"):
        forge.merge(world.repo, pull.number, pull.head, "squash")
    assert not found(forge, world).queued
    world.comment(pull.number, world.people[0], "/merge")
    assert found(forge, world).queued
    server.forget()
    assert forge.merge(world.repo, pull.number, pull.head, "squash") == ""
    assert not any(name.startswith(("PUT", "POST")) for name in server.calls)
    assert found(forge, world).state == "open"


def test_a_merge_train_takes_it_and_lets_it_go_when_somebody_pushes(forge, world, server, kept):
    kept.trains = True
    pull, base = opened(forge, world), world.tip("main")
    with pytest.raises(Refused, match="not at"):
        forge.merge(world.repo, pull.number, "0" * 40, "squash")
    for _ in range(2):
        assert forge.merge(world.repo, pull.number, pull.head, "squash") == ""
    assert (found(forge, world).queued, found(forge, world).state, world.tip("main")) == (True, "open", base)
    board = "POST /projects/{id}/merge_trains/merge_requests/{merge_request_iid}"
    assert (server.calls[board], server.calls["PUT /projects/{id}/merge_requests/{merge_request_iid}/merge"]) == (1, 0)
    world.push("work", {"more.txt": "more\n"})
    assert not found(forge, world).queued


def test_a_fork_with_a_branch_of_this_name_is_not_ours(forge, world, kept):
    pull = opened(forge, world)
    for number in range(7, 10):
        kept.pulls[number] = replace(kept.pulls[pull.number], iid=number, fork=True)
    fresh = world.forge(lambda: None)
    assert found(fresh, world).number == pull.number
    world.close(pull.number, world.people[0])
    assert (found(fresh, world).number, found(fresh, world).state) == (pull.number, "closed")
