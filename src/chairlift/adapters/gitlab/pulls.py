"""Merge requests: finding that of a branch, and showing one with its reviews, checks and what it waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chairlift.adapters.gitlab.checks import asks_by_name, checks_of
from chairlift.adapters.gitlab.errors import Forbidden, Missing
from chairlift.adapters.gitlab.names import place
from chairlift.adapters.gitlab.reviews import opinions
from chairlift.adapters.gitlab.rules import CHECKING, waits
from chairlift.adapters.gitlab.talk import when
from chairlift.adapters.gitlab.wire import Wire
from chairlift.core.budget import Lane
from chairlift.core.upgrade import Check, PullRequest, Review
from chairlift.ports import Refused

#: `locked` is one that is being merged right now.
_STATES = {"opened": "open", "locked": "open", "merged": "merged", "closed": "closed"}
_KNOWN = 20_000


class Pulls:
    """Reads merge requests; remembers which was last seen of a branch, so that it is asked for at once."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._numbers: dict[tuple[str, str], int] = {}

    def get(self, repo: str, number: int, lane: Lane) -> Any:
        """One as the server gives it. Raises Refused for what is none."""
        try:
            return self._wire.get(place(repo, "merge_requests", number), lane)
        except Missing:
            # Raises Missing with the project's name where that is what is missing.
            self.project(repo, lane)
            raise Refused(f"{repo} has no merge request {number}: was it deleted?") from None

    def find(self, repo: str, branch: str, lane: Lane) -> Any | None:
        """The open one from this branch, else the newest, as the server gives it."""
        if number := self._numbers.get((repo, branch)):
            found = self._again(repo, number, lane)
            if found and found["source_branch"] == branch and _STATES[found["state"]] == "open":
                return found
        asked = {"source_branch": branch, "order_by": "created_at", "sort": "desc"}
        newest = None
        for page in self._wire.pages(place(repo, "merge_requests"), lane, asked):
            # Somebody else's fork may have a branch of the same name.
            ours = [each for each in page if each["source_project_id"] == each["target_project_id"]]
            newest = newest or next(iter(ours), None)
            opened = next((each for each in ours if _STATES[each["state"]] == "open"), None)
            if opened:
                newest = opened
                break
        return self.get(repo, self.know(repo, newest), lane) if newest else None

    def know(self, repo: str, pull: Mapping[str, Any]) -> int:
        """Its number, which is remembered."""
        if len(self._numbers) > _KNOWN:
            self._numbers.clear()
        number = int(pull["iid"])
        self._numbers[repo, str(pull["source_branch"])] = number
        return number

    def _again(self, repo: str, number: int, lane: Lane) -> Any | None:
        try:
            return self._wire.get(place(repo, "merge_requests", number), lane)
        except Missing:
            return None

    def project(self, repo: str, lane: Lane) -> Any:
        """The project with its rules for merging."""
        return self._wire.get(place(repo), lane)

    # ---- showing ----

    def show(self, repo: str, pull: Mapping[str, Any], lane: Lane) -> PullRequest:
        """All that a look wants to know of it; four requests and more where somebody has an opinion."""
        state, head = _STATES[pull["state"]], str(pull["sha"] or "")
        approvals = self._part(repo, pull, "approvals", lane)
        reviews = self._opinions(repo, pull, approvals, lane)
        project = self.project(repo, lane) if state == "open" else {}
        checks = self._checks(repo, pull, head, project, lane)
        is_open, closed = state == "open", state == "closed"
        rules = lambda: self._rules(repo, pull, lane)  # noqa: E731
        return PullRequest(
            number=int(pull["iid"]),
            branch=str(pull["source_branch"]),
            base=str(pull["target_branch"]),
            head=head,
            state=state,
            opened_at=when(pull["created_at"]),
            opened_by=_name(pull.get("author")),
            merged_commit=landed_as(pull) if state == "merged" else "",
            merged_at=when(pull.get("merged_at") or pull["updated_at"]) if state == "merged" else None,
            closed_by=_name(pull.get("closed_by")) if closed else "",
            closed_at=when(pull.get("closed_at") or pull["updated_at"]) if closed else None,
            draft=bool(pull["draft"]),
            conflicted=is_open and conflicted(pull),
            needs_approvals=int(approvals.get("approvals_required") or 0) if is_open else 0,
            waits=waits(pull, project, approvals, reviews, checks, rules) if is_open else (),
            queued=is_open and bool(pull.get("merge_when_pipeline_succeeds")),
            reviews=reviews,
            checks=checks,
            url=str(pull.get("web_url") or ""),
        )

    def reviews(self, repo: str, pull: Mapping[str, Any], lane: Lane) -> tuple[Review, ...]:
        """Who approved which head, or asked for changes on it."""
        return self._opinions(repo, pull, self._part(repo, pull, "approvals", lane), lane)

    def _opinions(self, repo: str, pull: Mapping[str, Any], approvals: Any, lane: Lane) -> tuple[Review, ...]:
        at = place(repo, "merge_requests", pull["iid"])
        notes = self._wire.every(f"{at}/notes", lane, {"sort": "asc", "order_by": "created_at"})
        versions = lambda: self._wire.every(f"{at}/versions", lane)  # noqa: E731
        reviewers = lambda: self._wire.whole(f"{at}/reviewers", lane)  # noqa: E731
        return opinions(notes, approvals, versions, reviewers, bool(pull.get("reviewers")))

    def _rules(self, repo: str, pull: Mapping[str, Any], lane: Lane) -> Sequence[Mapping[str, Any]]:
        return self._part(repo, pull, "approval_state", lane).get("rules") or ()

    def _checks(
        self, repo: str, pull: Mapping[str, Any], head: str, project: Mapping[str, Any], lane: Lane
    ) -> tuple[Check, ...]:
        named: Sequence[Mapping[str, Any]] = ()
        if asks_by_name(project):
            named = self._wire.every(place(repo, "merge_requests", pull["iid"], "status_checks"), lane)
        if not head:
            return ()
        statuses = self._wire.every(place(repo, "repository", "commits", head, "statuses"), lane)
        return checks_of(statuses, named, head, project)

    def _part(self, repo: str, pull: Mapping[str, Any], name: str, lane: Lane) -> Mapping[str, Any]:
        """Something of it that not every edition of GitLab has."""
        try:
            found: Mapping[str, Any] = self._wire.get(place(repo, "merge_requests", pull["iid"], name), lane)
        except (Missing, Forbidden):
            return {}
        return found


def conflicted(pull: Mapping[str, Any]) -> bool:
    """GitLab knows of a conflict, and does not only suspect one."""
    return bool(pull.get("has_conflicts")) and pull.get("merge_status") == "cannot_be_merged"


def checking(pull: Mapping[str, Any]) -> bool:
    """GitLab is still finding out whether it can be merged."""
    return bool({pull.get("merge_status"), pull.get("detailed_merge_status")} & CHECKING)


def landed_as(pull: Mapping[str, Any]) -> str:
    """The commit on the base: a merge commit, else what was squashed, else its own head."""
    return str(pull.get("merge_commit_sha") or pull.get("squash_commit_sha") or pull["sha"])


def _name(user: Mapping[str, Any] | None) -> str:
    return str((user or {}).get("username") or "")
