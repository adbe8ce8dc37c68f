"""Pull requests: finding that of a branch, and showing one with its reviews, checks and what it waits for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from chairlift.adapters.gitea.protection import APPROVED, REJECTED, judged, waits
from chairlift.adapters.gitea.wire import Missing, Wire, place
from chairlift.core.budget import Lane
from chairlift.core.upgrade import PullRequest, Review
from chairlift.ports import Refused

#: As servers have them unless they are told otherwise; newer ones say themselves what is a draft.
_DRAFT = re.compile(r"\s*(wip:|\[wip\])", re.IGNORECASE)
_OPINIONS = {APPROVED: "approved", REJECTED: "changes requested", "COMMENT": "commented"}
_FEWEST = 20
_MOST_DOUBTS = 10_000


@dataclass(frozen=True)
class _Known:
    """The numbers of pull requests by branch, newest first, up to `top`; None while nothing was read."""

    top: int | None = None
    by_branch: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Status:
    """Whether a pull request could be merged: with `doubt` the server may still be finding out."""

    conflicted: bool
    doubt: bool


class Pulls:
    """Reads pull requests; remembers which there are, since the server cannot be asked by branch."""

    def __init__(self, wire: Wire, now: Callable[[], datetime], patience: int) -> None:
        self._wire, self._now, self._patience = wire, now, timedelta(seconds=patience)
        self._known: dict[str, _Known] = {}
        self._doubts: dict[tuple[str, int, str, str], datetime] = {}

    def get(self, repo: str, number: int, lane: Lane) -> Any:
        """One as the server gives it."""
        try:
            return self._wire.get(place(repo, "pulls", number), lane)
        except Missing:
            self._must_exist(repo, lane)
            raise Refused(f"{repo} has no pull request {number}: was it deleted?") from None

    def find(self, repo: str, branch: str, lane: Lane) -> Any | None:
        """The open one from this branch, else the newest, as the server gives it.

        One request where the newest that we know is open; else one more for each that is not, and one for the list.
        """
        known = self._known.get(repo, _Known())
        for number in known.by_branch.get(branch, ())[:1]:
            found = self._again(repo, number, branch, lane)
            if found and found["state"] == "open":
                return found
        fresh = self._read_list(repo, lane)
        newest = None
        for number in self._known[repo].by_branch.get(branch, ()):
            found = fresh.get(number) or self._again(repo, number, branch, lane)
            if found and found["state"] == "open":
                return found
            newest = newest or found
        return newest

    def add(self, repo: str, pull: Mapping[str, Any]) -> None:
        """One that we opened: the list need not be read for it."""
        known = self._known.get(repo)
        if known and known.top is not None:
            branch, number = str(pull["head"]["label"]), int(pull["number"])
            numbers = tuple(sorted({number, *known.by_branch.get(branch, ())}, reverse=True))
            self._known[repo] = _Known(known.top, {**known.by_branch, branch: numbers})

    def _again(self, repo: str, number: int, branch: str, lane: Lane) -> Any | None:
        """None where it is gone, or from another branch by now: then all is read anew."""
        try:
            found = self._wire.get(place(repo, "pulls", number), lane)
        except Missing:
            found = None
        if found is None or not _is_from(found, branch):
            self._known.pop(repo, None)
            return None
        return found

    def _read_list(self, repo: str, lane: Lane) -> dict[int, Any]:
        """Newest first, as far as is not known: what is opened meanwhile comes twice, and nothing is skipped."""
        known = self._known.get(repo, _Known())
        fresh: dict[int, Any] = {}
        try:
            for items in self._wire.pages(place(repo, "pulls"), lane, {"state": "all"}):
                fresh |= {int(item["number"]): item for item in items}
                if known.top is not None and fresh and min(fresh) <= known.top:
                    break
        except Missing:
            self._must_exist(repo, lane)
            raise
        by_branch = {branch: set(numbers) for branch, numbers in known.by_branch.items()}
        for number, item in fresh.items():
            branch = str((item.get("head") or {}).get("label") or "")
            if branch and _is_from(item, branch):
                by_branch.setdefault(branch, set()).add(number)
        whole = {branch: tuple(sorted(numbers, reverse=True)) for branch, numbers in by_branch.items()}
        self._known[repo] = _Known(max([known.top or 0, *fresh]), whole)
        return fresh

    def _must_exist(self, repo: str, lane: Lane) -> None:
        """Raises Missing with the repository's name where that is what is missing."""
        self._wire.get(place(repo), lane)

    # ---- showing ----

    def show(self, repo: str, pull: Mapping[str, Any], lane: Lane) -> PullRequest:
        """All that a look wants to know of it; three requests, four where it is open or closed, five merged."""
        number, open_now = int(pull["number"]), pull["state"] == "open" and not pull.get("merged")
        base = str(pull["base"]["ref"])
        branch = self.branch(repo, base, lane) if open_now else {}
        listed = self.reviews(repo, number, lane)
        reviews = opinions(listed)
        shown = PullRequest(
            number=number,
            branch=str(pull["head"]["label"]),
            base=base,
            head=str(pull["head"]["sha"]),
            opened_at=when(pull["created_at"]),
            opened_by=str((pull.get("user") or {}).get("login") or ""),
            draft=is_draft(pull),
            reviews=reviews,
            url=str(pull.get("html_url") or ""),
        )
        ended = self.ending(repo, pull, lane)
        if ended is None:
            rule = self._rule(repo, branch, lane)
            ended = {
                "conflicted": self.status(repo, pull).conflicted,
                "needs_approvals": int(branch.get("required_approvals") or 0),
                "waits": waits(pull, listed, reviews, branch, rule, lambda: self._files(repo, number, lane)),
            }
        head = str(ended.get("head", shown.head))
        checks = judged(self.statuses(repo, head, lane), head, branch)
        return replace(shown, **{**ended, "checks": checks})

    def ending(self, repo: str, pull: Mapping[str, Any], lane: Lane) -> dict[str, Any] | None:
        """How it ended, as fields of a PullRequest; None while it is open."""
        number = int(pull["number"])
        if pull.get("merged"):
            # The server shows where the branch is now; what was merged is what its own reference stayed at.
            return {
                "state": "merged",
                "head": self._kept_head(repo, number, lane) or str(pull["head"]["sha"]),
                "merged_commit": str(pull.get("merge_commit_sha") or ""),
                "merged_at": when(pull.get("merged_at") or pull["updated_at"]),
            }
        if pull["state"] != "open":
            by, at = self._closing(repo, pull, lane)
            return {"state": "closed", "closed_by": by, "closed_at": at}
        head = str(pull["head"]["sha"])
        if pull.get("merge_base") == head and self._landed(repo, pull, lane):
            written = self._wire.get(place(repo, "git/commits", head), lane)
            at = max(when(pull["created_at"]), when(written["created"]))
            return {"state": "merged", "head": head, "merged_commit": head, "merged_at": at}
        return None

    def status(self, repo: str, pull: Mapping[str, Any]) -> Status:
        """The server says *not mergeable* of a conflict, and of what it still checks: that passes by itself."""
        head, base = str(pull["head"]["sha"]), str(pull["base"].get("sha") or "")
        key = (repo, int(pull["number"]), head, base)
        if pull.get("mergeable") or is_draft(pull):
            self._doubts.pop(key, None)
            return Status(False, False)
        if len(self._doubts) > _MOST_DOUBTS:
            self._doubts.clear()
        now = self._now()
        conflicted = now - self._doubts.setdefault(key, now) >= self._patience
        return Status(conflicted, not conflicted)

    def branch(self, repo: str, branch: str, lane: Lane) -> Any:
        """A branch with where it is and how it is protected; empty where there is none."""
        try:
            return self._wire.get(place(repo, "branches", branch), lane)
        except Missing:
            return {}

    def reviews(self, repo: str, number: int, lane: Lane) -> list[Any]:
        return self._wire.every(place(repo, "pulls", number, "reviews"), lane)

    def statuses(self, repo: str, head: str, lane: Lane) -> list[Any]:
        """The latest of each name. Where there are none, older servers say nothing at all."""
        path, page = place(repo, "commits", head, "status"), 1
        found: list[Any] = []
        while True:
            try:
                answer = self._wire.combined(path, lane, page)
            except Missing:
                return found
            found += answer
            if len(answer) < _FEWEST:
                return found
            page += 1

    def _rule(self, repo: str, branch: Mapping[str, Any], lane: Lane) -> Any:
        """All of the rule that protects a branch; empty where none does, or where only its admins may read it."""
        name = branch.get("effective_branch_protection_name")
        if not branch.get("protected") or not name:
            return {}
        try:
            return self._wire.get(place(repo, "branch_protections", name), lane)
        except Refused:
            return {}

    def _files(self, repo: str, number: int, lane: Lane) -> Sequence[str]:
        found = self._wire.every(place(repo, "pulls", number, "files"), lane)
        return [str(name) for each in found for name in (each.get("filename"), each.get("previous_filename")) if name]

    def _kept_head(self, repo: str, number: int, lane: Lane) -> str:
        try:
            found = self._wire.at_once(place(repo, f"git/refs/pull/{number}/head"), lane)
        except Missing:
            return ""
        return next((str(ref["object"]["sha"]) for ref in found if ref["ref"] == f"refs/pull/{number}/head"), "")

    def _closing(self, repo: str, pull: Mapping[str, Any], lane: Lane) -> tuple[str, datetime]:
        """By whom and when; only the timeline says by whom."""
        since = str(pull.get("closed_at") or pull["updated_at"])
        said = [each for each in self._timeline(repo, pull, lane, since) if each.get("type") == "close"]
        last = said[-1] if said else {}
        return str((last.get("user") or {}).get("login") or ""), when(last.get("created_at") or since)

    def _landed(self, repo: str, pull: Mapping[str, Any], lane: Lane) -> bool:
        """Its head is on the base: because somebody pushed it there, not because the branch was taken back to it."""
        head = str(pull["head"]["sha"])
        if self._kept_head(repo, int(pull["number"]), lane) != head:
            return False
        for each in self._timeline(repo, pull, lane, str(pull["created_at"])):
            if each.get("type") == "pull_push":
                try:
                    said = json.loads(each.get("body") or "")
                except ValueError:
                    return False
                if said.get("is_force_push") and (said.get("commit_ids") or [""])[-1] == head:
                    return False
        return True

    def _timeline(self, repo: str, pull: Mapping[str, Any], lane: Lane, since: str) -> list[Any]:
        # The server leaves some out of a page and counts what is in it: only an empty page is the last.
        path = place(repo, "issues", int(pull["number"]), "timeline")
        return self._wire.every(path, lane, {"since": since}, counted=False)


def is_draft(pull: Mapping[str, Any]) -> bool:
    return bool(pull.get("draft")) or bool(_DRAFT.match(str(pull.get("title") or "")))


def opinions(reviews: Sequence[Mapping[str, Any]]) -> tuple[Review, ...]:
    """What people said and nobody took back; who was only asked, or has not sent it yet, said nothing."""
    return tuple(
        Review(
            by=str((each.get("user") or {}).get("login") or ""),
            state=_OPINIONS[each["state"]],
            head=str(each.get("commit_id") or ""),
            at=when(each["submitted_at"]),
            text=str(each.get("body") or ""),
            id=str(each["id"]),
        )
        for each in reviews
        if each.get("state") in _OPINIONS and not each.get("dismissed")
    )


def when(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _is_from(pull: Mapping[str, Any], branch: str) -> bool:
    """From this branch of the repository itself, not of a fork."""
    head, base = pull.get("head") or {}, pull.get("base") or {}
    return head.get("label") == branch and head.get("repo_id") == base.get("repo_id")
