"""Comments, and issues under a key: ours are known by a marker that pages do not show, and by whose they are.

GitLab counts issues apart from merge requests; here, issue 12 goes by the number -12.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from chairlift.adapters.gitlab.errors import Forbidden, Missing
from chairlift.adapters.gitlab.names import place
from chairlift.adapters.gitlab.speech import TITLE, meant, sayable, spoken
from chairlift.adapters.gitlab.wire import Me, Wire
from chairlift.core.budget import Call, Lane
from chairlift.core.upgrade import Issue, digest
from chairlift.ports import Comment, Refused

_STATES = {"opened": "open", "closed": "closed"}
#: Of a project whose comments were never read, so many pages: older ones are from before our first word there.
_PAGES_AT_FIRST = 10


def when(text: object) -> datetime:
    return datetime.fromisoformat(str(text))


class Talk:
    """What is said in a project. `ours` gives the names of those that Chairlift speaks as."""

    def __init__(self, wire: Wire, ours: Callable[[Lane], frozenset[str]]) -> None:
        self._wire, self._ours = wire, ours
        self._issues: dict[tuple[str, str], int] = {}

    # ---- comments ----

    def keep(self, repo: str, number: int, key: str, text: str, wire: Wire | None = None) -> None:
        """Our own comment under this key; made or edited only where it differs."""
        wire = wire or self._wire
        me, body, path = wire.me(Lane.TALK), spoken(text, "comment", key), _notes(repo, number)
        for note in self._under(path, repo, number):
            if meant(note["body"], "comment", key) is not None and _by(note) == me.name:
                if note["body"] != body:
                    wire.send("PUT", f"{path}/{note['id']}", Lane.TALK, {"body": body})
                return
        wire.send("POST", path, Lane.TALK, {"body": body}, Call.CREATE)

    def _under(self, path: str, repo: str, number: int) -> Sequence[Any]:
        try:
            return self._wire.every(path, Lane.TALK, {"sort": "asc", "order_by": "created_at"})
        except Missing:
            what = f"issue {-number}" if number < 0 else f"merge request {number}"
            raise Refused(f"{repo} has no {what}: was it deleted?") from None

    def heard(self, repo: str, after: int, lane: Lane) -> Sequence[Comment]:
        """All above an id, oldest first, without our own; where none was ever read, the newest thousand.

        GitLab lists what is said in all of a project only as events.
        """
        most = 0 if after else _PAGES_AT_FIRST

        def enough(number: int, page: list[Any]) -> bool:
            return number == most or any(_noted(each) <= after for each in page if each.get("note"))

        asked = {"action": "commented", "sort": "desc"}
        events = self._wire.every(place(repo, "events"), lane, asked, enough)
        ours = self._ours(lane)
        notes = {_noted(each): each["note"] for each in events if each.get("note") and _noted(each) > after}
        return [found for id in sorted(notes) if (found := _comment(notes[id])) and found.by not in ours]

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
        asked = {"author_username": me.name, "order_by": "created_at", "sort": "asc"}
        for found in self._wire.every(place(repo, "issues"), lane, asked):
            if _is(found, key, me):
                self._issues[repo, key] = int(found["iid"])
                return found
        return None

    def keep_issue(self, repo: str, key: str, title: str, body: str, closed: bool) -> Issue:
        """Our issue with this text and state; made or edited only where it differs."""
        wanted = {"title": sayable(title)[:TITLE], "description": spoken(body, "issue", key)}
        there = self.issue(repo, key, Lane.TALK)
        if there is None:
            there = self._made(repo, wanted)
            self._issues[repo, key] = int(there["iid"])
        change: dict[str, object] = {name: text for name, text in wanted.items() if there[name] != text}
        if (there["state"] == "closed") != closed:
            change["state_event"] = "close" if closed else "reopen"
        if change:
            there = self._wire.send("PUT", place(repo, "issues", int(there["iid"])), Lane.TALK, change)
        return shown(there, key)

    def _made(self, repo: str, wanted: Mapping[str, object]) -> Any:
        try:
            return self._wire.send("POST", place(repo, "issues"), Lane.TALK, wanted, Call.CREATE)
        except (Forbidden, Missing):
            if self._wire.get(place(repo), Lane.TALK).get("issues_enabled") is False:
                raise Refused(f"{repo} has no issues: switch them on in its settings, under visibility") from None
            raise


def shown(issue: Mapping[str, Any], key: str) -> Issue:
    text = meant(issue["description"], "issue", key) or ""
    found = digest(str(issue["title"]), text)
    return Issue(-int(issue["iid"]), _STATES[issue["state"]], found, str(issue.get("web_url") or ""))


def _notes(repo: str, number: int) -> str:
    return place(repo, "issues" if number < 0 else "merge_requests", abs(number), "notes")


def _is(issue: Mapping[str, Any], key: str, me: Me) -> bool:
    return meant(issue.get("description"), "issue", key) is not None and _by(issue) == me.name


def _by(said: Mapping[str, Any]) -> str:
    return str((said.get("author") or {}).get("username") or "")


def _noted(event: Mapping[str, Any]) -> int:
    return int((event.get("note") or {}).get("id") or 0)


def _comment(note: Mapping[str, Any]) -> Comment | None:
    """None for what is neither on a merge request nor on an issue, and for what GitLab itself says."""
    sign = {"MergeRequest": 1, "Issue": -1}.get(str(note.get("noteable_type")), 0)
    if not sign or note.get("system"):
        return None
    at = when(note["created_at"])
    return Comment(int(note["id"]), sign * int(note["noteable_iid"]), _by(note), str(note["body"]), at)
