"""Turns what GitHub answers when it does not do what was asked into Unavailable or Refused, with cause and remedy."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from chairlift.core.budget import Heard
from chairlift.exchange import Answer
from chairlift.ports import Refused, Unavailable

#: GitHub asks for at least a minute where it says nothing more exact.
PAUSE = 60.0
_LONGEST_PAUSE = 3700.0
_SOME = 300
#: Somebody else was merging: nothing is wrong.
_AGAIN = ("base branch was modified", "already in progress")
_PACE = ("secondary rate limit", "abuse detection", "submitted too quickly", "content creation")


class Gone(Refused):
    """There is nothing of this name, or it is not shown to us."""


class NotInPlan(Refused):
    """GitHub has this only in a plan that the owner does not pay for: so nothing of it is there."""


class Unfit(Refused):
    """GitHub understood and will not: 405, 409 or 422; `said` are its own words."""

    def __init__(self, text: str, said: str) -> None:
        super().__init__(text)
        self.said = said


def said(answer: Answer) -> str:
    """What it says of why, in one line."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        return ""
    if not isinstance(found, Mapping):
        return ""
    errors = found.get("errors")
    more = [_words(each) for each in errors] if isinstance(errors, Sequence) and not isinstance(errors, str) else []
    return short("; ".join(part for part in (str(found.get("message", "")), *more) if part))


def heard(answer: Answer) -> Heard | None:
    """What an answer says of the limits; None when nothing."""
    head = answer.headers
    resource = head.get("x-ratelimit-resource", "core")
    known = resource in ("core", "graphql")
    limit, left, reset = (_number(head.get(f"x-ratelimit-{name}")) for name in ("limit", "remaining", "reset"))
    paced = _paced(answer)
    if not paced and (limit is None or not known):
        return None
    return Heard(
        limit=limit if known else None,
        remaining=left if known else None,
        reset=datetime.fromtimestamp(reset, UTC) if reset is not None and known else None,
        retry_after=_pause(answer) if paced or "retry-after" in head else None,
        secondary=paced,
        query=resource == "graphql",
    )


def explained(answer: Answer, what: str, who: str, remedy: str) -> Exception:
    """Why this was not done: `what` was asked for, `who` asked, `remedy` is for who is not let in."""
    code, words = answer.code, said(answer)
    if _paced(answer) or (code in (403, 429) and answer.headers.get("x-ratelimit-remaining") == "0"):
        after = _pause(answer)
        kind = "the pace" if _paced(answer) else "the number of calls"
        return Unavailable(f"GitHub limits {kind} of {who} ({code}): again in {after:.0f} seconds", after=after)
    if code >= 500 or code in (202, 408, 429):
        words = "is still computing" if code == 202 else "is away"
        pause = _pause(answer) if "retry-after" in answer.headers else None
        return Unavailable(f"GitHub {words} ({code}), asked for {what}; is its status page green?", after=pause)
    if code == 401:
        return Refused(f"GitHub does not know {who} (401: {words}): revoked or expired? {remedy}")
    if code in (403, 404, 451):
        return _forbidden(answer, what, who)
    if code == 410:
        return Refused(f"{what} is switched off there (410: {words}): switch issues on in the repository's settings")
    if 300 <= code < 400:
        return Refused(f"{what} has moved ({code}): write its new name into the services file")
    if code in (405, 409) and any(word in words.lower() for word in _AGAIN):
        return Unavailable(f"{what} cannot be merged in this very moment ({code}: {words})")
    if code in (405, 409, 422):
        return Unfit(f"GitHub will not do this for {what} ({code}: {words})", words)
    return Refused(f"GitHub refuses {what} ({code}: {words}); that is a bug in Chairlift, or in what stands between")


