"""Merging: with the head that was looked at, as the project's rules allow it, and never later by GitLab itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chairlift.adapters.gitlab.errors import Denied, NotNow
from chairlift.adapters.gitlab.names import place
from chairlift.adapters.gitlab.pulls import Pulls, checking, conflicted, landed_as
from chairlift.adapters.gitlab.wire import Wire
from chairlift.core.budget import Call, Lane
from chairlift.ports import Refused, Unavailable

METHODS = ("squash", "merge", "rebase")
_AGAIN = 10.0


class Merging:
    """Merges as one identity."""

    def __init__(self, wire: Wire, pulls: Pulls) -> None:
        self._wire, self._pulls = wire, pulls

    def merge(self, repo: str, number: int, expected_head: str, method: str) -> str:
        """The commit on the base; empty where a merge train has it, or a person has told GitLab to merge it later."""
        if method not in METHODS:
            raise Refused(f"there is no method {method!r} to merge by: use one of {', '.join(METHODS)}")
        pull = self._pulls.get(repo, number, Lane.MERGE)
        what = f"merge request {number} of {repo}"
        must_be(repo, pull, expected_head)
        if pull["state"] == "merged":
            return landed_as(pull)
        if pull["state"] == "closed":
            raise Refused(
                f"{what} was closed by {(pull.get('closed_by') or {}).get('username') or 'somebody'}: reopen it"
            )
        if pull["state"] == "locked":
            raise Unavailable(f"GitLab is merging {what} in this very moment", after=_AGAIN)
        if pull.get("merge_when_pipeline_succeeds"):
            return ""
        project = self._pulls.project(repo, Lane.MERGE)
        _must_allow(project, method, repo)
        if pull["draft"]:
            raise Refused(f"{what} is a draft: mark it ready")
        if conflicted(pull):
            raise Refused(f"{what} conflicts with {pull['target_branch']!r}: make the change again on top of it")
        body = {"sha": expected_head, "squash": method == "squash"}
        if project.get("merge_trains_enabled"):
            self._board(repo, number, body)
            return ""
        return self._put(repo, number, what, body)

    def _board(self, repo: str, number: int, body: Mapping[str, object]) -> None:
        """Into the merge train: whoever pushes then takes it out again, as a queue of GitHub does."""
        path = place(repo, "merge_trains", "merge_requests", number)
        try:
            self._wire.send("POST", path, Lane.MERGE, body, Call.WRITE)
        except NotNow as error:
            raise self._why_not(repo, number, error) from None

    def _put(self, repo: str, number: int, what: str, body: Mapping[str, object]) -> str:
        path = place(repo, "merge_requests", number, "merge")
        try:
            # Never with auto_merge: nobody gives notice for what is pushed until then.
            merged = self._wire.send("PUT", path, Lane.MERGE, {**body, "should_remove_source_branch": False})
        except NotNow as error:
            raise self._why_not(repo, number, error) from None
        except Denied as error:
            # Raises it again where the token itself is none.
            self._wire.get("user", Lane.MERGE)
            raise Refused(f"Chairlift may not merge {what}: give it that right on its base ({error})") from None
        if not isinstance(merged, Mapping) or merged.get("state") != "merged":
            raise Unavailable(f"GitLab took the merge of {what}, and does not show it yet", after=_AGAIN)
        return landed_as(merged)

    def _why_not(self, repo: str, number: int, error: NotNow) -> Exception:
        """GitLab says only that it does not; why is seen on the merge request."""
        pull = self._pulls.get(repo, number, Lane.MERGE)
        what = f"merge request {number} of {repo}"
        if error.code == 409:
            return Refused(f"{what} has moved, so GitLab did not merge it: look again ({error.said})")
        if checking(pull):
            return Unavailable(f"GitLab still checks whether {what} can be merged", after=_AGAIN)
        shown = self._pulls.show(repo, pull, Lane.MERGE)
        lacks = [f"check {each.name!r} to pass" for each in shown.checks if each.required and each.state != "passed"]
        approved = {each.by for each in shown.reviews if (each.state, each.head) == ("approved", shown.head)}
        if len(approved) < shown.needs_approvals:
            lacks.append(f"{shown.needs_approvals} approvals, of which it has {len(approved)}")
        waits = ", and for ".join([*shown.waits, *lacks]) or "something that it does not show to us"
        return Refused(f"GitLab does not merge {what} ({error.code}: {error.said}): it waits for {waits}")


def must_be(repo: str, pull: Mapping[str, Any], head: str) -> None:
    if pull["sha"] != head:
        at = str(pull["sha"])[:10]
        raise Refused(f"merge request {pull['iid']} of {repo} is at {at}, not at {head[:10]}: look again")


def _must_allow(project: Mapping[str, Any], method: str, repo: str) -> None:
    """GitLab would go by the project's settings without a word, where they contradict what was asked for."""
    option, way = str(project.get("squash_option") or ""), str(project.get("merge_method") or "")
    if method == "squash" and option == "never":
        raise Refused(f"{repo} never squashes: allow it in its settings, or let the campaign merge by 'rebase'")
    if method != "squash" and option == "always":
        raise Refused(f"{repo} always squashes: change that in its settings, or let the campaign merge by 'squash'")
    if method == "merge" and way == "ff":
        raise Refused(f"{repo} makes no merge commits: let the campaign merge by 'rebase' or 'squash'")
