"""Gitea and Forgejo as a forge."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from chairlift.adapters.gitea import discovering
from chairlift.adapters.gitea.examining import examined
from chairlift.adapters.gitea.marks import Marks
from chairlift.adapters.gitea.pulls import Pulls, is_draft, opinions
from chairlift.adapters.gitea.settings import Settings
from chairlift.adapters.gitea.talk import LONGEST_TITLE, Talk, shown
from chairlift.adapters.gitea.wire import Broken, Missing, NotNow, Wire, place
from chairlift.core.budget import Call, Lane
from chairlift.core.listing import Listed
from chairlift.core.upgrade import Issue, PullRequest
from chairlift.examining import Account, of_accounts, token
from chairlift.exchange import Server
from chairlift.marking import branch_name
from chairlift.ports import Budget, Comment, Finding, Refused, Unavailable, Watched

__all__ = ["GiteaForge", "Settings"]

_METHODS = ("squash", "merge", "rebase")
_STATES = {"pending": "pending", "passed": "success", "failed": "failure"}
_LABEL_COLOUR = "#2b6cb0"
_AGAIN = 10.0


class GiteaForge:
    """Fulfils `Forge`, `Keyring` and `Directory` on the API of Gitea 1.20 and newer, and of Forgejo."""

    def __init__(self, settings: Settings, now: Callable[[], datetime], budget: Budget | None = None) -> None:
        self._settings = settings
        server = Server(settings.base, settings.seconds, {"Accept": "application/json"})
        self._wire = Wire(settings, server, settings.token_env, budget)
        self._reviewer = Wire(settings, server, settings.reviewer_token_env or settings.token_env, budget)
        self._pulls = Pulls(self._wire, now, settings.patience)
        self._talk = Talk(self._wire, self._ours)
        self._marks = Marks(self._wire, self._pulls, self._talk)
        self._labels: dict[str, dict[str, int]] = {}

    def _ours(self, lane: Lane) -> frozenset[int]:
        return frozenset({self._wire.me(lane).id, self._reviewer.me(lane).id})

    def git_url(self, repo: str) -> str:
        found = self._wire.get(place(repo), Lane.READ)
        if self._settings.ssh:
            return str(found["ssh_url"])
        # By the address that is configured, whatever the server takes for its own.
        return f"{self._settings.base}/{found['full_name']}.git"

    def git_authorization(self, url: str) -> str:
        """The server takes a token for the password of anybody."""
        if not url.startswith(f"{self._settings.base}/"):
            return ""
        return "Basic " + base64.b64encode(f"chairlift:{self._wire.token()}".encode()).decode()

    def examine(self) -> Sequence[Finding]:
        """Its token, and the reviewer's where one is named: does the server let them in, and do they lack a scope?"""
        reviewers = self._settings.reviewer_token_env
        us = self._account(self._wire, self._settings.token_env)
        return of_accounts(us, self._account(self._reviewer, reviewers) if reviewers else None)

    def _account(self, wire: Wire, variable: str) -> Account:
        return Account(token(variable), lambda: examined(wire, variable), lambda: wire.me().login)

    # ---- pull requests ----

    def pull_for(self, repo: str, branch: str) -> PullRequest | None:
        found = self._pulls.find(repo, branch, Lane.READ)
        return self._pulls.show(repo, found, Lane.READ) if found else None

    def ensure_pull(
        self, repo: str, branch: str, base: str, title: str, body: str, labels: Sequence[str] = ()
    ) -> PullRequest:
        place(repo)
        for name in (branch, base):
            branch_name(name)
        there = self._standing(repo, branch)
        if there and there.state == "open":
            return there
        tips = {name: self._tip(repo, name) for name in (branch, base)}
        if there and there.state == "merged" and tips[branch] in ("", there.head):
            return there
        for name, tip in tips.items():
            if not tip:
                raise Refused(f"{repo} has no branch {name!r}: push it first")
        if tips[branch] == tips[base]:
            raise Refused(f"{branch!r} of {repo} holds nothing that {base!r} has not: push commits to it first")
        return self._opened(repo, branch, base, title, body, labels)

    def _standing(self, repo: str, branch: str) -> PullRequest | None:
        found = self._pulls.find(repo, branch, Lane.OPEN)
        return self._pulls.show(repo, found, Lane.OPEN) if found else None

    def _tip(self, repo: str, branch: str) -> str:
        return str((self._pulls.branch(repo, branch, Lane.OPEN).get("commit") or {}).get("id") or "")

    def _opened(self, repo: str, branch: str, base: str, title: str, body: str, labels: Sequence[str]) -> PullRequest:
        wanted: dict[str, object] = {"head": branch, "base": base, "title": title[:LONGEST_TITLE], "body": body}
        if labels:
            wanted["labels"] = self._label_ids(repo, labels)
        try:
            made = self._wire.send("POST", place(repo, "pulls"), Lane.OPEN, wanted, Call.CREATE)
        except NotNow:
            # Somebody was faster: theirs is as good.
            found = self._standing(repo, branch)
            if found and found.state == "open":
                return found
            raise
        self._pulls.add(repo, made)
        if made.get("merge_base") == made["head"]["sha"]:
            # The server opens one with nothing in it without a word.
            self._close(repo, int(made["number"]), Lane.OPEN)
            raise Refused(f"{branch!r} of {repo} holds nothing that {base!r} has not: push commits to it first")
        return self._pulls.show(repo, made, Lane.OPEN)

    def _label_ids(self, repo: str, labels: Sequence[str]) -> list[int]:
        """Labels that are there, or that we may make: a pull request is worth more than its label."""
        known = self._labels.get(repo, {})
        if not all(label in known for label in labels):
            listed = self._wire.every(place(repo, "labels"), Lane.OPEN)
            known = {str(each["name"]): int(each["id"]) for each in reversed(listed)}
            for label in labels:
                if label not in known:
                    body = {"name": label, "color": _LABEL_COLOUR}
                    try:
                        known[label] = int(self._wire.send("POST", place(repo, "labels"), Lane.OPEN, body)["id"])
                    except Refused:
                        continue
            self._labels[repo] = known
        return [known[label] for label in labels if label in known]

    def approve(self, repo: str, number: int, head: str, text: str) -> None:
        pull = self._pulls.get(repo, number, Lane.TALK)
        ended = self._pulls.ending(repo, pull, Lane.TALK)
        if ended:
            raise Refused(f"pull request {number} of {repo} is {ended['state']}: there is nothing left to review")
        _must_be(repo, pull, head)
        me = self._reviewer.me(Lane.TALK)
        if not self._settings.reviewer_token_env or (pull.get("user") or {}).get("id") == me.id:
            remedy = "set reviewer_token_env to a variable with the token of another user"
            raise Refused(f"{me.login} opened pull request {number} of {repo} and may not approve it; {remedy}")
        mine = [each for each in self._pulls.reviews(repo, number, Lane.TALK) if each["user"]["id"] == me.id]
        if any((each.state, each.head, each.text) == ("approved", head, text) for each in opinions(mine)):
            return
        body = {"event": "APPROVED", "body": text, "commit_id": head}
        self._reviewer.send("POST", place(repo, "pulls", number, "reviews"), Lane.TALK, body, Call.CREATE)

    def merge(self, repo: str, number: int, expected_head: str, method: str) -> str:
        what = f"pull request {number} of {repo}"
        pull = self._pulls.get(repo, number, Lane.MERGE)
        ended = self._pulls.ending(repo, pull, Lane.MERGE)
        if ended and ended["state"] == "closed":
            raise Refused(f"{what} was closed by {ended['closed_by'] or 'somebody'}: reopen it first")
        _must_be(repo, pull, expected_head, (ended or {}).get("head"))
        if ended:
            return str(ended["merged_commit"])
        if method not in _METHODS:
            raise Refused(f"there is no method {method!r} to merge by: use one of {', '.join(_METHODS)}")
        if is_draft(pull):
            raise Refused(f"{what} is a draft: take 'WIP:' off its title")
        status = self._pulls.status(repo, pull)
        if status.conflicted:
            raise Refused(f"{what} conflicts with {pull['base']['ref']!r}: make the change again on top of it")
        if status.doubt:
            raise Unavailable(f"{self._settings.host} still checks {what} for conflicts", after=_AGAIN)
        self._merge(repo, number, expected_head, method)
        merged = self._pulls.get(repo, number, Lane.MERGE)
        if not merged.get("merged"):
            raise Unavailable(f"{self._settings.host} took the merge of {what}, and does not show it yet", after=_AGAIN)
        return str(merged["merge_commit_sha"])

    def _merge(self, repo: str, number: int, expected_head: str, method: str) -> None:
        body = {"Do": method, "head_commit_id": expected_head}
        try:
            self._wire.send("POST", place(repo, "pulls", number, "merge"), Lane.MERGE, body)
        except NotNow as error:
            if "push out of date" in str(error):
                raise Unavailable(f"the base of pull request {number} of {repo} moved during the merge") from None
            raise

    def withdraw(self, repo: str, number: int, expected_head: str) -> None:
        pull = self._pulls.get(repo, number, Lane.TALK)
        if pull["state"] == "open" and not pull.get("merged"):
            _must_be(repo, pull, expected_head)
            self._close(repo, number, Lane.TALK)

    def _close(self, repo: str, number: int, lane: Lane) -> None:
        self._wire.send("PATCH", place(repo, "pulls", number), lane, {"state": "closed"})

    def report_check(self, repo: str, head: str, name: str, state: str, summary: str) -> None:
        body = {"context": name, "state": _STATES[state], "description": summary}
        try:
            self._wire.send("POST", place(repo, "statuses", head), Lane.TALK, body)
        except (Broken, Missing) as error:
            # So servers say that there is no such commit, too.
            try:
                self._wire.get(place(repo, "git/commits", head), Lane.TALK)
            except Missing:
                raise Refused(f"{repo} has no commit {head!r} to show a check on: push it first") from None
            raise error

    # ---- words ----

    def ensure_comment(self, repo: str, number: int, key: str, text: str) -> None:
        self._talk.keep(repo, number, key, text)

    def comments(self, repo: str, after: int) -> Sequence[Comment]:
        return self._talk.heard(repo, after, Lane.READ)

    def issue(self, repo: str, key: str) -> Issue | None:
        found = self._talk.issue(repo, key, Lane.READ)
        return shown(found, key) if found else None

    def ensure_issue(self, repo: str, key: str, title: str, body: str, closed: bool = False) -> Issue:
        return self._talk.keep_issue(repo, key, title, body, closed)

    def marks(self, watched: Sequence[Watched]) -> Sequence[str]:
        return [self._marks.of(each) for each in watched]

    def repositories(self, owner: str, topic: str = "", words: str = "") -> Sequence[Listed]:
        return discovering.repositories(self._wire, owner, topic, words)

    def present_names(self, repos: Sequence[str]) -> Sequence[str]:
        """By a request for each, and one more where it was renamed."""
        return [discovering.present_name(self._wire, repo) for repo in repos]


def _must_be(repo: str, pull: Mapping[str, Any], head: str, at: str | None = None) -> None:
    at = at or str(pull["head"]["sha"])
    if at != head:
        raise Refused(f"pull request {pull['number']} of {repo} is at {at[:10]}, not at {head[:10]}: look again")
