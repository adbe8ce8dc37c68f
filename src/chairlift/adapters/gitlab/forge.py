"""GitLab as a forge."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from chairlift.adapters.gitlab import discovering
from chairlift.adapters.gitlab.checks import show_check
from chairlift.adapters.gitlab.errors import Denied, Missing, NotNow
from chairlift.adapters.gitlab.examining import examined
from chairlift.adapters.gitlab.marks import Marks
from chairlift.adapters.gitlab.merging import Merging, must_be
from chairlift.adapters.gitlab.names import place, project
from chairlift.adapters.gitlab.pulls import Pulls
from chairlift.adapters.gitlab.reviews import words_key
from chairlift.adapters.gitlab.settings import Settings
from chairlift.adapters.gitlab.speech import TITLE, sayable, spoken
from chairlift.adapters.gitlab.talk import Talk, shown
from chairlift.adapters.gitlab.wire import Wire
from chairlift.core.budget import Call, Lane
from chairlift.core.listing import Listed
from chairlift.core.upgrade import Issue, PullRequest
from chairlift.examining import Account, of_accounts, token
from chairlift.exchange import Server
from chairlift.marking import branch_name, is_branch
from chairlift.ports import Budget, Comment, Finding, Refused, Watched

__all__ = ["GitLab", "Settings"]


class GitLab:
    """Fulfils `Forge`, `Keyring` and `Directory`, on GitLab 16.0 and newer."""

    def __init__(self, settings: Settings, now: Callable[[], datetime], budget: Budget | None = None) -> None:
        self._settings = settings
        server = Server(settings.base, settings.seconds, {"Accept": "application/json"})
        self._wire = Wire(settings, server, settings.token_env, budget)
        self._reviewer = Wire(settings, server, settings.reviewer_token_env or settings.token_env, budget)
        self._pulls = Pulls(self._wire)
        self._merging = Merging(self._wire, self._pulls)
        self._talk = Talk(self._wire, self._ours)
        self._marks = Marks(self._wire)
        self._people: dict[str, int] = {}

    def _ours(self, lane: Lane) -> frozenset[str]:
        return frozenset({self._wire.me(lane).name, self._reviewer.me(lane).name})

    def git_url(self, repo: str) -> str:
        """Without a token in it."""
        if self._settings.ssh:
            return str(self._wire.get(place(repo), Lane.READ)["ssh_url_to_repo"])
        return f"{self._settings.base}/{project(repo)}.git"

    def git_authorization(self, url: str) -> str:
        """The server takes a token for the password of this name."""
        if not url.startswith(f"{self._settings.base}/"):
            return ""
        return "Basic " + base64.b64encode(f"oauth2:{self._wire.token()}".encode()).decode()

    def examine(self) -> Sequence[Finding]:
        """Its token, and the reviewer's where one is named: does GitLab let them in, and do they lack a scope?"""
        reviewers = self._settings.reviewer_token_env
        us = self._account(self._wire, self._settings.token_env)
        return of_accounts(us, self._account(self._reviewer, reviewers) if reviewers else None)

    def _account(self, wire: Wire, variable: str) -> Account:
        return Account(token(variable), lambda: examined(wire, variable), lambda: wire.me().name)

    # ---- merge requests ----

    def pull_for(self, repo: str, branch: str) -> PullRequest | None:
        project(repo)
        found = self._pulls.find(repo, branch, Lane.READ) if is_branch(branch) else None
        return self._pulls.show(repo, found, Lane.READ) if found else None

    def ensure_pull(
        self, repo: str, branch: str, base: str, title: str, body: str, labels: Sequence[str] = ()
    ) -> PullRequest:
        """By one call that people hear of: labels and reviewers go with it."""
        project(repo)
        for name in (branch, base):
            branch_name(name)
        there = self._pulls.find(repo, branch, Lane.OPEN)
        if there and there["state"] in ("opened", "locked"):
            return self._pulls.show(repo, there, Lane.OPEN)
        tips = {name: self._tip(repo, name) for name in (branch, base)}
        if there and there["state"] == "merged" and tips[branch] in ("", there["sha"]):
            return self._pulls.show(repo, there, Lane.OPEN)
        for name, tip in tips.items():
            if not tip:
                raise Refused(f"{repo} has no branch {name!r}: push it first")
        refs = {"refs[]": [tips[branch], tips[base]]}
        if self._wire.get(place(repo, "repository", "merge_base"), Lane.OPEN, refs).get("id") == tips[branch]:
            # GitLab would open one with nothing in it.
            raise Refused(f"{branch!r} of {repo} holds nothing that {base!r} has not: push commits to it first")
        return self._pulls.show(repo, self._opened(repo, branch, base, title, body, labels), Lane.OPEN)

    def _tip(self, repo: str, branch: str) -> str:
        try:
            found = self._wire.get(place(repo, "repository", "branches", branch), Lane.OPEN)
        except Missing:
            return ""
        return str(found["commit"]["id"])

    def _opened(self, repo: str, branch: str, base: str, title: str, body: str, labels: Sequence[str]) -> Any:
        wanted: dict[str, object] = {
            "source_branch": branch,
            "target_branch": base,
            "title": sayable(title)[:TITLE],
            "description": spoken(body, "pull", branch),
            "remove_source_branch": False,
        }
        if labels:
            # A comma stands between them.
            wanted["labels"] = ",".join(label.replace(",", " ") for label in labels)
        if reviewers := [id for name in self._settings.reviewers if (id := self._person(name))]:
            wanted["reviewer_ids"] = reviewers
        try:
            made = self._wire.send("POST", place(repo, "merge_requests"), Lane.OPEN, wanted, Call.CREATE)
        except NotNow as error:
            # Somebody was faster, or the answer to a call of ours was lost: that one is as good.
            found = self._pulls.find(repo, branch, Lane.OPEN) if error.code == 409 else None
            if found and found["state"] == "opened":
                return found
            raise
        return self._pulls.get(repo, self._pulls.know(repo, made), Lane.OPEN)

    def _person(self, name: str) -> int:
        """The id of somebody; 0 where there is nobody of this name: what is opened is worth more than its reviewer."""
        if name not in self._people:
            found = self._wire.every("users", Lane.OPEN, {"username": name})
            self._people[name] = int(found[0]["id"]) if found else 0
        return self._people[name]

    def approve(self, repo: str, number: int, head: str, text: str) -> None:
        pull = self._pulls.get(repo, number, Lane.TALK)
        if pull["state"] != "opened":
            raise Refused(f"merge request {number} of {repo} is {pull['state']}: there is nothing left to review")
        must_be(repo, pull, head)
        me = self._reviewer.me(Lane.TALK)
        if not self._settings.reviewer_token_env or (pull.get("author") or {}).get("username") == me.name:
            remedy = "set reviewer_token_env to a variable with the token of another user"
            raise Refused(f"{me.name} opened merge request {number} of {repo} and may not approve it; {remedy}")
        if not self._stands(repo, pull, head, me.name):
            try:
                self._review(repo, number, "approve", {"sha": head})
            except Denied as error:
                self._reviewer.get("user", Lane.TALK)
                raise Refused(f"{me.name} may not approve merge request {number} of {repo} ({error})") from None
        if text:
            # An approval itself has no words.
            self._talk.keep(repo, number, words_key(head), text, self._reviewer)

    def _stands(self, repo: str, pull: Mapping[str, Any], head: str, name: str) -> bool:
        """Whether it has approved this head; an approval of another one, which GitLab may keep, is taken back."""
        mine = [
            each for each in self._pulls.reviews(repo, pull, Lane.TALK) if (each.by, each.state) == (name, "approved")
        ]
        if mine and mine[-1].head != head:
            self._review(repo, int(pull["iid"]), "unapprove", {})
        return bool(mine) and mine[-1].head == head

    def _review(self, repo: str, number: int, how: str, body: Mapping[str, object]) -> None:
        self._reviewer.send("POST", place(repo, "merge_requests", number, how), Lane.TALK, body, Call.CREATE)

    def merge(self, repo: str, number: int, expected_head: str, method: str) -> str:
        return self._merging.merge(repo, number, expected_head, method)

    def withdraw(self, repo: str, number: int, expected_head: str) -> None:
        pull = self._pulls.get(repo, number, Lane.TALK)
        if pull["state"] == "opened":
            must_be(repo, pull, expected_head)
            self._wire.send("PUT", place(repo, "merge_requests", number), Lane.TALK, {"state_event": "close"})

    def report_check(self, repo: str, head: str, name: str, state: str, summary: str) -> None:
        show_check(self._wire, repo, head, name, state, summary)

    # ---- words ----

    def ensure_comment(self, repo: str, number: int, key: str, text: str) -> None:
        self._talk.keep(repo, number, key, text)

    def comments(self, repo: str, after: int) -> Sequence[Comment]:
        """Those of its merge requests and issues; where none was ever read, the newest thousand."""
        return self._talk.heard(repo, after, Lane.READ)

    def issue(self, repo: str, key: str) -> Issue | None:
        found = self._talk.issue(repo, key, Lane.READ)
        return shown(found, key) if found else None

    def ensure_issue(self, repo: str, key: str, title: str, body: str, closed: bool = False) -> Issue:
        return self._talk.keep_issue(repo, key, title, body, closed)

    def marks(self, watched: Sequence[Watched]) -> Sequence[str]:
        """By one query for each fifty."""
        return self._marks.of(watched)

    def repositories(self, owner: str, topic: str = "", words: str = "") -> Sequence[Listed]:
        """Of a group with all of its subgroups, or of a user; by two requests for each hundred, and a query more."""
        return discovering.projects(self._wire, owner, topic, words)

    def present_names(self, repos: Sequence[str]) -> Sequence[str]:
        """By one query for each fifty, and a request for each that is not where it was."""
        return discovering.present_names(self._wire, repos)