def explained_errors(errors: Sequence[Mapping[str, Any]], what: str, who: str) -> Exception:
    """The same for what GraphQL says beside an answer of 200."""
    first = errors[0] if errors and isinstance(errors[0], Mapping) else {}
    kind, said = str(first.get("type", "")), short(str(first.get("message", "")))
    if kind in ("RATE_LIMITED", "RATE_LIMIT") or any(word in said.lower() for word in _PACE):
        return Unavailable(f"GitHub limits the queries of {who}: again in {PAUSE:.0f} seconds", after=PAUSE)
    if kind == "NOT_FOUND":
        return Gone(f"there is no {what}, or {who} may not see it ({said}): check the name, and what it was given")
    if kind in ("FORBIDDEN", "INSUFFICIENT_SCOPES"):
        if "SAML" in said or "SSO" in said:
            return Refused(_sso(what, who))
        return Refused(f"{who} may not do this for {what} ({said}): give it the permission, see docs/github.md")
    if kind in ("UNPROCESSABLE", "STALE_DATA", "UNAUTHENTICATED"):
        return Unfit(f"GitHub will not do this for {what} ({said})", said)
    if not kind or kind in ("INTERNAL", "SERVICE_UNAVAILABLE", "TIMEOUT"):
        return Unavailable(f"GitHub cannot answer a query about {what} ({said}); is its status page green?")
    return Refused(f"GitHub refuses {what} ({kind}: {said}); that is a bug in Chairlift, or in what stands between")


def _forbidden(answer: Answer, what: str, who: str) -> Exception:
    code, words, head = answer.code, said(answer), answer.headers
    if "archived" in words.lower():
        return Refused(f"{what} is archived ({code}): unarchive it, or take it out of the services file")
    if words.startswith("Upgrade to"):
        return NotInPlan(f"{what} has no plan of GitHub with this ({code}: {words})")
    if head.get("x-github-sso", "").startswith("required"):
        return Refused(_sso(what, who))
    if "IP allow list" in words:
        return Refused(f"the organisation of {what} keeps this machine out: put its address on the IP allow list")
    given = listed(head.get("x-oauth-scopes"))
    enough = listed(head.get("x-accepted-oauth-scopes"))
    if given is not None and enough and not enough & given:
        has = ", ".join(sorted(given)) or "none"
        need = " or ".join(sorted(enough))
        return Refused(f"the token of {who} has too few scopes for {what} ({code}): it has {has}, and needs {need}")
    if (needs := head.get("x-accepted-github-permissions")) and code == 403:
        return Refused(f"{who} may not do this for {what} (403: {words}): give it {short(needs)}")
    if code == 404:
        remedy = "check its name in the services file, and give the account or App access to it"
        return Gone(f"there is no {what}, or {who} may not see it (404); {remedy}")
    return Refused(
        f"GitHub does not let {who} do this for {what} ({code}: {words}): give it access, see docs/github.md"
    )


def _sso(what: str, who: str) -> str:
    return f"the organisation of {what} asks for single sign-on: authorise the token of {who} for it (Configure SSO)"


def _paced(answer: Answer) -> bool:
    """Refused for its pace, not for the count of the hour."""
    if answer.code not in (403, 422, 429):
        return False
    words = said(answer).lower()
    told = "retry-after" in answer.headers and answer.code != 422
    return told or any(word in words for word in _PACE)


def _pause(answer: Answer) -> float:
    """In how many seconds to ask again, by GitHub's own clock where it names a time."""
    head = answer.headers
    after: float | None = _number(head.get("retry-after"))
    if after is None and not _paced(answer) and (reset := _number(head.get("x-ratelimit-reset"))) is not None:
        try:
            after = int(reset - parsedate_to_datetime(head.get("date", "")).timestamp()) + 1
        except (TypeError, ValueError):
            after = None
    return min(max(float(PAUSE if after is None else after), 1.0), _LONGEST_PAUSE)


def _words(error: object) -> str:
    if not isinstance(error, Mapping):
        return str(error)
    return str(error.get("message") or " ".join(str(error.get(k, "")) for k in ("resource", "field", "code")))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 15 else None


def listed(text: str | None) -> set[str] | None:
    """The parts of a header that lists some; None where it is not there."""
    return None if text is None else {part.strip() for part in text.split(",") if part.strip()}


def short(text: str) -> str:
    return " ".join(text.split())[:_SOME]
