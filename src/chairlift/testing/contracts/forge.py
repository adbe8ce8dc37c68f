"""The contract of forges: the test of an adapter inherits from it and gives it two fixtures."""

from __future__ import annotations

import pytest

from chairlift.ports import Forge, Refused
from chairlift.testing.contracts.people import NO_COMMIT, ODD_TEXT, World, found, opened
from chairlift.testing.contracts.talk import TalkContract


class ForgeContract(TalkContract):
    """What every forge does."""

    def test_it_is_a_forge(self, forge: Forge) -> None:
        assert isinstance(forge, Forge)

    # ---- opening and looking ----

    @pytest.mark.parametrize("branch", ["nothing", "", "a..b", "-d", "x y\n", "'; --", "é" * 300, "\udc80", "main\0x"])
    def test_an_unknown_branch_has_no_pull_request(self, forge: Forge, world: World, branch: str) -> None:
        assert forge.pull_for(world.repo, branch) is None
        with pytest.raises(Refused):
            forge.ensure_pull(world.repo, branch, "main", "t", "b")

    @pytest.mark.parametrize("repo", ["nothing", "", "../up", "/etc", "a b", "x\n", "\udc80", "-C", "a/../b", "\0"])
    def test_an_unknown_repository_is_refused(self, forge: Forge, world: World, repo: str) -> None:
        for ask in (
            lambda: forge.git_url(repo),
            lambda: forge.pull_for(repo, "main"),
            lambda: forge.comments(repo, 0),
            lambda: forge.issue(repo, "key"),
        ):
            with pytest.raises(Refused):
                ask()

    def test_a_pull_request_is_opened_and_found(self, forge: Forge, world: World) -> None:
        pull = opened(forge, world)
        assert pull == found(forge, world)
        assert (pull.branch, pull.base, pull.head) == ("work", "main", world.tip("work"))
        assert (pull.state, pull.conflicted, pull.draft, pull.merged_commit) == ("open", False, False, "")
        assert pull.opened_by
        assert pull.opened_at is not None
        assert pull.opened_at.tzinfo is not None

    def test_opening_twice_is_opening_once(self, forge: Forge, world: World) -> None:
        pull = opened(forge, world)
        again = forge.ensure_pull(world.repo, "work", "main", "Another title", "Another body")
        assert again.number == pull.number
        assert opened(forge, world, "other").number != pull.number

    def test_a_pull_request_needs_two_branches_and_something_to_merge(self, forge: Forge, world: World) -> None:
        world.push("work", {"a.txt": "new\n"})
        world.move("same", world.tip("main"))
        with pytest.raises(Refused):
            forge.ensure_pull(world.repo, "work", "nothing", "t", "b")
        with pytest.raises(Refused):
            forge.ensure_pull(world.repo, "same", "main", "t", "b")
        assert forge.pull_for(world.repo, "work") is None

    def test_the_head_is_where_the_branch_is(self, forge: Forge, world: World) -> None:
        first = opened(forge, world).head
        second = world.push("work", {"more.txt": "more\n"})
        assert found(forge, world).head == second != first
        world.move("work", first)
        assert found(forge, world).head == first

    def test_a_deleted_branch_leaves_the_last_head(self, forge: Forge, world: World) -> None:
        pull = opened(forge, world)
        world.delete("work")
        assert found(forge, world).head == pull.head

    def test_a_conflict_shows(self, forge: Forge, world: World) -> None:
        opened(forge, world, files={"same.txt": "ours\n"})
        assert not found(forge, world).conflicted
        world.push("main", {"same.txt": "theirs\n"})
        assert found(forge, world).conflicted

    # ---- merging ----

    @pytest.mark.parametrize("method", ["squash", "merge", "rebase"])
    def test_merging_twice_is_merging_once(self, forge: Forge, world: World, method: str) -> None:
        pull = opened(forge, world, files={"a.txt": "new\n"})
        before = dict(world.files("main"))
        commit = forge.merge(world.repo, pull.number, pull.head, method)
        assert world.tip("main") == commit
        assert forge.merge(world.repo, pull.number, pull.head, method) == commit
        assert world.tip("main") == commit
        assert world.files("main") == {**before, "a.txt": "new\n"}
        merged = found(forge, world)
        assert (merged.state, merged.merged_commit, merged.head) == ("merged", commit, pull.head)
        assert merged.merged_at is not None

    @pytest.mark.parametrize("method", ["squash", "merge", "rebase"])
    def test_what_is_merged_is_not_opened_again(self, forge: Forge, world: World, method: str) -> None:
        pull = opened(forge, world)
        forge.merge(world.repo, pull.number, pull.head, method)
        assert forge.ensure_pull(world.repo, "work", "main", "t", "b") == found(forge, world)
        assert found(forge, world).state == "merged"
        world.push("work", {"more.txt": "more\n"})
        assert forge.ensure_pull(world.repo, "work", "main", "t", "b").number != pull.number

    @pytest.mark.parametrize("method", ["squash", "merge", "rebase"])
    def test_a_merge_keeps_what_the_base_got_meanwhile(self, forge: Forge, world: World, method: str) -> None:
        opened(forge, world)
        head = world.push("work", {"second.txt": "2\n"})
        world.push("main", {"theirs.txt": "t\n"})
        forge.merge(world.repo, found(forge, world).number, head, method)
        assert world.files("main").items() >= {"work.txt": "new\n", "second.txt": "2\n", "theirs.txt": "t\n"}.items()

    def test_a_moved_head_is_never_merged(self, forge: Forge, world: World) -> None:
        pull = opened(forge, world)
        base = world.tip("main")
        moved = world.push("work", {"sneaked.txt": "in\n"})
        with pytest.raises(Refused):
            forge.merge(world.repo, pull.number, pull.head, "squash")
        assert (world.tip("main"), found(forge, world).state) == (base, "open")
        forge.merge(world.repo, pull.number, moved, "squash")
        with pytest.raises(Refused):
            forge.merge(world.repo, pull.number, pull.head, "squash")

    @pytest.mark.parametrize("method", ["squash", "merge", "rebase"])
    def test_a_conflict_is_not_merged(self, forge: Forge, world: World, method: str) -> None:
        pull = opened(forge, world, files={"same.txt": "ours\n"})
        base = world.push("main", {"same.txt": "theirs\n"})
        with pytest.raises(Refused):
            forge.merge(world.repo, pull.number, pull.head, method)
        assert (world.tip("main"), found(forge, world).state) == (base, "open")

    def test_an_unknown_method_or_number_is_refused(self, forge: Forge, world: World) -> None:
        pull = opened(forge, world)
        with pytest.raises(Refused):
            forge.merge(world.repo, pull.number, pull.head, "octopus")
        with pytest.raises(Refused):
            forge.merge(world.repo, pull.number + 1, pull.head, "squash")

    def test_what_was_merged_by_a_plain_push_shows_as_merged(self, forge: Forge, world: World) -> None:
        pull = opened(forge, world)
        world.move("main", pull.head)
        merged = found(forge, world)
        assert (merged.state, merged.merged_commit) == ("merged", pull.head)
        assert merged.merged_at is not None
        assert forge.merge(world.repo, pull.number, pull.head, "squash") == pull.head
        assert world.tip("main") == pull.head

    def test_a_branch_taken_back_to_its_base_is_not_merged(self, forge: Forge, world: World) -> None:
        pull = opened(forge, world)
        world.move("work", world.tip("main"))
        assert found(forge, world).state != "merged"
        with pytest.raises(Refused):
            forge.merge(world.repo, pull.number, world.tip("work"), "squash")
        world.push("main", {"theirs.txt": "t\n"})
        assert found(forge, world).state != "merged"

    def test_a_closed_one_stays_closed_and_says_by_whom(self, forge: Forge, world: World) -> None:
        pull = opened(forge, world)
        world.close(pull.number, world.people[0])
        closed = found(forge, world)
        assert (closed.number, closed.state, closed.closed_by) == (pull.number, "closed", world.people[0])
        assert closed.closed_at is not None
        with pytest.raises(Refused):
            forge.merge(world.repo, pull.number, pull.head, "squash")
        assert forge.ensure_pull(world.repo, "work", "main", "t", "b").number != pull.number

    def test_what_is_withdrawn_is_closed_at_this_very_head(self, forge: Forge, world: World) -> None:
        pull = opened(forge, world)
        with pytest.raises(Refused):
            forge.withdraw(world.repo, pull.number, NO_COMMIT)
        assert found(forge, world).state == "open"
        for _ in range(2):
            forge.withdraw(world.repo, pull.number, pull.head)
        assert found(forge, world).state == "closed"
        again = opened(forge, world, files={"more.txt": "more\n"})
        forge.merge(world.repo, again.number, again.head, "squash")
        forge.withdraw(world.repo, again.number, again.head)
        assert found(forge, world).state == "merged"

    def test_a_reopened_one_is_the_same_at_the_present_head(self, forge: Forge, world: World) -> None:
        pull = opened(forge, world)
        world.close(pull.number, world.people[0])
        head = world.push("work", {"more.txt": "more\n"})
        world.reopen(pull.number, world.people[0])
        again = found(forge, world)
        assert (again.number, again.state, again.head, again.closed_by) == (pull.number, "open", head, "")
        assert forge.ensure_pull(world.repo, "work", "main", "t", "b").number == pull.number

    # ---- reviews, checks, protection ----

    def test_reviews_belong_to_a_head(self, forge: Forge, world: World) -> None:
        ann, bob = world.people
        pull = opened(forge, world)
        world.review(pull.number, ann, "changes requested", ODD_TEXT)
        head = world.push("work", {"more.txt": "more\n"})
        world.review(pull.number, bob, "approved")
        shown = [(review.by, review.state, review.head, review.text) for review in found(forge, world).reviews]
        said = self.heard(ODD_TEXT)
        assert shown == [(ann, "changes requested", pull.head, said), (bob, "approved", head, "")]

    def test_the_words_of_a_review_are_heard_once(self, forge: Forge, world: World) -> None:
        """In a comment, or in a review that has a name of its own; and that stays its name."""
        pull, (ann, bob) = opened(forge, world), world.people
        said = {"commented": "/chairlift hold one", "changes requested": "/chairlift hold two", "approved": "fine"}
        for by, (state, text) in zip((ann, bob, ann), said.items(), strict=True):
            world.review(pull.number, by, state, text)
        reviews = [review for review in found(forge, world).reviews if review.id]
        comments = forge.comments(world.repo, 0)
        heard = [text for text in (*(each.text for each in comments), *(each.text for each in reviews)) if text]
        assert sorted(heard) == sorted(map(self.heard, said.values()))
        assert len({review.id for review in reviews}) == len(reviews)
        world.push("work", {"more.txt": "more\n"})
        assert {review.id for review in reviews} <= {review.id for review in found(forge, world).reviews}

    def test_our_approval_is_of_this_very_head(self, forge: Forge, world: World) -> None:
        pull = opened(forge, world)
        forge.approve(world.repo, pull.number, pull.head, "exactly what the recipe made")
        forge.approve(world.repo, pull.number, pull.head, "exactly what the recipe made")
        (review,) = found(forge, world).reviews
        assert (review.state, review.head, review.text) == ("approved", pull.head, "exactly what the recipe made")
        world.push("work", {"more.txt": "more\n"})
        with pytest.raises(Refused):
            forge.approve(world.repo, pull.number, pull.head, "again")
        assert len(found(forge, world).reviews) == 1

    def test_a_protected_branch_needs_approvals_of_the_present_head(self, forge: Forge, world: World) -> None:
        ann, bob = world.people
        world.protect("main", 2, ())
        pull = opened(forge, world)
        assert pull.needs_approvals == 2
        world.review(pull.number, ann, "approved")
        world.review(pull.number, bob, "approved")
        head = world.push("work", {"more.txt": "more\n"})
        world.review(pull.number, ann, "approved")
        world.review(pull.number, ann, "approved", "twice is once")
        with pytest.raises(Refused):
            forge.merge(world.repo, pull.number, head, "squash")
        world.review(pull.number, bob, "approved")
        forge.merge(world.repo, pull.number, head, "squash")

    def test_a_protected_branch_waits_for_who_asked_for_changes(self, forge: Forge, world: World) -> None:
        ann, bob = world.people
        world.protect("main", 1, ())
        pull = opened(forge, world)
        world.review(pull.number, ann, "changes requested")
        world.review(pull.number, bob, "approved")
        with pytest.raises(Refused):
            forge.merge(world.repo, pull.number, pull.head, "squash")
        world.review(pull.number, ann, "approved")
        world.review(pull.number, ann, "commented", "a remark takes nothing back")
        forge.merge(world.repo, pull.number, pull.head, "squash")

    def test_a_check_is_shown_on_its_head_and_replaced(self, forge: Forge, world: World) -> None:
        pull = opened(forge, world)
        forge.report_check(world.repo, pull.head, ODD_TEXT[:40], "pending", "")
        forge.report_check(world.repo, pull.head, ODD_TEXT[:40], "failed", ODD_TEXT)
        (check,) = found(forge, world).checks
        assert (check.name, check.state, check.head) == (ODD_TEXT[:40], "failed", pull.head)
        assert check.summary == ODD_TEXT
        world.push("work", {"more.txt": "more\n"})
        assert [c for c in found(forge, world).checks if c.state != "pending"] == []
        with pytest.raises(Refused):
            forge.report_check(world.repo, NO_COMMIT, "tests", "passed", "")

    def test_a_protected_branch_needs_its_checks_passed(self, forge: Forge, world: World) -> None:
        world.protect("main", 0, ("tests",))
        pull = opened(forge, world)
        forge.report_check(world.repo, pull.head, "style", "failed", "nobody asked")
        assert {(c.name, c.state, c.required) for c in found(forge, world).checks} == {
            ("style", "failed", False),
            ("tests", "pending", True),
        }
        for state in ("", "pending", "failed"):
            if state:
                forge.report_check(world.repo, pull.head, "tests", state, "")
            with pytest.raises(Refused):
                forge.merge(world.repo, pull.number, pull.head, "squash")
        forge.report_check(world.repo, pull.head, "tests", "passed", "")
        forge.merge(world.repo, pull.number, pull.head, "squash")
