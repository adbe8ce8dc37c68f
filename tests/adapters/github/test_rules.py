"""What protects a branch is read, obeyed and explained, whether it is branch protection or a ruleset."""

from __future__ import annotations

import pytest

from chairlift.core.upgrade import Review
from chairlift.ports import Refused, Watched
from chairlift.testing.contracts.forge import found, opened
from tests.forges.github.place import Run
from tests.forges.github.world import REPO

BOTH = pytest.mark.parametrize("ruleset", [False, True], ids=["protection", "ruleset"])


@BOTH
def test_code_owners_are_waited_for_by_name_of_the_rule(kit, world, ruleset):
    world.push("main", {"CODEOWNERS": "*.py @bob\n* @ann\n"})
    world.protect("main", 1, (), code_owners=True, ruleset=ruleset)
    forge = kit.forge()
    pull = opened(forge, world)
    assert (pull.needs_approvals, pull.waits) == (1, ("1 more review by code owners",))
    world.review(pull.number, "bob", "approved")
    assert found(forge, world).waits == ("1 more review by code owners",)
    with pytest.raises(Refused, match="code owner review from ann"):
        forge.merge(REPO, pull.number, pull.head, "squash")
    world.review(pull.number, "ann", "approved")
    assert found(forge, world).waits == ()
    assert forge.merge(REPO, pull.number, pull.head, "squash") == world.tip("main")


@BOTH
def test_required_checks_and_approvals_are_known(kit, world, ruleset):
    world.protect("main", 2, ("tests", "style"), ruleset=ruleset)
    forge = kit.forge()
    pull = opened(forge, world)
    assert pull.needs_approvals == 2
    assert {(c.name, c.state, c.required) for c in pull.checks} == {
        ("style", "pending", True),
        ("tests", "pending", True),
    }
    # What else they wait for is said where nothing explains it, and the checks do.
    assert pull.waits == ()


@BOTH
def test_conversations_are_waited_for(kit, world, ruleset):
    world.protect("main", 0, (), conversations=True, ruleset=ruleset)
    forge = kit.forge()
    pull = opened(forge, world)
    world.kept.items[pull.number].threads = [True, False, False]
    assert found(forge, world).waits == ("2 conversations to be resolved",)
    world.kept.items[pull.number].threads = [True]
    assert found(forge, world).waits == ()


@BOTH
def test_a_branch_that_is_behind_is_to_be_brought_up_to_date(kit, world, ruleset):
    world.protect("main", 0, ("tests",), strict=True, ruleset=ruleset)
    forge = kit.forge()
    opened(forge, world)
    world.push("main", {"theirs.txt": "t\n"})
    assert found(forge, world).waits == ("its branch to be brought up to date with main",)


def test_a_rule_that_nobody_can_satisfy_is_said(kit, world):
    world.protect("main", 0, (), nobody=True, ruleset=True)
    forge = kit.forge()
    pull = opened(forge, world)
    assert pull.waits == ("somebody who may pass the rule that nobody updates this branch",)
    with pytest.raises(Refused, match="Cannot update this protected ref"):
        forge.merge(REPO, pull.number, pull.head, "squash")


def test_a_rule_that_is_not_shown_is_not_passed_over(kit, world):
    world.protect("main", 0, (), nobody=True)
    (why,) = opened(kit.forge(), world).waits
    assert "does not show" in why


def test_a_stale_approval_is_shown_as_dismissed(kit, world):
    world.protect("main", 1, ())
    forge = kit.forge()
    pull = opened(forge, world)
    world.review(pull.number, "ann", "approved")
    world.push("work", {"more.txt": "more\n"})
    shown = [(review.state, review.head) for review in found(forge, world).reviews]
    assert shown == [("dismissed", pull.head)]


def test_a_request_for_changes_on_an_earlier_head_is_waited_for(kit, world):
    world.protect("main", 1, ())
    forge = kit.forge()
    pull = opened(forge, world)
    world.review(pull.number, "ann", "changes requested")
    world.push("work", {"more.txt": "more\n"})
    assert found(forge, world).waits == ("ann to approve, or to take back that changes are needed",)


