"""What every forge does with words: comments, issues, and the marks by which it is watched."""

from __future__ import annotations

import pytest

from chairlift.core.upgrade import digest
from chairlift.ports import Forge, Refused, Watched
from chairlift.testing.contracts.people import LONG_TEXT, ODD_TEXT, World, opened


class TalkContract:
    """The part of the contract of forges that is about words."""

    @pytest.fixture
    def forge(self) -> Forge:
        """A forge with the repository of the world."""
        raise NotImplementedError

    @pytest.fixture
    def world(self, forge: Forge) -> World:
        """The people around that repository."""
        raise NotImplementedError

    def heard(self, text: str) -> str:
        """What a person's text is when it comes back: some forges take carriage returns out of it, and nothing else."""
        return text

    def test_comments_come_once_each_and_in_order(self, forge: Forge, world: World) -> None:
        ann, bob = world.people
        first, second = opened(forge, world), opened(forge, world, "other")
        world.comment(first.number, ann, "one")
        world.comment(second.number, bob, ODD_TEXT)
        one, two = forge.comments(world.repo, 0)
        assert (one.number, one.by, one.text) == (first.number, ann, "one")
        assert (two.number, two.by, two.text) == (second.number, bob, self.heard(ODD_TEXT))
        assert one.id < two.id
        assert one.at.tzinfo is not None
        world.comment(first.number, ann, LONG_TEXT)
        (three,) = forge.comments(world.repo, two.id)
        assert three.text == LONG_TEXT
        assert list(forge.comments(world.repo, three.id)) == []

    def test_our_own_comments_are_left_out_and_edited_in_place(self, forge: Forge, world: World) -> None:
        pull = opened(forge, world)
        before = len(self.our_comments(forge, world, pull.number))
        forge.ensure_comment(world.repo, pull.number, "notice", "merging on Monday")
        forge.ensure_comment(world.repo, pull.number, "notice", "merging on Tuesday")
        forge.ensure_comment(world.repo, pull.number, "notice", "merging on Tuesday")
        forge.ensure_comment(world.repo, pull.number, "other", ODD_TEXT)
        forge.approve(world.repo, pull.number, pull.head, "good")
        world.comment(pull.number, world.people[0], "fine")
        assert [comment.text for comment in forge.comments(world.repo, 0)] == ["fine"]
        assert self.our_comments(forge, world, pull.number)[before : before + 2] == ["merging on Tuesday", ODD_TEXT]
        with pytest.raises(Refused):
            forge.ensure_comment(world.repo, pull.number + 1, "notice", "nowhere")

    def our_comments(self, forge: Forge, world: World, number: int) -> list[str]:
        """The texts of Chairlift's own comments under a number, oldest first."""
        raise NotImplementedError

    def test_an_issue_is_made_once_edited_closed_and_opened(self, forge: Forge, world: World) -> None:
        assert forge.issue(world.repo, "django") is None
        made = forge.ensure_issue(world.repo, "django", "Title", "Body")
        assert (made.state, made.digest) == ("open", digest("Title", "Body"))
        assert forge.issue(world.repo, "django") == made
        assert forge.ensure_issue(world.repo, "django", "Title", "Body") == made
        edited = forge.ensure_issue(world.repo, "django", "Title", "More", closed=True)
        assert (edited.number, edited.state, edited.digest) == (made.number, "closed", digest("Title", "More"))
        assert forge.ensure_issue(world.repo, "django", "Title", "More").state == "open"
        assert forge.ensure_issue(world.repo, "other", "Title", "Body").number != made.number

    def test_people_comment_on_issues_too(self, forge: Forge, world: World) -> None:
        issue = forge.ensure_issue(world.repo, "django", "Title", "Body")
        pull = opened(forge, world)
        assert pull.number != issue.number
        world.comment(issue.number, world.people[0], "/chairlift update half done")
        (comment,) = forge.comments(world.repo, 0)
        assert (comment.number, comment.text) == (issue.number, "/chairlift update half done")

    @pytest.mark.parametrize("text", [ODD_TEXT, LONG_TEXT, ""], ids=["odd", "long", "empty"])
    def test_no_character_of_an_issue_is_lost(self, forge: Forge, world: World, text: str) -> None:
        title = text[:60] or "Title"
        forge.ensure_issue(world.repo, title, title, text)
        issue = forge.issue(world.repo, title)
        assert issue is not None
        assert issue.digest == digest(title, text)

    # ---- being watched ----

    def test_a_mark_stays_while_nothing_happens(self, forge: Forge, world: World) -> None:
        opened(forge, world)
        watched = [Watched(world.repo, ("work", "nothing"), "django"), Watched(world.repo, ("nothing",))]
        marks = list(forge.marks(watched))
        assert len(marks) == 2
        assert all(marks)
        assert list(forge.marks(watched)) == marks
        assert list(forge.marks(watched[::-1])) == marks[::-1]
        assert list(forge.marks([])) == []

    def test_a_mark_differs_after_whatever_a_look_would_see(self, forge: Forge, world: World) -> None:
        ann, bob = world.people
        watched = [Watched(world.repo, ("work",), "django")]
        known = list(forge.marks(watched))

        def seen(what: str) -> None:
            (mark,) = forge.marks(watched)
            assert mark, what
            assert mark not in known, f"{what} is not seen"
            known.append(mark)

        world.push("work", {"a.txt": "new\n"})
        seen("a branch")
        pull = opened(forge, world)
        seen("a pull request")
        world.push("main", {"b.txt": "theirs\n"})
        seen("the default branch")
        world.review(pull.number, ann, "changes requested", "no")
        seen("a review")
        head = world.push("work", {"c.txt": "more\n"})
        seen("another head")
        world.review(pull.number, ann, "approved")
        seen("an approval")
        forge.report_check(world.repo, head, "tests", "pending", "")
        seen("a check")
        forge.report_check(world.repo, head, "tests", "failed", "")
        seen("the end of a check")
        world.comment(pull.number, bob, "/chairlift hold")
        seen("a comment")
        issue = forge.ensure_issue(world.repo, "django", "Title", "Body")
        seen("our issue")
        world.comment(issue.number, bob, "/chairlift update")
        seen("a comment on our issue")
        world.close(pull.number, ann)
        seen("a closed pull request")
        world.reopen(pull.number, ann)
        forge.merge(world.repo, pull.number, head, "squash")
        seen("a merge")

    def test_what_cannot_be_told_has_an_empty_mark(self, forge: Forge, world: World) -> None:
        there, gone, odd = forge.marks([Watched(name, ("work",)) for name in (world.repo, "nothing", "../up")])
        assert there
        assert (gone, odd) == ("", "")
