"""Calls of GitHub's API as one account: within the budget, bounded in size, and cheap where nothing has changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from chairlift.adapters.github.errors import explained, explained_errors, heard
from chairlift.adapters.github.settings import Place
from chairlift.adapters.github.signing import Signer
from chairlift.core.budget import Call, Heard, Lane
from chairlift.exchange import Answer, Kept, Server, steady
from chairlift.ports import Budget, Refused, Unavailable

_REDIRECTS = 3
#: As many pages as are read of a list.
_PAGES = 100
NO_API = "write the address of the API into url, which ends in /api/v3 on an Enterprise Server"
#: Errors of a query that are about one repository: it is left out, and the others hold.
_OF_ONE = ("NOT_FOUND", "FORBIDDEN")
_HEAD = {
    "Accept": "application/vnd.github+json",
    "User-Agent": f"chairlift/{version('chairlift')}",
    "X-GitHub-Api-Version": "2022-11-28",
}


@dataclass(frozen=True)
class Page:
    """One page of a list: `next` is the address of the one behind it; empty where there is none."""

    found: Any
    next: str = ""


class Wire:
    """One account's calls. A method's `what` is what it is about, for whoever reads the error."""

    def __init__(self, place: Place, signer: Signer, seconds: float, budget: Budget | None) -> None:
        self._place, self._signer, self._budget = place, signer, budget
        self.who = f"{place.host} {signer.name}"
        self._server = Server(place.api, seconds, _HEAD)
        self._kept = Kept[Page]()

    @cached_property
    def login(self) -> str:
        """What GitHub calls us, in small letters."""
        return self._signer.login(lambda path: self.read(path, Lane.READ, "our own account"), self._send).casefold()

    def examined(self) -> str:
        """Who this is. Raises Refused where it cannot do Chairlift's work."""

        def ask(path: str) -> Answer:
            answer = self._call("GET", self._url(path, {}), Lane.READ, Call.READ)
            if answer.code != 200:
                raise self._explained(answer, "our own account")
            return answer

        return self._signer.examined(ask, self._send)

    def token(self) -> str:
        """What the account is let in by, now."""
        return self._signer.authorization(self._send).removeprefix("Bearer ")

    def read(self, path: str, lane: Lane, what: str, **query: str | int) -> Any:
        """One answer; nothing is paid for it where it has not changed. `path` is quoted already."""
        return self._page(self._url(path, query), lane, what).found

    def pages(self, path: str, lane: Lane, what: str, **query: str | int) -> Sequence[Any]:
        """The whole of a list by pages, newest or oldest first, also where it shifts while it is read.

        To look at its pages again costs nothing where they are the same.
        """
        return self._steady(path, lane, what, query, lambda number, page: False)

    def until(self, path: str, lane: Lane, what: str, after: int, most: int, **query: str | int) -> Sequence[Any]:
        """What is newer than the id `after` in a list with the newest first, of at most so many pages (0: of all)."""

        def enough(number: int, page: Page) -> bool:
            return number == most or any(item["id"] <= after for item in page.found)

        found = self._steady(path, lane, what, query, enough)
        return [item for item in found if item["id"] > after]

    def _steady(
        self, path: str, lane: Lane, what: str, query: Mapping[str, str | int], enough: Callable[[int, Page], bool]
    ) -> Sequence[Any]:
        def pages() -> Iterator[Sequence[Any]]:
            for number, page in enumerate(self._each(path, lane, what, query), 1):
                yield page.found
                if enough(number, page):
                    return

        return steady(pages, _key, f"a list of {what}")

    def write(self, method: str, path: str, body: object, lane: Lane, call: Call, what: str) -> Any:
        """Change something; never followed elsewhere, never done twice."""
        answer = self._call(method, self._url(path, {}), lane, call, body)
        if answer.code not in (200, 201, 204):
            raise self._explained(answer, what)
        return answer.json() if answer.body else None

    def query(self, text: str, variables: Mapping[str, object], lane: Lane, what: str) -> Any:
        """What GraphQL answers, if there is no error with it."""
        data, errors = self.partly(text, variables, lane, what)
        if errors:
            raise self.failed(errors, what)
        return data

    def mutate(self, text: str, variables: Mapping[str, object], lane: Lane, what: str) -> Any:
        """The same for what changes something; Raises Unfit for what GitHub understood and will not do."""
        data, errors = self.partly(text, variables, lane, what, Call.WRITE)
        if errors:
            raise self.failed(errors, what)
        return data

    def partly(
        self, text: str, variables: Mapping[str, object], lane: Lane, what: str, call: Call = Call.QUERY
    ) -> tuple[Any, Sequence[Any]]:
        """What GraphQL answers, and the errors beside it."""
        answer = self._call("POST", self._place.graphql, lane, call, {"query": text, "variables": variables})
        if answer.code == 404:
            # Of what is not there GitHub tells in an answer of 200.
            raise Refused(f"nothing answers queries at {self._place.graphql} (404): {NO_API}")
        if answer.code != 200:
            raise self._explained(answer, what)
        found = answer.json()
        if not isinstance(found, Mapping) or not ("data" in found or "errors" in found):
            raise Unavailable("GitHub answers a query with something else than data; is a proxy in between?")
        data, errors = found.get("data"), found.get("errors") or ()
        if data is None:
            raise self.failed(errors, what)
        return data, errors

    def of_each(self, text: str, variables: Mapping[str, object], lane: Lane, what: str) -> dict[str, Any]:
        """What GraphQL answers of several repositories, without those that it does not tell of, or only half."""
        data, errors = self.partly(text, variables, lane, what)
        for error in errors:
            if not isinstance(error, dict) or error.get("type") not in _OF_ONE or not error.get("path"):
                raise self.failed(errors, what)
        lost = {str(error["path"][0]) for error in errors}
        return {name: found for name, found in data.items() if name not in lost}

    def failed(self, errors: Sequence[Any], what: str) -> Exception:
        """Why a query was not answered; of a limit the budget hears, as there is no header that says so."""
        error = explained_errors(errors, what, self.who)
        if isinstance(error, Unavailable) and error.after is not None and self._budget is not None:
            self._budget.heard(self.who, Heard(retry_after=error.after, secondary=True, query=True))
        return error

    def _each(self, path: str, lane: Lane, what: str, query: Mapping[str, str | int]) -> Iterator[Page]:
        url = self._url(path, {**query, "per_page": 100})
        for _ in range(_PAGES):
            page = self._page(url, lane, what)
            if not isinstance(page.found, list):
                raise Unavailable(f"GitHub answers something else than a list of {what}; is a proxy in between?")
            yield page
            if not page.next:
                return
            url = self._same_origin(url, page.next, what)
        raise Unavailable(f"GitHub has more than {_PAGES} pages of {what}")

    def _page(self, url: str, lane: Lane, what: str) -> Page:
        for _ in range(_REDIRECTS):
            known = self._kept.get(url)
            answer = self._call("GET", url, lane, Call.READ, etag=known[0] if known else "")
            if answer.code == 304 and known:
                return known[1]
            if answer.code == 200:
                page = Page(answer.json(), _next(answer))
                self._kept.put(url, answer.headers.get("etag", ""), page, len(answer.body))
                return page
            if answer.code not in (301, 302, 307, 308) or "location" not in answer.headers:
                raise self._explained(answer, what)
            url = self._same_origin(url, answer.headers["location"], what)
        raise Unavailable(f"GitHub sends from one place to the next for {what}")

    def _same_origin(self, url: str, to: str, what: str) -> str:
        """The token goes nowhere else."""
        there = urljoin(url, to)
        if urlsplit(there)[:2] != urlsplit(self._place.api)[:2]:
            raise Unavailable(f"GitHub sends to another host for {what}, which gets no token; is a proxy in between?")
        return there

    def _url(self, path: str, query: Mapping[str, str | int]) -> str:
        return f"{self._place.api}{path}" + (f"?{urlencode(query)}" if query else "")

    def _call(self, method: str, url: str, lane: Lane, call: Call, body: object = None, etag: str = "") -> Answer:
        authorization = self._signer.authorization(self._send)
        if self._budget is not None:
            self._budget.spend(self.who, self._place.limits, lane, call)
        answer = self._exchange(method, url, authorization, body, etag)
        if answer.code == 401:
            self._signer.forget()
        said = heard(answer)
        if said is not None and self._budget is not None:
            self._budget.heard(self.who, said)
        return answer

    def _send(self, method: str, path: str, authorization: str) -> Any:
        """A call as the App itself, outside the limits of its installation."""
        answer = self._exchange(method, self._url(path, {}), authorization)
        if answer.code not in (200, 201):
            raise self._explained(answer, "the App's installation")
        return answer.json()

    def _exchange(self, method: str, url: str, authorization: str, body: object = None, etag: str = "") -> Answer:
        head = {"Authorization": authorization} | ({"If-None-Match": etag} if etag else {})
        return self._server.ask(method, url, head, body)

    def _explained(self, answer: Answer, what: str) -> Exception:
        return explained(answer, what, self.who, self._signer.remedy)


def _next(answer: Answer) -> str:
    for part in answer.headers.get("link", "").split(","):
        url, _, rel = part.partition(";")
        if rel.strip() == 'rel="next"':
            return str(url.strip().strip("<>"))
    return ""


def _key(item: Any) -> str:
    return str(item["id"]) if "id" in item else json.dumps(item, sort_keys=True)
