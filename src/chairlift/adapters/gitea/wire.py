"""Calls of the API as one identity: budget, pages, and errors that name cause and remedy."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpx

from chairlift.adapters.gitea.settings import Settings
from chairlift.core.budget import Call, Heard, Lane, Limits
from chairlift.exchange import Answer, Server, moment_in, plainly, seconds_in, token_in
from chairlift.ports import Budget, Refused, Unavailable

#: The server has no limits of its own; a proxy before it may.
LIMITS = Limits()
Params = Mapping[str, str | int]
_REPO = re.compile(r"(?!\.{1,2}/)[A-Za-z0-9._-]{1,100}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
_PAGE = 50
_MOST_PAGES = 2_000
_HOPS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_PACE_SECONDS = 60.0
_LONGEST_WAIT = 3600.0


class Missing(Refused):
    """There is no such thing, or the token may not see it (404)."""


class Forbidden(Refused):
    """The token lacks a scope, or its owner a right (403)."""


class NotNow(Refused):
    """The server does not do this as things stand (405, 409)."""


class Broken(Unavailable):
    """The server failed at this (5xx), which is also how it answers some questions for what it does not have."""


@dataclass(frozen=True)
class Read:
    """What an answer holds; `total` is of all pages."""

    data: Any
    total: int | None = None


@dataclass(frozen=True)
class Me:
    """Who a token belongs to."""

    id: int
    login: str


def is_repository(repo: str) -> bool:
    """Whether a repository can be called so."""
    return bool(_REPO.fullmatch(repo))


def place(repo: str, *segments: object) -> str:
    """The path of something in a repository. Raises Refused for what can be no name of one."""
    if not is_repository(repo):
        raise Refused(f"no repository called {repo!r}: write it as owner/name")
    owner, name = repo.split("/")
    return "/".join(["repos", owner, name, *(quote(str(segment), safe="/") for segment in segments)])


class Wire:
    """One identity's way to the server."""

    def __init__(self, settings: Settings, server: Server, token_env: str, budget: Budget | None) -> None:
        self._settings, self._token_env, self._budget = settings, token_env, budget
        self.identity = f"{settings.host} {token_env}"
        self._server = server
        self._me: Me | None = None
        #: The server's own time when it last answered.
        self.heard_at: datetime | None = None

    def me(self, lane: Lane = Lane.READ) -> Me:
        """Whose token this is; asked once."""
        if self._me is None:
            found = self.get("user", lane)
            self._me = Me(int(found["id"]), str(found["login"]))
        return self._me

    def get(self, path: str, lane: Lane, params: Params | None = None) -> Any:
        """An object."""
        found = self._ask("GET", path, lane, Call.READ, params).data
        if not isinstance(found, dict):
            raise self._odd(path)
        return found

    def pages(
        self, path: str, lane: Lane, params: Params = MappingProxyType({}), counted: bool = True
    ) -> Iterator[list[Any]]:
        """All pages of a list. Unavailable where it becomes shorter meanwhile: something may then have been skipped.

        Where the server's own count is not `counted` on, only an empty page is the last.
        """
        read, before = 0, 0
        for page in count(1):
            found = self._ask("GET", path, lane, Call.READ, params={**params, "page": page, "limit": _PAGE})
            items = [] if found.data is None else found.data
            if not isinstance(items, list) or page > _MOST_PAGES:
                raise self._odd(path)
            total = found.total if counted else None
            if total is not None and total < before:
                raise Unavailable(f"{self._settings.host}: {path} became shorter while it was read; it is read again")
            yield [item for item in items if item is not None]
            read, before = read + len(items), total or 0
            if not items or (total is not None and read >= total):
                return

    def every(self, path: str, lane: Lane, params: Params = MappingProxyType({}), counted: bool = True) -> list[Any]:
        """All items of a list."""
        return [item for items in self.pages(path, lane, params, counted) for item in items]

    def read(self, path: str, lane: Lane) -> Any:
        """Whatever is there: an object or a list."""
        return self._ask("GET", path, lane, Call.READ).data

    def combined(self, path: str, lane: Lane, page: int) -> list[Any]:
        """One page of a combined status, which older servers answer with nothing where there is none."""
        found = self._ask("GET", path, lane, Call.READ, params={"page": page, "limit": _PAGE}).data
        if not isinstance(found, dict | None):
            raise self._odd(path)
        return list((found or {}).get("statuses") or ())

    def at_once(self, path: str, lane: Lane) -> list[Any]:
        """A list that the server gives as a whole."""
        found = self._ask("GET", path, lane, Call.READ).data
        if not isinstance(found, list):
            raise self._odd(path)
        return found

    def send(self, method: str, path: str, lane: Lane, body: Mapping[str, object], call: Call = Call.WRITE) -> Any:
        """Change something; what the server says of it then."""
        return self._ask(method, path, lane, call, body=body).data

    def _ask(
        self,
        method: str,
        path: str,
        lane: Lane,
        call: Call,
        params: Params | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Read:
        token = self.token()
        url = str(httpx.URL(f"{self._settings.base}/api/v1/{path}", params=params or None))
        for _ in range(_HOPS):
            if self._budget:
                self._budget.spend(self.identity, LIMITS, lane, call)
            answer = self._server.ask(method, url, {"Authorization": f"token {token}"}, body)
            if answer.code not in _REDIRECTS:
                return self._read(answer, f"{method} {path}", token)
            # A renamed repository; another method or host would be another question, to somebody else.
            url = self._onward(url, answer.headers.get("Location", ""))
        raise Refused(f"{self._settings.host} sends {path} from one place to the next: is its address right?")

    def token(self) -> str:
        """As it stands in the variable now. Raises Refused."""
        return token_in(self._token_env, self._settings.host)

    def _onward(self, url: str, location: str) -> str:
        then, now = urlsplit(urljoin(url, location)), urlsplit(url)
        if (then.scheme, then.netloc) != (now.scheme, now.netloc) or not location:
            raise Refused(
                f"{self._settings.host} sends us to {then.netloc or 'nowhere'}: put that into url if it moved"
            )
        return then.geturl()

    def _read(self, answer: Answer, what: str, token: str) -> Read:
        head = answer.headers
        after = seconds_in(head.get("Retry-After", ""), _LONGEST_WAIT)
        if self._budget and (answer.code == 429 or after):
            wait = _PACE_SECONDS if after is None else after
            self._budget.heard(self.identity, Heard(retry_after=wait, secondary=answer.code == 429))
        if not 200 <= answer.code < 300:
            raise self._explained(answer, what, token, after)
        total = head.get("X-Total-Count", "")
        data = answer.json() if answer.body.strip() else None
        self.heard_at = moment_in(head.get("Date", ""))
        return Read(data, int(total) if total.isascii() and total.isdigit() else None)

    def _odd(self, what: str) -> Unavailable:
        return Unavailable(
            f"{self._settings.host} answers {what} with something else than it should: is a proxy broken?"
        )

    def _explained(self, answer: Answer, what: str, token: str, after: float | None) -> Exception:
        code, said, host = answer.code, _said(answer, token), self._settings.host
        if code == 429:
            wait = _PACE_SECONDS if after is None else after
            return Unavailable(f"{host} asks for a pause (429): again in {wait:.0f} seconds", after=wait)
        if code >= 500:
            return Broken(f"{host} fails at {what} ({code}{said})", after=after)
        if code in (405, 409):
            return NotNow(f"{host} does not do {what} as things stand ({code}{said})")
        if code == 404:
            remedy = f"check the name, and that the owner of the token in {self._token_env} may see it"
            return Missing(f"{host} has nothing at {what} (404{said}); {remedy}")
        if code == 403:
            remedy = f"give the token in {self._token_env} that scope, or its owner that right"
            return Forbidden(f"{host} refuses {what} (403{said}); {remedy}")
        remedies = {
            401: f"the token in {self._token_env} was revoked or is wrong: make a new one",
            423: "the repository is archived: unarchive it, or take the service out of the campaign",
        }
        remedy = remedies.get(code, "what it says should tell a person what to change")
        return Refused(f"{host} refuses {what} ({code}{said}); {remedy}")


def _said(answer: Answer, token: str) -> str:
    """The server's own words."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        return ""
    words = str(found.get("message") or found.get("errors") or "") if isinstance(found, dict) else ""
    words = plainly(words, token)
    return f": {words}" if words else ""
