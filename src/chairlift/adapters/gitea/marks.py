"""Marks by which a repository is watched: three requests for one that rests, with an open pull request and an issue."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from chairlift.adapters.gitea.pulls import Pulls, opinions, when
from chairlift.adapters.gitea.talk import Talk
from chairlift.adapters.gitea.wire import Wire, place
from chairlift.core.budget import Lane
from chairlift.marking import branch_name
from chairlift.ports import Refused, Watched

#: The server counts in whole seconds: only after one is over does its time say that nothing more happened in it.
_SETTLED = timedelta(seconds=2)
_MOST_KEPT = 20_000


class Marks:
    """What a look would see of a repository, as a digest."""

    def __init__(self, wire: Wire, pulls: Pulls, talk: Talk) -> None:
        self._wire, self._pulls, self._talk = wire, pulls, talk
        self._reviews: dict[tuple[str, int], tuple[str, str]] = {}

    def of(self, watched: Watched) -> str:
        """Empty for what the server refuses to tell."""
        try:
            seen = self._seen(watched)
        except Refused:
            return ""
        return hashlib.sha256(repr(seen).encode("utf-8", "replace")).hexdigest()

    def _seen(self, watched: Watched) -> list[object]:
        repo = watched.repo
        pulls = {branch: self._pulls.find(repo, branch, Lane.READ) for branch in watched.branches}
        known = next((pull["base"]["repo"] for pull in pulls.values() if pull), None)
        default = str((known or self._wire.get(place(repo), Lane.READ))["default_branch"])
        tips = {default: "", **dict.fromkeys(watched.branches, "")}
        for pull in filter(None, pulls.values()):
            if pull["state"] == "open":
                tips[str(pull["head"]["label"])] = str(pull["head"]["sha"])
                tips[str(pull["base"]["ref"])] = str(pull["base"].get("sha") or "")
        for branch, tip in tips.items():
            tips[branch] = tip or self._tip(repo, branch)
        seen: list[object] = [default, sorted(tips.items())]
        seen += [self._pull(repo, pull) for pull in pulls.values() if pull]
        issue = self._talk.issue(repo, watched.key, Lane.READ) if watched.key else None
        if issue:
            seen.append([issue[name] for name in ("number", "state", "title", "body", "comments", "updated_at")])
        return seen

    def _tip(self, repo: str, branch: str) -> str:
        try:
            found = self._pulls.branch(repo, branch_name(branch), Lane.READ)
        except Refused:
            return ""
        return str((found.get("commit") or {}).get("id") or "")

    def _pull(self, repo: str, pull: Mapping[str, Any]) -> object:
        plain = ("number", "state", "merged", "mergeable", "title", "comments", "updated_at", "merge_commit_sha")
        head = str(pull["head"]["sha"])
        statuses = sorted((each["context"], each["status"]) for each in self._pulls.statuses(repo, head, Lane.READ))
        return [[pull.get(name) for name in plain], head, pull["base"]["ref"], self._said(repo, pull), statuses]

    def _said(self, repo: str, pull: Mapping[str, Any]) -> str:
        """Its reviews. They are asked for again only when it has changed, or may have since they were."""
        number, changed = int(pull["number"]), str(pull["updated_at"])
        kept = self._reviews.get((repo, number))
        if kept and kept[0] == changed:
            return kept[1]
        asked_at = self._wire.heard_at
        answers = self._pulls.reviews(repo, number, Lane.READ)
        said = repr([(each.get("id"), each.get("dismissed"), each.get("stale"), each["state"]) for each in answers])
        said += repr(opinions(answers))
        if asked_at and asked_at - when(changed) > _SETTLED:
            if len(self._reviews) > _MOST_KEPT:
                self._reviews.clear()
            self._reviews[repo, number] = (changed, said)
        return said
