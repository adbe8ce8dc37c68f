"""What a protected branch of Gitea asks for, said in words, and patterns as Gitea reads them."""

from __future__ import annotations

import pytest

from chairlift.adapters.gitea.protection import glob
from chairlift.ports import Refused
from chairlift.testing.contracts.people import found, opened


@pytest.fixture
def admin(world):
    """The forge whose own user may read all of the rules."""
    bot = world.namespace.people["bot"].name
    world.ask(world.owner.name, "PUT", f"collaborators/{bot}", {"permission": "admin"})


def protect(world, **rule):
    world.protect("main", rule.pop("approvals", 0), rule.pop("checks", ()), **rule)


def test_a_review_that_was_asked_for_is_waited_for(forge, world, admin):
    protect(world, block_on_official_review_requests=True)
    pull, bob = opened(forge, world), world.people[1]
    world.ask(world.people[0], "POST", f"pulls/{pull.number}/requested_reviewers", {"reviewers": [bob]})
    assert found(forge, world).waits == (f"the review that {bob} was asked for",)
    with pytest.raises(Refused, match="official review requests"):
        forge.merge(world.repo, pull.number, pull.head, "squash")
    world.review(pull.number, bob, "approved")
    assert found(forge, world).waits == ()
    forge.merge(world.repo, pull.number, pull.head, "squash")


def test_an_outdated_branch_and_protected_files_are_waited_for(forge, world, admin):
    protect(world, block_on_outdated_branch=True, protected_file_patterns="*.lock; .ci/**")
    opened(forge, world, files={"Poetry.lock": "x\n"})
    world.push("main", {"theirs.txt": "t\n"})
    first, second = found(forge, world).waits
    assert first == "the branch to be brought up to date with 'main'"
    assert second.endswith("protected files: Poetry.lock")


def test_who_asked_for_changes_on_an_older_head_is_still_waited_for(forge, world, admin):
    protect(world, approvals=1)
    pull, ann = opened(forge, world), world.people[0]
    world.review(pull.number, ann, "changes requested")
    world.push("work", {"more.txt": "more\n"})
    assert found(forge, world).waits == (f"{ann}, who asked for changes, to approve",)


def test_an_approval_that_does_not_count_there_is_named(forge, world, admin):
    ann, bob = world.people
    protect(world, approvals=1, enable_approvals_whitelist=True, approvals_whitelist_username=[bob])
    pull = opened(forge, world)
    world.review(pull.number, ann, "approved")
    assert found(forge, world).waits == (f"an approval that counts on 'main': not that of {ann}",)
    world.review(pull.number, bob, "approved")
    assert found(forge, world).waits == ()


def test_an_approval_that_was_dismissed_is_none(forge, world):
    pull, ann = opened(forge, world), world.people[0]
    world.review(pull.number, ann, "approved")
    (review,) = world.ask(ann, "GET", f"pulls/{pull.number}/reviews")
    path = f"pulls/{pull.number}/reviews/{review['id']}/dismissals"
    world.ask(world.owner.name, "POST", path, {"message": "not tested"})
    assert found(forge, world).reviews == ()


def test_who_may_not_merge_says_so_before_it_tries(forge, world):
    protect(world, enable_merge_whitelist=True, merge_whitelist_usernames=[world.people[0]])
    pull = opened(forge, world)
    assert found(forge, world).waits == ("somebody who may merge into 'main', which Chairlift may not",)
    with pytest.raises(Refused, match="not allowed to merge"):
        forge.merge(world.repo, pull.number, pull.head, "squash")


def test_who_may_not_read_the_rules_still_knows_approvals_and_checks(forge, world):
    protect(world, approvals=2, checks=["tests"], block_on_outdated_branch=True)
    pull = opened(forge, world)
    assert (pull.needs_approvals, pull.waits) == (2, ())
    assert [(check.name, check.required) for check in pull.checks] == [("tests", True)]


def test_a_rule_for_a_pattern_of_branches_holds(forge, world, admin):
    world.protect("ma*", 1, ["ci/*"], block_on_outdated_branch=True)
    pull = opened(forge, world)
    assert pull.needs_approvals == 1
    assert [check.name for check in pull.checks] == ["ci/*"]
    forge.report_check(world.repo, pull.head, "ci/linux", "passed", "")
    forge.report_check(world.repo, pull.head, "other", "failed", "")
    shown = {check.name: check.required for check in found(forge, world).checks}
    assert shown == {"ci/linux": True, "other": False}


def test_a_draft_is_one_by_its_title(forge, world):
    pull = opened(forge, world)
    world.ask(world.people[0], "PATCH", f"pulls/{pull.number}", {"title": "WIP: not yet"})
    assert found(forge, world).draft
    assert not found(forge, world).conflicted
    with pytest.raises(Refused, match="take 'WIP:' off its title"):
        forge.merge(world.repo, pull.number, pull.head, "squash")


def test_a_style_that_the_repository_does_not_allow_is_refused_by_name(forge, world, server):
    pull = opened(forge, world)
    server.places.repositories[world.repo.lower()].styles = frozenset({"merge"})
    with pytest.raises(Refused, match="squash is not allowed"):
        forge.merge(world.repo, pull.number, pull.head, "squash")


def test_nothing_to_merge_is_seen_even_where_the_base_is_ahead(forge, world):
    world.move("behind", world.tip("main"))
    world.push("main", {"more.txt": "more\n"})
    with pytest.raises(Refused, match="holds nothing"):
        forge.ensure_pull(world.repo, "behind", "main", "t", "b")
    assert found(forge, world, "behind").state == "closed"


def test_a_label_that_we_may_not_make_keeps_nothing_from_being_opened(forge, world, server):
    server.fault("issueCreateLabel", 403)
    assert opened(forge, world).state == "open"


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*.lock", ["a.lock"], ["a.b.lock", "d/a.lock", "alock"]),
        ("**.lock", ["a.lock", "d/a.lock", "d/a.b.lock"], ["a.lock2"]),
        (".ci/**", [".ci/run", ".ci/a/b.c"], [".cix/run"]),
        ("{a,b}?.txt", ["a1.txt", "bx.txt"], ["c1.txt", "a.txt", "a/.txt"]),
        ("[a-c][!0-9]", ["ax", "c-"], ["d1", "a1"]),
        ("\\*", ["*"], ["x", "\\x"]),
        ("[", ["["], ["x"]),
    ],
)
def test_patterns(pattern, yes, no):
    assert [name for name in [*yes, *no] if glob(pattern, "./").fullmatch(name)] == yes
