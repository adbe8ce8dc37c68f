"""Comments and issues: ours are found by a mark in their text that nobody sees, and only where we wrote it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from chairlift.adapters.github.wire import Wire
from chairlift.core.budget import Call, Lane
from chairlift.core.upgrade import Issue, digest
from chairlift.ports import Comment

#: What GitHub takes, in characters.
TITLE, BODY = 256, 65_536
_CUT = "\n\n… (shortened)"
#: Of a repository whose comments were never read, so many pages: older ones are from before our first word there.
_PAGES_AT_FIRST = 10


def sayable(text: str, most: int = BODY) -> str:
    """What JSON and GitHub can hold of it."""
    text = text.replace("\0", "").encode("utf-8", "replace").decode()
    return text if len(text) <= most else text[: most - len(_CUT)] + _CUT


def marked(kind: str, key: str, text: str) -> str:
    """The text with our mark at its end."""
    mark = _mark(kind, key)
    return sayable(text, BODY - len(mark)) + mark


def held(kind: str, key: str, body: str | None) -> str | None:
    """The text before the mark; None where there is none. Who edits it on GitHub may have put something behind it."""
    text, mark, behind = (body or "").partition(_mark(kind, key))
    return text + behind if mark else None


class Talk:
    """The words on one GitHub, said by `wire`; `us` are all accounts that are ours."""

    def __init__(self, wire: Wire, us: Sequence[Wire]) -> None:
        self._wire, self._us = wire, us

    def keep(self, path: str, what: str, number: int, key: str, text: str) -> None:
        """Our comment under this key says this text."""
        said = self._wire.pages(f"{path}/issues/{number}/comments", Lane.TALK, what)
        body = marked("comment", key, text)
        for comment in said:
            if self._by(comment) == self._wire.login and held("comment", key, comment["body"]) is not None:
                if comment["body"] != body:
                    where = f"{path}/issues/comments/{comment['id']}"
                    self._wire.write("PATCH", where, {"body": body}, Lane.TALK, Call.WRITE, what)
                return
        where = f"{path}/issues/{number}/comments"
        self._wire.write("POST", where, {"body": body}, Lane.TALK, Call.CREATE, what)

    def heard(self, path: str, what: str, after: int) -> Sequence[Comment]:
        """Comments by others with an id above `after`, oldest first."""
        most = 0 if after else _PAGES_AT_FIRST
        where = f"{path}/issues/comments"
        found = self._wire.until(where, Lane.READ, what, after, most, sort="created", direction="desc")
        ours = {wire.login for wire in self._us}
        return [_comment(each) for each in sorted(found, key=lambda each: each["id"]) if self._by(each) not in ours]

    def issue(self, path: str, what: str, key: str, lane: Lane = Lane.READ) -> Issue | None:
        """Our issue under this key."""
        found = self._issue(path, what, key, lane)
        return _issue(found, key) if found else None

    def raise_issue(self, path: str, what: str, key: str, title: str, body: str, closed: bool) -> Issue:
        """The same with this text and state, made or edited where it differs."""
        wanted = {"title": sayable(title, TITLE), "body": marked("issue", key, body)}
        state = "closed" if closed else "open"
        found = self._issue(path, what, key, Lane.TALK)
        if found is None:
            found = self._wire.write("POST", f"{path}/issues", wanted, Lane.TALK, Call.CREATE, what)
        different = {name: text for name, text in {**wanted, "state": state}.items() if found[name] != text}
        if different:
            where = f"{path}/issues/{found['number']}"
            found = self._wire.write("PATCH", where, different, Lane.TALK, Call.WRITE, what)
        return _issue(found, key)

    def _issue(self, path: str, what: str, key: str, lane: Lane) -> Any:
        found = self._wire.pages(f"{path}/issues", lane, what, state="all", creator=self._wire.login)
        ours = [
            each
            for each in found
            if "pull_request" not in each
            and self._by(each) == self._wire.login
            and held("issue", key, each["body"]) is not None
        ]
        return min(ours, key=lambda each: each["number"], default=None)

    def _by(self, item: Any) -> str:
        return str((item.get("user") or {}).get("login", "ghost")).casefold()


def _mark(kind: str, key: str) -> str:
    return f"\n\n<!-- chairlift:{kind}:{quote(sayable(key), safe='')} -->"


def _comment(found: Any) -> Comment:
    number = int(str(found["issue_url"]).rpartition("/")[2])
    by = (found.get("user") or {}).get("login", "ghost")
    return Comment(found["id"], number, by, found["body"] or "", datetime.fromisoformat(found["created_at"]))


def _issue(found: Any, key: str) -> Issue:
    text = held("issue", key, found["body"])
    state = "open" if found["state"] == "open" else "closed"
    return Issue(found["number"], state, digest(found["title"], text or ""), found["html_url"])
