"""Who approved which head, or asked for changes on it: GitLab tells who stands where, and its notes and versions when.

An approval of GitLab names no commit: it is of the version that was the newest when it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chairlift.adapters.gitlab.speech import meant
from chairlift.adapters.gitlab.talk import when
from chairlift.core.upgrade import Review

APPROVED, CHANGES, DISMISSED = "approved", "changes requested", "dismissed"
#: How begins what GitLab notes of a review; in English, whatever the language of its pages.
_EVENTS = {
    "approved this merge request": APPROVED,
    "unapproved this merge request": "",
    "requested changes": CHANGES,
}
#: A review's words are a note of their own, just before what GitLab notes of it.
_TOGETHER = timedelta(minutes=1)

Rows = Callable[[], Sequence[Mapping[str, Any]]]


def words_key(head: str) -> str:
    """The key of the comment with the words of our own approval of this head."""
    return f"approval of {head}"


@dataclass(frozen=True)
class _Given:
    """An opinion as it was noted; without a `state` it takes back an approval."""

    who: str
    state: str
    at: datetime
    note: Mapping[str, Any]


def opinions(
    notes: Sequence[Mapping[str, Any]], approvals: Mapping[str, Any], versions: Rows, reviewers: Rows, asked: bool
) -> tuple[Review, ...]:
    """All of them, oldest first.

    `versions` and `reviewers` are asked for only where somebody has an opinion, or was `asked` for one. An approval
    that does not stand any more, and a wish for changes that was taken back, are shown as dismissed.
    """
    given = [
        _Given(_who(each), state, when(each["created_at"]), each)
        for each in notes
        if (state := _noted(each)) is not None
    ]
    approved = {str(each["user"]["username"]): each.get("approved_at") for each in approvals.get("approved_by") or ()}
    wish = asked or any(each.state == CHANGES for each in given)
    wishing = {str(each["user"]["username"]): each for each in reviewers() if _wishes(each)} if wish else {}
    if not (given or approved or wishing):
        return ()
    heads = [(when(each["created_at"]), str(each["head_commit_sha"])) for each in versions()]
    standing = _standing(given, approved, wishing)
    found = []
    for place, each in enumerate(given):
        if each.state:
            head = _head(heads, each.at)
            shown = each.state if place in standing else DISMISSED
            found.append(Review(each.who, shown, head, each.at, _text(notes, each.who, each.note, head)))
    # Given in some other way, which GitLab has not noted, or not in words that are known here.
    noted = {(each.who, each.state) for each in given}
    for who, said_at in approved.items():
        if said_at and (who, APPROVED) not in noted:
            found.append(Review(who, APPROVED, _head(heads, when(said_at)), when(said_at)))
    for who, row in wishing.items():
        if (who, CHANGES) not in noted:
            found.append(Review(who, CHANGES, heads[0][1] if heads else "", when(row["created_at"])))
    return tuple(sorted(found, key=lambda review: review.at))


def _standing(given: Sequence[_Given], approved: Mapping[str, object], wishing: Mapping[str, object]) -> frozenset[int]:
    """The places of those that hold: an approval that stands, and the last word of who still wants changes."""
    last = {each.who: place for place, each in enumerate(given)}
    approvals = {each.who: place for place, each in enumerate(given) if each.state == APPROVED}
    holds = {place for who, place in approvals.items() if who in approved}
    for place, each in enumerate(given):
        # One that an approval followed was no mistake then.
        if each.state == CHANGES and (last[each.who] != place or each.who in wishing):
            holds.add(place)
    return frozenset(holds)


def _noted(note: Mapping[str, Any]) -> str | None:
    """What a note says of an opinion; None where it says nothing of one."""
    if not note["system"]:
        return None
    return next((state for words, state in _EVENTS.items() if str(note["body"]).startswith(words)), None)


def _wishes(reviewer: Mapping[str, Any]) -> bool:
    return reviewer.get("state") == "requested_changes"


def _head(heads: Sequence[tuple[datetime, str]], at: datetime) -> str:
    """Where it was then; GitLab lists versions newest first."""
    return next((head for since, head in heads if since <= at), heads[-1][1] if heads else "")


def _text(notes: Sequence[Mapping[str, Any]], who: str, event: Mapping[str, Any], head: str) -> str:
    """What this person said with it: in a comment marked for this head if it is ours, else in the note just before."""
    own = [note for note in notes if _who(note) == who]
    marked = (meant(note["body"], "comment", words_key(head)) for note in own)
    if (words := next((text for text in marked if text is not None), None)) is not None:
        return words
    last = max((note for note in own if note["id"] < event["id"]), key=lambda note: int(note["id"]), default=None)
    if last is None or last["system"] or when(event["created_at"]) - when(last["created_at"]) > _TOGETHER:
        return ""
    return str(last["body"])


def _who(note: Mapping[str, Any]) -> str:
    return str((note.get("author") or {}).get("username") or "")
