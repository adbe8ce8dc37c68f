"""Who approved which head, or asked for changes on it: GitLab tells who stands where, and its notes and versions when.

An approval of GitLab names no commit: it is of the version that was the newest when it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from chairlift.adapters.gitlab.speech import meant
from chairlift.adapters.gitlab.talk import when
from chairlift.core.upgrade import Review

#: What GitLab notes of a review; in English, whatever the language of its pages.
_EVENTS = {
    "approved this merge request": "approved",
    "unapproved this merge request": "",
    "requested changes": "changes requested",
}
#: A review's words are a note of their own, just before what GitLab notes of it.
_TOGETHER = timedelta(minutes=1)

Rows = Callable[[], Sequence[Mapping[str, Any]]]


def words_key(head: str) -> str:
    """The key of the comment with the words of our own approval of this head."""
    return f"approval of {head}"


def opinions(
    notes: Sequence[Mapping[str, Any]], approvals: Mapping[str, Any], versions: Rows, reviewers: Rows
) -> tuple[Review, ...]:
    """All of them, oldest first. `versions` and `reviewers` are asked for only where somebody has an opinion.

    An approval that does not stand any more, and a wish for changes that was taken back, are shown as dismissed.
    """
    approved = {str(each["user"]["username"]): each.get("approved_at") for each in approvals.get("approved_by") or ()}
    events = [(_who(note), _EVENTS[note["body"]], note) for note in notes if note["system"] and note["body"] in _EVENTS]
    given = [(who, state, when(note["created_at"]), note) for who, state, note in events]
    if not given and not approved:
        return ()
    heads = [(when(each["created_at"]), str(each["head_commit_sha"])) for each in versions()]
    standing = _standing([(who, state) for who, state, _, _ in given], approved, reviewers)
    found = []
    for place, (who, state, at, note) in enumerate(given):
        if state:
            head = _head(heads, at)
            shown = state if place in standing else "dismissed"
            found.append(Review(who, shown, head, at, _text(notes, who, note, head)))
    noted = {who for who, state, _, _ in given if state == "approved"}
    # Approved in some other way, which GitLab has not noted.
    for who, said_at in approved.items():
        if said_at and who not in noted:
            found.append(Review(who, "approved", _head(heads, when(said_at)), when(said_at)))
    return tuple(sorted(found, key=lambda review: review.at))


def _standing(given: Sequence[tuple[str, str]], approved: Mapping[str, object], reviewers: Rows) -> frozenset[int]:
    """The places of those that hold: an approval that stands, and the last word of who still wants changes."""
    last: dict[str, int] = {}
    approvals: dict[str, int] = {}
    for place, (who, state) in enumerate(given):
        last[who] = place
        if state == "approved":
            approvals[who] = place
    holds = {place for who, place in approvals.items() if who in approved}
    wishes = [place for place, (_, state) in enumerate(given) if state == "changes requested"]
    if any(last[given[place][0]] == place for place in wishes):
        still = {str(each["user"]["username"]) for each in reviewers() if each.get("state") == "requested_changes"}
        wishes = [place for place in wishes if last[given[place][0]] != place or given[place][0] in still]
    return frozenset({*holds, *wishes})


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