def test_rules_of_a_branch_with_any_name_are_found(kit, world):
    base = "rel/2021#1&x=%2F;y"
    world.push(base, {"base.txt": "b\n"})
    world.protect(base, 3, (), ruleset=True)
    world.push("wörk/ü&#%25", {"a.txt": "new\n"})
    pull = kit.forge().ensure_pull(REPO, "wörk/ü&#%25", base, 'Title "\\ #1', "Body")
    assert (pull.base, pull.branch, pull.needs_approvals) == (base, "wörk/ü&#%25", 3)


def test_a_draft_is_shown_and_not_merged(kit, world):
    forge = kit.forge()
    pull = opened(forge, world)
    world.kept.items[pull.number].draft = True
    assert found(forge, world).draft
    with pytest.raises(Refused, match="still a draft"):
        forge.merge(REPO, pull.number, pull.head, "squash")


def test_a_method_that_the_repository_does_not_allow_is_refused(kit, world):
    world.kept.methods = ("squash",)
    forge = kit.forge()
    pull = opened(forge, world)
    with pytest.raises(Refused, match="Rebase merges are not allowed"):
        forge.merge(REPO, pull.number, pull.head, "rebase")


def test_whether_it_conflicts_may_take_github_a_moment(kit, world):
    """Until then no conflict is claimed, and the mark differs as soon as it is known."""
    forge = kit.forge()
    opened(forge, world, files={"same.txt": "ours\n"})
    world.kept.lazy = True
    world.push("main", {"same.txt": "theirs\n"})
    watched = [Watched(REPO, ("work",))]
    before = forge.marks(watched)
    assert found(forge, world).conflicted
    assert forge.marks(watched) != before


def test_a_merge_queue_takes_it_and_says_so(kit, world):
    world.kept.queues.add("main")
    forge = kit.forge()
    pull = opened(forge, world)
    base = world.tip("main")
    with pytest.raises(Refused, match="not at"):
        forge.merge(REPO, pull.number, "0" * 40, "squash")
    for _ in range(2):
        assert forge.merge(REPO, pull.number, pull.head, "squash") == ""
    assert (found(forge, world).queued, found(forge, world).state, world.tip("main")) == (True, "open", base)
    assert kit.stand_in.calls.count("GraphQL mutation Enqueue") == 1
    head = world.push("work", {"more.txt": "more\n"})
    assert not found(forge, world).queued
    commit = kit.place.put(world.kept, world.kept.items[pull.number], "squash")
    assert forge.merge(REPO, pull.number, head, "squash") == commit


def test_github_is_never_asked_to_merge_by_itself_and_where_a_person_asked_it_is_left_to_it(kit, world):
    world.protect("main", 1, ())
    forge = kit.forge()
    pull = opened(forge, world)
    with pytest.raises(Refused, match="At least 1 approving review"):
        forge.merge(REPO, pull.number, pull.head, "squash")
    assert not found(forge, world).queued
    world.kept.items[pull.number].auto_merge = True
    assert found(forge, world).queued
    assert forge.merge(REPO, pull.number, pull.head, "squash") == ""
    assert found(forge, world).state == "open"


def test_what_conflicts_is_not_merged(kit, world):
    forge = kit.forge()
    pull = opened(forge, world, files={"same.txt": "ours\n"})
    world.push("main", {"same.txt": "theirs\n"})
    with pytest.raises(Refused, match="not mergeable"):
        forge.merge(REPO, pull.number, pull.head, "squash")


# ---- whose it is ----


def test_a_fork_with_a_branch_of_this_name_is_not_ours(kit, world):
    forge = kit.forge()
    pull = opened(forge, world)
    for number in range(7, 10):
        foreign = kit.place.open(world.kept, "mallory", "Mine", "", "", "")
        foreign.branch, foreign.base, foreign.head, foreign.fork = "work", "main", pull.head, True
        assert number
    assert found(forge, world).number == pull.number
    world.close(pull.number, "ann")
    assert (found(forge, world).number, found(forge, world).state) == (pull.number, "closed")


