"""Comments and issues: ours are known by a marker that pages do not show, and by whose they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chairlift.adapters.gitea.pulls import when
from chairlift.adapters.gitea.wire import Broken, Me, Missing, Wire, place
from chairlift.core.budget import Call, Lane
from chairlift.core.upgrade import Issue, digest
from chairlift.marking import marked, unmarked
from chairlift.ports import Comment, Refused

#: What the server's own column holds.
LONGEST_TITLE = 255


class Talk:
    """What is said in a repository. `ours` gives the ids of those that Chairlift speaks as."""

    def __init__(self, wire: Wire, ours: Callable[[Lane], frozenset[int]]) -> None:
        self._wire, self._ours = wire, ours
        self._issues: dict[tuple[str, str], int] = {}
        self._read: dict[str, tuple[int, str]] = {}

    # ---- comments ----

    def keep(self, repo: str, number: int, key: str, text: str) -> None:
        """Our own comment under this key; made or edited only where it differs."""
        me, body = self._wire.me(Lane.TALK), marked(text, "comment", key)
        for comment in self._under(repo, number):
            if unmarked(str(comment["body"]), "comment", key) is not None and _by(comment) == me.id:
                if comment["body"] != body:
                    path = place(repo, "issues/comments", int(comment["id"]))
                    self._wire.send("PATCH", path, Lane.TALK, {"body": body})
                return
        path = place(repo, "issues", number, "comments")
        self._wire.send("POST", path, Lane.TALK, {"body": body}, Call.CREATE)

    def heard(self, repo: str, after: int, lane: Lane) -> Sequence[Comment]:
        """All above an id, oldest first, without our own."""
        since = self._since(repo, after, lane)
        ours = self._ours(lane)
        found = self._wire.every(place(repo, "issues/comments"), lane, {"since": since} if since else {})
        # Whoever edits an old one moves it into what was changed since.
        fresh = {int(each["id"]): each for each in found if int(each["id"]) > after}
        if fresh:
            last = max(fresh)
            self._read[repo] = (last, str(fresh[last]["created_at"]))
        return [_comment(fresh[id]) for id in sorted(fresh) if _by(fresh[id]) not in ours]

    def _since(self, repo: str, after: int, lane: Lane) -> str:
        """When the last comment that was read was made: those with a greater id were made then or later.

        Empty where that is not known, as when it was deleted: then all are read.
        """
        if after <= 0:
            return ""
        id, at = self._read.get(repo, (0, ""))
        if id == after:
            return at
        try:
            return str(self._wire.get(place(repo, "issues/comments", after), lane)["created_at"])
        except Missing:
            return ""

    def _under(self, repo: str, number: int) -> list[Any]:
        try:
            return self._wire.at_once(place(repo, "issues", number, "comments"), Lane.TALK)
        except (Missing, Broken) as error:
            # So servers say that there is no such number, too.
            self._exists(repo, number)
            raise error

    def _exists(self, repo: str, number: int) -> None:
        try:
            self._wire.get(place(repo, "issues", number), Lane.TALK)
        except Missing:
            raise Refused(f"{repo} has no pull request or issue {number}: was it deleted?") from None

    # ---- issues ----

    def issue(self, repo: str, key: str, lane: Lane) -> Any | None:
        """Our issue under this key as the server gives it; one request where it is known, else a list of ours."""
        me = self._wire.me(lane)
        if number := self._issues.get((repo, key)):
            try:
                found = self._wire.get(place(repo, "issues", number), lane)
                if _is(found, key, me):
                    return found
            except Missing:
                pass
            self._issues.pop((repo, key), None)
        asked: dict[str, str | int] = {"type": "issues", "state": "all", "created_by": me.login}
        for items in self._wire.pages(place(repo, "issues"), lane, asked):
            for found in items:
                if _is(found, key, me):
                    self._issues[repo, key] = int(found["number"])
                    return found
        return None

    def keep_issue(self, repo: str, key: str, title: str, body: str, closed: bool) -> Issue:
        """Our issue with this text and state; made or edited only where it differs."""
        state = "closed" if closed else "open"
        wanted = {"title": title[:LONGEST_TITLE], "body": marked(body, "issue", key)}
        there = self.issue(repo, key, Lane.TALK)
        if there is None:
            path = place(repo, "issues")
            there = self._wire.send("POST", path, Lane.TALK, {**wanted, "closed": closed}, Call.CREATE)
            self._issues[repo, key] = int(there["number"])
        elif {name: there[name] for name in wanted} | {"state": there["state"]} != {**wanted, "state": state}:
            path = place(repo, "issues", int(there["number"]))
            there = self._wire.send("PATCH", path, Lane.TALK, {**wanted, "state": state})
        return shown(there, key)


def shown(issue: Mapping[str, Any], key: str) -> Issue:
    body = unmarked(str(issue["body"]), "issue", key) or ""
    found = digest(str(issue["title"]), body)
    return Issue(int(issue["number"]), str(issue["state"]), found, str(issue.get("html_url") or ""))


def _is(issue: Mapping[str, Any], key: str, me: Me) -> bool:
    return unmarked(str(issue.get("body") or ""), "issue", key) is not None and _by(issue) == me.id


def _by(said: Mapping[str, Any]) -> int:
    return int((said.get("user") or {}).get("id") or 0)


def _comment(said: Mapping[str, Any]) -> Comment:
    # The one of pull requests or the one of issues, which ends with its number.
    address = str(said.get("pull_request_url") or said.get("issue_url") or "")
    return Comment(
        id=int(said["id"]),
        number=int(address.rstrip("/").rpartition("/")[2]),
        by=str((said.get("user") or {}).get("login") or ""),
        text=str(said["body"]),
        at=when(said["created_at"]),
    )
