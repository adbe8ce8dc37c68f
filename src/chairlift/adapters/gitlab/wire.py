"""Calls of GitLab's API as one identity: within the budget, by pages, and kept where nothing has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from types import MappingProxyType
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from chairlift.adapters.gitlab.errors import Forbidden, explained, explained_errors, heard
from chairlift.adapters.gitlab.names import of_project
from chairlift.adapters.gitlab.settings import Settings
from chairlift.core.budget import Call, Lane
from chairlift.exchange import Answer, Kept, Server, steady, token_in
from chairlift.ports import Budget, Refused, Unavailable

Params = Mapping[str, object]
_NONE: Params = MappingProxyType({})
_PAGE = 100
_MOST_PAGES = 500
_HOPS = 3
_REDIRECTS = (301, 302, 307, 308)


@dataclass(frozen=True)
class Me:
    """Who a token belongs to."""

    id: int
    name: str


@dataclass(frozen=True)
class Read:
    """What an answer holds; `next` is the number of the page behind it, empty where there is none, if it is said."""

    data: Any
    next: str | None = None


class Wire:
    """One identity's way to the server."""

    def __init__(self, settings: Settings, server: Server, token_env: str, budget: Budget | None) -> None:
        self._settings, self._server, self._token_env, self._budget = settings, server, token_env, budget
        self.identity = f"{settings.host} {token_env}"
        self._kept = Kept[Read]()
        self._me: Me | None = None

    def me(self, lane: Lane = Lane.READ) -> Me:
        """Whose token this is; asked once."""
        if self._me is None:
            found = self.get("user", lane)
            self._me = Me(int(found["id"]), str(found["username"]))
        return self._me

    def token(self) -> str:
        """As it stands in the variable now. Raises Refused."""
        return token_in(self._token_env, self._settings.host)

    def get(self, path: str, lane: Lane, params: Params = _NONE) -> Any:
        """An object."""
        found = self._read(path, lane, params).data
        if not isinstance(found, dict):
            raise self._odd(path)
        return found

    def whole(self, path: str, lane: Lane) -> list[Any]:
        """A list that the server gives as a whole."""
        found = self._read(path, lane, _NONE).data
        if not isinstance(found, list):
            raise self._odd(path)
        return found

    def pages(self, path: str, lane: Lane, params: Params = _NONE) -> Iterator[list[Any]]:
        """All pages of a list."""
        page = "1"
        for number in count(1):
            found = self._read(path, lane, {**params, "page": page, "per_page": _PAGE})
            if not isinstance(found.data, list) or number > _MOST_PAGES:
                raise self._odd(path)
            yield found.data
            # Who does not say has more as long as pages are full.
            full = str(number + 1) if len(found.data) == _PAGE else ""
            page = full if found.next is None else found.next
            if not page:
                return

    def every(
        self,
        path: str,
        lane: Lane,
        params: Params = _NONE,
        enough: Callable[[int, list[Any]], bool] = lambda number, page: False,
    ) -> list[Any]:
        """A list up to the page that is enough, without a gap and nothing twice, also where it shifts meanwhile.

        `enough` is given the number of each page, from 1 on, and what is on it.
        """

        def pages() -> Iterator[list[Any]]:
            for number, page in enumerate(self.pages(path, lane, params), 1):
                yield page
                if enough(number, page):
                    return

        return steady(pages, lambda item: str(item.get("id")), f"a list of {self._settings.host}, {path},")

    def send(self, method: str, path: str, lane: Lane, body: Params = _NONE, call: Call = Call.WRITE) -> Any:
        """Change something; what the server says of it then. Never followed elsewhere, never done twice."""
        answer = self._call(method, self._url(path), lane, call, body)
        if not 200 <= answer.code < 300:
            error = self._explained(answer, f"{method} {path}")
            raise self._archived(path, lane) or error if isinstance(error, Forbidden) else error
        return answer.json() if answer.body.strip() else None

    def query(self, text: str, variables: Params, lane: Lane, what: str) -> Any:
        """What GraphQL answers, if there is no error with it."""
        url = f"{self._settings.base}/api/graphql"
        answer = self._call("POST", url, lane, Call.QUERY, {"query": text, "variables": variables})
        if answer.code != 200:
            raise self._explained(answer, f"a query about {what}")
        found = answer.json()
        if not isinstance(found, Mapping) or not ("data" in found or "errors" in found):
            raise self._odd("a query")
        if found.get("errors") or found.get("data") is None:
            raise explained_errors(found.get("errors"), what, self._settings.host)
        return found["data"]

    def _read(self, path: str, lane: Lane, params: Params) -> Read:
        url = self._url(path, params)
        for _ in range(_HOPS):
            known = self._kept.get(url)
            answer = self._call("GET", url, lane, Call.READ, etag=known[0] if known else "")
            if answer.code == 304 and known:
                return known[1]
            if answer.code in _REDIRECTS:
                # A project that was renamed or moved.
                url = self._onward(url, answer.headers.get("Location", ""))
                continue
            if answer.code != 200:
                raise self._explained(answer, f"GET {path}")
            found = Read(answer.json(), answer.headers.get("X-Next-Page"))
            self._kept.put(url, answer.headers.get("ETag", ""), found, len(answer.body))
            return found
        raise Refused(f"{self._settings.host} sends {path} from one place to the next: is its address right?")

    def _call(
        self, method: str, url: str, lane: Lane, call: Call, body: Params | None = None, etag: str = ""
    ) -> Answer:
        head = {"Authorization": f"Bearer {self.token()}"} | ({"If-None-Match": etag} if etag else {})
        if self._budget is not None:
            self._budget.spend(self.identity, self._settings.limits, lane, call)
        answer = self._server.ask(method, url, head, body)
        said = heard(answer)
        if said is not None and self._budget is not None:
            self._budget.heard(self.identity, said)
        return answer

    def _url(self, path: str, params: Params = _NONE) -> str:
        query = str(httpx.QueryParams(dict(params)))  # type: ignore[arg-type]
        return f"{self._settings.base}/api/v4/{path}" + (f"?{query}" if query else "")

    def _onward(self, url: str, location: str) -> str:
        then, now = urlsplit(urljoin(url, location)), urlsplit(url)
        if (then.scheme, then.netloc) != (now.scheme, now.netloc) or not location:
            where = then.netloc or "nowhere"
            raise Refused(f"{self._settings.host} sends us to {where}: put that into url if it moved")
        return then.geturl()

    def _archived(self, path: str, lane: Lane) -> Refused | None:
        """Why nothing can be written, where the project is archived: GitLab itself does not say so."""
        where = of_project(path)
        if not where or not self.get(where, lane).get("archived"):
            return None
        return Refused(f"the project of {path} is archived: unarchive it, or take the service out of the campaign")

    def _explained(self, answer: Answer, what: str) -> Exception:
        return explained(answer, what, self._settings.host, self._token_env, self.token())

    def _odd(self, what: str) -> Unavailable:
        return Unavailable(
            f"{self._settings.host} answers {what} with something else than it should: is a proxy broken?"
        )