def test_a_mark_that_somebody_else_wrote_is_not_ours(kit, world):
    forge = kit.forge()
    pull = opened(forge, world)
    forge.ensure_comment(REPO, pull.number, "notice", "ours")
    (ours,) = world.said(pull.number, "chairlift")
    world.comment(pull.number, "mallory", ours.text.replace("ours", "theirs"))
    kit.place.say(world.kept, pull.number, "mallory", ours.text.replace("notice", "other"))
    forge.ensure_comment(REPO, pull.number, "notice", "ours anew")
    forge.ensure_comment(REPO, pull.number, "other", "ours, too")
    assert [said.text.splitlines()[0] for said in world.said(pull.number, "mallory")] == ["theirs", "ours"]
    assert [said.text.splitlines()[0] for said in world.said(pull.number, "chairlift")] == ["ours anew", "ours, too"]
    issue = forge.ensure_issue(REPO, "key", "Title", "Body")
    copied = world.kept.items[issue.number].body
    kit.place.open(world.kept, "mallory", "Mine", copied)
    kit.place.open(world.kept, "mallory", "Mine", copied.replace("key", "new"))
    assert forge.issue(REPO, "key").number == issue.number
    assert forge.issue(REPO, "new") is None


def test_keys_and_texts_cannot_end_their_mark(kit, world):
    forge = kit.forge()
    pull = opened(forge, world)
    keys = ("a -->", "a", "a --> <!-- chairlift:comment:b -->", "ä\n\udc80", "")
    for _ in range(2):
        for key in keys:
            forge.ensure_comment(REPO, pull.number, key, f"text {key}")
    assert len(world.said(pull.number, "chairlift")) == len(keys)


def test_nobody_approves_what_they_opened(kit, world):
    forge = kit.forge(reviewer_token_env="")
    pull = opened(forge, world)
    with pytest.raises(Refused, match=r"nobody approves what they opened.*set reviewer_token_env"):
        forge.approve(REPO, pull.number, pull.head, "good")
    assert found(forge, world).reviews == ()


def test_bots_are_called_as_they_call_themselves(kit, world):
    forge = kit.as_app()
    pull = opened(forge, world)
    world.review(pull.number, "checker[bot]", "approved")
    world.review(pull.number, "ghost", "commented", "gone by now")
    world.comment(pull.number, "chairlift-app", "a person of that name")
    again = found(forge, world)
    assert pull.opened_by == "chairlift-app[bot]"
    assert [review.by for review in again.reviews] == ["checker[bot]", "ghost"]
    assert isinstance(again.reviews[0], Review)
    assert [comment.by for comment in forge.comments(REPO, 0)] == ["chairlift-app"]


# ---- much of it ----


def test_the_worst_of_checks_with_one_name_counts(kit, world):
    forge = kit.forge()
    pull = opened(forge, world)
    for app, conclusion in ((1, "success"), (2, "timed_out"), (3, "neutral")):
        world.kept.runs.append(Run(kit.place.next_id(), pull.head, "tests", app, "completed", conclusion))
    world.kept.runs.append(Run(kit.place.next_id(), pull.head, "style", 1, "completed", "skipped", "fine"))
    shown = {(check.name, check.state, check.summary) for check in found(forge, world).checks}
    assert shown == {("tests", "failed", ""), ("style", "passed", "fine")}


def test_all_reviews_and_checks_are_read_however_many(kit, world):
    forge = kit.forge()
    pull = opened(forge, world)
    for count in range(230):
        world.review(pull.number, f"p{count}", "approved")
    for count in range(120):
        world.kept.runs.append(Run(kit.place.next_id(), pull.head, f"check {count}", 1, "completed", "success"))
    again = found(forge, world)
    assert [review.by for review in again.reviews] == [f"p{count}" for count in range(230)]
    assert len({check.name for check in again.checks}) == len(again.checks) == 120
