"""Turns what GitLab answers when it does not do what was asked into Unavailable or Refused, with cause and remedy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chairlift.core.budget import Heard
from chairlift.exchange import Answer, moment_in, plainly, seconds_in
from chairlift.ports import Refused, Unavailable

#: GitLab counts by the minute, where it says nothing more exact.
PAUSE = 60.0
_LONGEST_PAUSE = 3600.0


class Missing(Refused):
    """There is no such thing, or the token may not see it (404)."""


class Denied(Refused):
    """The token is none, or its owner may not do just this (401): GitLab says the same of both."""


class Forbidden(Refused):
    """The token, or its owner, may not do this (403): or the project is archived."""


class NotNow(Refused):
    """GitLab does not do this as things stand (400, 405, 409, 422); `said` are its own words."""

    def __init__(self, text: str, code: int, said: str) -> None:
        super().__init__(text)
        self.code, self.said = code, said


def heard(answer: Answer) -> Heard | None:
    """What an answer says of the limits; None when nothing that would keep us from asking on.

    What is left is of a minute, or of whatever an operator has set; so only its end is told.
    """
    after = _pause(answer)
    if answer.code == 429:
        return Heard(retry_after=PAUSE if after is None else after, secondary=True)
    return Heard(retry_after=after) if after is not None else None


def explained(answer: Answer, what: str, host: str, variable: str, token: str) -> Exception:
    """Why this was not done: `what` was asked for, with the token in the `variable`."""
    code, said = answer.code, _said(answer, token)
    told = f"{code}: {said}" if said else str(code)
    if code == 429:
        wait = _pause(answer)
        wait = PAUSE if wait is None else wait
        return Unavailable(f"{host} asks for a pause (429): again in {wait:.0f} seconds", after=wait)
    if code >= 500 or code in (202, 408):
        word = "is still computing" if code == 202 else "fails at"
        return Unavailable(f"{host} {word} {what} ({told})", after=_pause(answer))
    if code == 401:
        return Denied(f"{host} does not let us do {what} ({told}): {_token_remedy(said, variable)}")
    if code == 403:
        return Forbidden(f"{host} refuses {what} ({told}); {_role_remedy(answer, variable)}")
    if code == 404:
        remedy = f"check the name, and that the owner of the token in {variable} may see it"
        return Missing(f"{host} has nothing at {what} ({told}); {remedy}")
    if code in (400, 405, 409, 422):
        if "moved project" in said:
            return Refused(f"what {what} is about has moved ({told}): write its new name into the services file")
        return NotNow(f"{host} does not do {what} as things stand ({told})", code, said)
    return Refused(f"{host} refuses {what} ({told}); what it says should tell a person what to change")


def explained_errors(errors: object, what: str, host: str) -> Exception:
    """The same for what GraphQL says beside an answer of 200."""
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else {}
    said = plainly(str(first.get("message") or ""), "\0")
    if "exceeds max complexity" in said or "doesn't exist on type" in said or "doesn't accept argument" in said:
        return Refused(f"{host} cannot answer about {what} ({said}): Chairlift needs GitLab 16.0 or newer")
    return Unavailable(f"{host} cannot answer a query about {what} ({said}); is its status page green?")


def _token_remedy(said: str, variable: str) -> str:
    if "expired" in said or "revoked" in said:
        return f"make a new token, and put it into the variable {variable}"
    return f"is the token in {variable} right, and may its owner do this?"


def _role_remedy(answer: Answer, variable: str) -> str:
    found = _body(answer)
    if found.get("error") == "insufficient_scope":
        needs = plainly(str(found.get("scope") or "api"), "\0")
        return f"give the token in {variable} one of the scopes it needs: {needs}"
    return f"give the owner of the token in {variable} the role of a developer there, or of a maintainer"


def _said(answer: Answer, token: str) -> str:
    """The server's own words, whichever of its shapes they come in."""
    found = _body(answer)
    parts = [found.get(name) for name in ("message", "error_description", "error")]
    words = next((_words(part) for part in parts if part), "")
    return plainly(words.removeprefix(f"{answer.code} "), token)


def _words(part: object) -> str:
    if isinstance(part, Mapping):
        return "; ".join(f"{name} {_words(each)}" for name, each in part.items())
    return "; ".join(map(str, part)) if isinstance(part, list) else str(part)


def _body(answer: Answer) -> Mapping[str, Any]:
    try:
        found = json.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _pause(answer: Answer) -> float | None:
    """In how many seconds to ask again, by GitLab's own clock where it names a time; None where at once."""
    head = answer.headers
    after = seconds_in(head.get("Retry-After", ""), _LONGEST_PAUSE)
    if after is not None or (answer.code != 429 and head.get("RateLimit-Remaining") != "0"):
        return after
    reset, now = seconds_in(head.get("RateLimit-Reset", ""), 1e11), moment_in(head.get("Date", ""))
    if reset is None or now is None:
        return None
    rest = (datetime.fromtimestamp(reset, UTC) - now).total_seconds()
    return min(max(rest, 1.0), _LONGEST_PAUSE)
