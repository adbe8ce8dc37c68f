"""What Chairlift says on GitLab runs nothing there, and comes back as it was meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chairlift.adapters.gitlab.speech import BODY, meant, sayable, spoken
from chairlift.testing.contracts.people import ODD_TEXT, found, opened

NASTY = (
    "intro\n/merge\n/close now\n\\/approve\r\n/title Mine\n```\n/close\n```\n/usr/bin/env\n &#13; &amp;#13;\r/draft\r\n"
)
PIECES = st.sampled_from(
    ["\r", "\n", "\\", "/", "/merge", "/close ", "&#13;", "&amp;", "amp;", "#13;", " ", "x", "```"],
)


@given(st.lists(PIECES).map("".join) | st.text())
def test_every_text_comes_back_as_it_was_meant(text):
    sent = spoken(text, "comment", "key")
    assert meant(sent, "comment", "key") == sayable(text)
    assert meant(sent, "comment", "other") is None
    assert meant(sent, "issue", "key") is None


@given(st.lists(PIECES).map("".join))
def test_gitlab_finds_nothing_to_run_in_it_and_takes_nothing_out(server_less, text):
    sent = spoken(text, "comment", "key")
    assert server_less.quiet(sent) == (sent, [])


@pytest.fixture(scope="module")
def server_less(tmp_path_factory):
    from tests.forges.gitlab.places import Places

    return Places(tmp_path_factory.mktemp("places"), lambda: None)


def test_no_line_of_ours_is_a_quick_action(forge, world, kept):
    pull = forge.ensure_pull(world.repo, world.push("work", {"a": "b"}) and "work", "main", "Title", NASTY)
    forge.ensure_comment(world.repo, pull.number, "notice", NASTY)
    forge.approve(world.repo, pull.number, pull.head, NASTY)
    issue = forge.ensure_issue(world.repo, "django", "Title", NASTY)
    again = found(forge, world)
    assert (again.state, again.draft, again.queued, kept.pulls[pull.number].title) == ("open", False, False, "Title")
    assert [(review.state, review.text) for review in again.reviews] == [("approved", NASTY)]
    assert world.our_comments(pull.number, ["notice"]) == [NASTY]
    assert (issue.state, forge.issue(world.repo, "django")) == ("open", issue)


def test_whoever_writes_one_is_obeyed(forge, world):
    """So that the test above would fail if it could."""
    pull = opened(forge, world)
    world.comment(pull.number, world.people[0], "done\n/close")
    assert found(forge, world).state == "closed"
    assert [comment.text for comment in forge.comments(world.repo, 0)] == ["done"]


def test_what_is_said_already_is_not_said_again(forge, world, server):
    """Whatever GitLab does to line ends."""
    pull = opened(forge, world)
    for _ in range(3):
        forge.ensure_comment(world.repo, pull.number, "notice", ODD_TEXT)
        forge.ensure_issue(world.repo, "django", "Title", ODD_TEXT)
    sent = {name: count for name, count in server.calls.items() if "notes" in name or "issues" in name}
    assert {name: count for name, count in sent.items() if not name.startswith("GET")} == {
        "POST /projects/{id}/merge_requests/{merge_request_iid}/notes": 1,
        "POST /projects/{id}/issues": 1,
    }


def test_what_is_too_long_is_cut_and_says_so():
    sent = spoken("x" * (BODY + 9), "comment", "key")
    assert meant(sent, "comment", "key").endswith("… (shortened)")
    assert len(meant(sent, "comment", "key")) == BODY


@pytest.mark.parametrize("text", ["a\0b", "half \udc80 a character"])
def test_what_json_or_git_lab_cannot_hold_is_left_out(text):
    assert "\0" not in spoken(text, "comment", "key")
    spoken(text, "comment", "key").encode()
