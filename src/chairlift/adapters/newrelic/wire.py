"""Questions to NerdGraph, several in one request, and errors that name cause and remedy."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chairlift.adapters.newrelic.settings import Settings
from chairlift.exchange import Answer, Server, plainly, seconds_in, token_in
from chairlift.ports import Refused, Unavailable

#: New Relic asks that no more queries run at once for long.
ABREAST = 5
#: New Relic counts queries by the minute, where it says nothing more exact.
PAUSE = 60.0
_LONGEST_PAUSE = 3600.0
#: On top of what a query may take.
_ON_THE_WAY = 10
_MOST_REMARKS = 10
_UNKNOWN_APPLICATION = "no application was matched"
_CROWDED = ("rate limit", "too many", "limit exceeded", "exceeded the limit", "query limit")


@dataclass(frozen=True)
class Told:
    """What one query came to: rows, what New Relic remarked, and whether it knows such an application at all."""

    rows: Sequence[Mapping[str, Any]]
    remarks: tuple[str, ...] = ()
    known: bool = True


class Wire:
    """The way to one account."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        patience = settings.seconds + _ON_THE_WAY
        self._server = Server(settings.address, patience, {}, whole=2 * patience)

    def ask(self, queries: Sequence[str]) -> list[Told]:
        """The answer to each query of NRQL, in their order; one request after the other.

        All or nothing: a part that is missing raises, since it would look like a quiet hour.
        """
        return [
            told
            for first in range(0, len(queries), ABREAST)
            for told in self._together(queries[first : first + ABREAST])
        ]

    def whose(self) -> tuple[str, str]:
        """The name of the key's user, and of the account."""
        text = "query ($account: Int!) { actor { user { name } account(id: $account) { name } } }"
        found, errors = self._query(text, {"account": self._settings.account})
        if errors:
            raise self._worst(errors)
        actor = _mapping(found.get("actor"))
        account = actor.get("account")
        if not isinstance(account, Mapping):
            raise self._not_ours("")
        return self._plain(_mapping(actor.get("user")).get("name")), self._plain(account.get("name"))

    def _together(self, queries: Sequence[str]) -> Iterator[Told]:
        names = [f"q{place}" for place in range(len(queries))]
        heads = "".join(f", ${name}: Nrql!" for name in names)
        asked = " ".join(
            f"{name}: nrql(query: ${name}, timeout: $seconds) {{ results metadata {{ messages }} }}" for name in names
        )
        text = f"query ($account: Int!, $seconds: Seconds{heads}) {{ actor {{ account(id: $account) {{ {asked} }} }} }}"
        values = {"account": self._settings.account, "seconds": self._settings.seconds}
        found, errors = self._query(text, {**values, **dict(zip(names, queries, strict=True))})
        strangers = [error for error in errors if _UNKNOWN_APPLICATION in _words(error).lower()]
        if len(strangers) < len(errors):
            raise self._worst([error for error in errors if error not in strangers])
        account = _mapping(_mapping(found.get("actor")).get("account"))
        unknown = {name for error in strangers for name in _about(error, names)}
        for name in names:
            yield Told((), known=False) if name in unknown else self._read(account.get(name))

    def _read(self, told: Any) -> Told:
        rows = told.get("results") if isinstance(told, Mapping) else None
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            raise self.odd()
        remarks = _mapping(told.get("metadata")).get("messages")
        if not isinstance(remarks, list):
            remarks = []
        return Told(rows, tuple(self._plain(remark) for remark in remarks[:_MOST_REMARKS] if remark))

    def _query(self, text: str, values: Mapping[str, object]) -> tuple[Mapping[str, Any], list[Any]]:
        """What NerdGraph answers, and the errors beside it."""
        head = {"API-Key": self._key()}
        answer = self._server.ask("POST", self._settings.address, head, {"query": text, "variables": values})
        if answer.code != 200:
            raise self._explained(answer)
        found = answer.json()
        if not isinstance(found, Mapping) or not ("data" in found or found.get("errors")):
            raise self.odd()
        errors = found.get("errors") or []
        if not isinstance(errors, list):
            raise self.odd()
        return _mapping(found.get("data")), errors

    def odd(self) -> Unavailable:
        """For an answer of another shape than New Relic describes."""
        return Unavailable(
            f"{self._settings.host} answers a query with something else than it should: is a proxy broken?"
        )

    def _key(self) -> str:
        return token_in(self._settings.key_env, self._settings.host)

    def _plain(self, words: object) -> str:
        return plainly(str(words or ""), self._key())

    # ---- what goes wrong ----

    def _explained(self, answer: Answer) -> Exception:
        code, host = answer.code, self._settings.host
        said = self._plain(_said(answer))
        told = f"{code}: {said}" if said else str(code)
        after = seconds_in(answer.headers.get("Retry-After", ""), _LONGEST_PAUSE)
        if code == 429:
            wait = PAUSE if after is None else after
            return Unavailable(f"{host} asks for a pause (429): again in {wait:.0f} seconds", after=wait)
        if code >= 500 or code == 408:
            return Unavailable(f"{host} fails at a query ({told})", after=after)
        if code in (401, 403):
            return self._not_let_in(told)
        if 300 <= code < 400:
            return Refused(f"{host} sends us elsewhere ({code}): check region and url")
        return Refused(f"{host} refuses a query ({told}); what it says should tell a person what to change")

    def _worst(self, errors: Sequence[Any]) -> Exception:
        """Of errors beside an answer of 200: what a person must see comes first."""
        found = [self._of_answer(error) for error in errors]
        return next((each for each in found if isinstance(each, Refused)), found[0])

    def _of_answer(self, error: Any) -> Exception:
        kinds = _mapping(_mapping(error).get("extensions"))
        kind = {str(kinds.get(name) or "").upper() for name in ("errorClass", "error_code", "code")}
        words, host = self._plain(_words(error)), self._settings.host
        lower = words.lower()
        if "BAD_API_KEY" in kind or "api key" in lower:
            return self._not_let_in(words)
        if (
            "not authorized" in lower
            or "access denied" in lower
            or kind & {"ACCESS_DENIED", "UNAUTHORIZED", "FORBIDDEN"}
        ):
            return self._not_ours(words)
        if "syntax error" in lower or "unknown function" in lower:
            return Refused(f"{host} does not understand our query ({words}): is app or entity a name there?")
        if "TOO_MANY_REQUESTS" in kind or any(each in lower for each in _CROWDED):
            return Unavailable(f"{host} asks for a pause ({words}): again in {PAUSE:.0f} seconds", after=PAUSE)
        if "TIMEOUT" in kind or "timed out" in lower or "timeout" in lower:
            longer = f"needs longer than {self._settings.seconds} seconds for a query"
            return Unavailable(f"{host} {longer} ({words}): if it stays so, set seconds higher")
        return Unavailable(f"{host} cannot answer a query ({words}); is its status page green?")

    def _not_let_in(self, told: str) -> Refused:
        return Refused(
            f"{self._settings.host} does not let us in ({told}): is what {self._settings.key_env} holds a user key "
            f"(NRAK-…) that is still there, and of the region {self._settings.region!r}?"
        )

    def _not_ours(self, told: str) -> Refused:
        said = f" ({told})" if told else ""
        return Refused(
            f"{self._settings.host} shows us no account {self._settings.account}{said}: check account, and give the "
            f"user of the key in {self._settings.key_env} access to it"
        )


def _mapping(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}


def _about(error: Any, names: Sequence[str]) -> list[str]:
    """Which of our queries an error is about: all, where it does not say."""
    path = _mapping(error).get("path")
    return [name for name in names if isinstance(path, list) and name in path] or list(names)


def _words(error: Any) -> str:
    return str(_mapping(error).get("message") or "it does not say why")


def _said(answer: Answer) -> str:
    """The server's own words, in whichever of its shapes; none of a page for people."""
    try:
        found = _mapping(json.loads(answer.body))
    except ValueError:
        return ""
    inner = found.get("error") or found.get("errors") or found.get("message") or ""
    if isinstance(inner, list):
        inner = inner[0] if inner else ""
    return str(inner.get("message") or inner.get("title") or "") if isinstance(inner, Mapping) else str(inner)
