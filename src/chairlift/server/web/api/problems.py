"""What cannot be answered, as `application/problem+json` (RFC 9457): every error below /api/ is one of these."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.encoding import escape_uri_path

BELOW = "/api/"
MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Kind:
    """One type of problem: its name in the URN that is its `type`, its status, and its title, always the same."""

    name: str
    status: int
    title: str

    @property
    def urn(self) -> str:
        return f"urn:chairlift:problem:{self.name}"


UNREADABLE = Kind("unreadable", 400, "The request cannot be read.")
TOKEN = Kind("token", 401, "A valid token is needed.")
SCOPE = Kind("scope", 403, "The token is not for this.")
NOT_YOURS = Kind("not-yours", 403, "You cannot do this here.")
CLOSED = Kind("closed", 403, "This address is closed.")
NOT_FOUND = Kind("not-found", 404, "Nothing goes by that name.")
UNKNOWN = Kind("unknown-address", 404, "There is no such address.")
METHOD = Kind("method", 405, "This address does not take that method.")
NOT_POSSIBLE = Kind("not-possible", 409, "That is not possible.")
TOO_LARGE = Kind("too-large", 413, "The request is too large.")
MEDIA = Kind("media-type", 415, "The request is no JSON.")
INVALID = Kind("invalid", 422, "Something in the request is not as it must be.")
BUG = Kind("bug", 500, "Chairlift is in trouble.")

KINDS = (
    UNREADABLE, TOKEN, SCOPE, NOT_YOURS, CLOSED, NOT_FOUND, UNKNOWN, METHOD, NOT_POSSIBLE, TOO_LARGE, MEDIA, INVALID,
    BUG,
)  # fmt: skip


def wanted(request: HttpRequest) -> bool:
    """Whether a program has asked, and not a person."""
    return request.path.startswith(BELOW)


def answer(
    request: HttpRequest, kind: Kind, detail: str, headers: dict[str, str] | None = None, **more: Any
) -> HttpResponse:
    """The problem; `more` are further members of it."""
    where = escape_uri_path(request.path)
    body = {"type": kind.urn, "title": kind.title, "status": kind.status, "detail": detail, "instance": where, **more}
    return HttpResponse(
        json.dumps(body), status=kind.status, content_type=MEDIA_TYPE,
        headers={"Vary": "Authorization", **(headers or {})},
    )  # fmt: skip


def of_status(request: HttpRequest, status: int, detail: str) -> HttpResponse:
    """For an error of which only the status is known."""
    kind = next((each for each in KINDS if each.status == status), UNREADABLE if status < 500 else BUG)
    return answer(request, kind, detail)
